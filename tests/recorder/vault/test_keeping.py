"""From legs to sealed objects: every codec, constant memory, and work while the master key is away."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Archive, Settings, Vault
from recorder import ffmpeg, playback
from recorder.archiving import check_archive, write_archive
from recorder.failures import MAX_ATTEMPTS
from recorder.fakes import FakeTranscriber
from recorder.ingest import Ingest
from recorder.legs import SILENCE, Legs, Side
from recorder.tables import Recording, RecordingState
from recorder.transcripts import Transcripts
from recorder.vault.container import seal
from recorder.vault.errors import TamperedError
from recorder.vault.keys import Keyring, MasterKey
from recorder.vault.reader import reader
from tests.recorder.conftest import CALL_ID, MakeLegs, row_of, tone, work_off

MIB = 1 << 20


def _with(settings: Settings, **sections: object) -> Settings:
    return settings.model_copy(update=sections)


def _never() -> bool:
    return False


def _unmarked(_step: str) -> None:
    return


@pytest.mark.parametrize("is_sealed", [True, False], ids=["sealed", "plain"])
@pytest.mark.parametrize(
    ("codec", "suffix", "magic"),
    [("opus", "ogg", b"OggS"), ("flac", "flac", b"fLaC"), ("wav", "wav", b"RIFF")],
)
def test_each_codec_is_kept_checked_and_read_back(
    settings: Settings, make_legs: MakeLegs, codec: str, suffix: str, magic: bytes, is_sealed: bool
) -> None:
    settings = _with(settings, archive=Archive(codec=codec), vault=Vault(enabled=is_sealed))
    Keyring.of(settings).make_first()
    caller, hotline = tone(440, 0.7), tone(700, 0.5)
    legs = make_legs(caller, hotline)
    facts = write_archive(settings, legs, _never, _unmarked)
    assert facts.archive_key.endswith(f"/{CALL_ID}.{suffix}" + ".enc" * is_sealed)
    assert (facts.codec, facts.sealed, bool(facts.key_id)) == (codec, is_sealed, is_sealed)
    stored = (settings.archive_dir / facts.archive_key).read_bytes()
    assert (facts.archive_sha256, facts.archive_bytes) == (sha256(stored).hexdigest(), len(stored))
    with playback.open_copy(settings, CALL_ID, facts) as audio:
        plain = audio.read()
    assert (facts.audio_sha256, facts.audio_bytes) == (sha256(plain).hexdigest(), len(plain))
    assert plain.startswith(magic) and stored.startswith(magic) != is_sealed
    check_archive(settings, legs, facts, _never)
    if codec == "wav":  # the lengths in its head were written at the end
        assert int.from_bytes(plain[4:8], "little") == len(plain) - 8
    if codec == "flac":
        assert int.from_bytes(plain[21:26], "big") & 0xFFFFFFFFF == len(caller)


@pytest.mark.parametrize("codec", ["opus", "flac", "wav"])
@pytest.mark.parametrize("samples", [1, 15, 16])
def test_a_call_of_a_moment_is_kept(
    settings: Settings, make_legs: MakeLegs, codec: str, samples: int
) -> None:
    """ffmpeg writes no FLAC of fewer than 16 samples by itself."""
    settings = _with(settings, archive=Archive(codec=codec))
    Keyring.of(settings).make_first()
    legs = make_legs(b"\x2a" * samples, b"")
    facts = write_archive(settings, legs, _never, _unmarked)
    assert facts.duration_s == samples / 8000
    check_archive(settings, legs, facts, _never)


async def _archive(settings: Settings, sessions: SessionFactory, clock: FixedClock, legs: Legs) -> Ingest:
    ingest = Ingest(settings, sessions, clock)
    await ingest.stage(legs.call_id)
    await work_off(ingest)
    return ingest


def _lose(keys: Keyring) -> Callable[[], None]:
    """Take all key files away; what is returned puts them back."""
    aside = keys.folder.with_name("aside")
    aside.mkdir()
    for key_id in keys.ids():
        (keys.folder / key_id).rename(aside / key_id)

    def put_back() -> None:
        for place in aside.iterdir():
            place.rename(keys.folder / place.name)

    return put_back


@pytest.mark.parametrize("harm", ["gone", "another"])
@pytest.mark.parametrize("state", [RecordingState.STAGED, RecordingState.ARCHIVED])
async def test_work_waits_for_the_master_key_and_nothing_is_written_over(
    settings: Settings,
    sessions: SessionFactory,
    clock: FixedClock,
    make_legs: MakeLegs,
    harm: str,
    state: RecordingState,
) -> None:
    keys = Keyring.of(settings)
    key_id = keys.make_first().id
    caller = tone(440, 0.4)
    legs = make_legs(caller, SILENCE * 800)
    ingest = Ingest(settings, sessions, clock)
    await ingest.stage(CALL_ID)
    if state == RecordingState.ARCHIVED:
        assert await ingest.run_one()
    before = {place: place.read_bytes() for place in settings.archive_dir.rglob("*.enc")}
    put_back = _lose(keys)
    if harm == "another":
        (keys.folder / key_id).write_text(MasterKey.make().secret.hex())
    for _ in range(MAX_ATTEMPTS + 2):
        assert await ingest.run_one()
        row = await row_of(sessions)
        assert row.state == state and row.last_error.startswith("WrongKeyError") and key_id in row.last_error
        clock.advance(timedelta(hours=1))
    assert before == {place: place.read_bytes() for place in settings.archive_dir.rglob("*.enc")}
    assert legs.path(Side.CALLER).read_bytes() == caller
    assert [place.name for place in keys.folder.iterdir() if place.name == "current"] == ["current"]
    put_back()
    await work_off(ingest)
    row = await row_of(sessions)
    assert (row.state, row.last_error, row.key_id) == (RecordingState.VERIFIED, "", key_id)


async def test_a_lost_folder_of_keys_is_never_replaced_by_a_new_key(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, make_legs: MakeLegs
) -> None:
    ingest = await _archive(settings, sessions, clock, make_legs(tone(440, 0.3), None))
    key_id = (await row_of(sessions)).key_id
    keys = Keyring.of(settings)
    keys.folder.rename(keys.folder.with_name("lost"))
    make_legs(SILENCE * 800, None, "hl-1700000000.13")
    await ingest.stage("hl-1700000000.13")
    assert await ingest.run_one()
    assert not keys.folder.exists()
    async with sessions() as session:
        waiting = await session.get_one(Recording, (await row_of(sessions)).id + 1)
    assert waiting.state == RecordingState.STAGED and key_id in waiting.last_error


async def test_what_was_archived_before_the_vault_is_verified_and_transcribed(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, make_legs: MakeLegs
) -> None:
    before = _with(settings, vault=Vault(enabled=False))
    old = Ingest(before, sessions, clock)
    make_legs(tone(440, 0.5), None)
    await old.stage(CALL_ID)
    assert await old.run_one()  # archived by the version before, verified by this one
    await work_off(Ingest(settings, sessions, clock))
    row = await row_of(sessions)
    assert (row.state, row.sealed, row.key_id) == (RecordingState.VERIFIED, False, "")
    assert row.archive_key == f"2023/11/14/{CALL_ID}.ogg"
    assert await Transcripts(settings, sessions, clock).run_one(FakeTranscriber())
    assert (await row_of(sessions)).state == RecordingState.TRANSCRIBED


def test_a_tampered_recording_ends_its_decoding(settings: Settings, tmp_path: Path) -> None:
    """In the middle, when ffmpeg has taken the first chunks already: no end that looks like a whole one."""
    keys = Keyring(tmp_path)
    stored = io.BytesIO()
    wav = bytes(44) + bytes(400_000)
    seal(io.BytesIO(wav), stored, CALL_ID, keys.make_first())
    changed = bytearray(stored.getvalue())
    changed[200_000] ^= 1
    audio = reader(io.BytesIO(changed), CALL_ID, keys)
    with pytest.raises(TamperedError, match="chunk 3"):
        for _ in ffmpeg.decode(settings, audio, _never):
            pass


class _Endless:
    """So many zero bytes, made as they are read."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int, /) -> bytes:
        piece = bytes(min(size, self._left))
        self._left -= len(piece)
        return piece


class _Nowhere:
    def write(self, _piece: bytes, /) -> None:
        return


def _peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_sealing_takes_the_same_memory_whatever_the_length() -> None:
    master = MasterKey.make()
    short, long = (
        _peak(lambda size=size: seal(_Endless(size), _Nowhere(), CALL_ID, master))
        for size in (MIB, 200 * MIB)
    )
    assert long < short + 64 * 1024 and long < MIB
