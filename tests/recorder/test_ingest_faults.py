"""What goes wrong on the way to the archive, and that the legs stay until it went right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pytest
from sqlalchemy import update

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Settings
from recorder import ffmpeg, playback
from recorder.failures import MAX_ATTEMPTS
from recorder.ingest import SETTLE, Ingest
from recorder.legs import Side
from recorder.tables import Recording, RecordingState
from recorder.vault.container import seal
from recorder.vault.keys import Keyring
from tests.recorder.conftest import CALL_ID, MakeLegs, row_of, tone, work_off

SILENCE = b"\xd5"


async def test_an_unreadable_leg_is_tried_again_later_and_damaged_in_the_end(
    sessions: SessionFactory, ingest: Ingest, make_legs: MakeLegs, clock: FixedClock
) -> None:
    legs = make_legs(None, SILENCE * 800)
    legs.path(Side.CALLER).symlink_to("/etc/passwd")
    await ingest.stage(CALL_ID)
    clock.advance(SETTLE)
    waits = []
    for _ in range(MAX_ATTEMPTS - 1):
        assert await ingest.run_one()
        assert not await ingest.run_one()
        row = await row_of(sessions)
        assert row.state == RecordingState.STAGED and row.next_try_at
        waits.append((row.next_try_at - clock.now()).total_seconds())
        clock.advance(row.next_try_at - clock.now())
    assert waits == [10.0 * 2**attempt for attempt in range(MAX_ATTEMPTS - 1)]
    assert await ingest.run_one()
    row = await row_of(sessions)
    assert row.state == RecordingState.DAMAGED
    assert "LegUnreadableError" in row.last_error
    assert legs.path(Side.HOTLINE).exists() and legs.path(Side.CALLER).is_symlink()
    clock.advance(timedelta(days=1))
    assert not await ingest.run_one()


async def test_a_full_disk_never_makes_a_recording_damaged(
    sessions: SessionFactory,
    ingest: Ingest,
    make_legs: MakeLegs,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    legs = make_legs(SILENCE * 800, SILENCE * 800)
    await ingest.stage(CALL_ID)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("recorder.storage.local.os.fsync", full)
        for _ in range(MAX_ATTEMPTS + 3):
            assert await ingest.run_one()
            clock.advance(timedelta(hours=1))
    row = await row_of(sessions)
    assert row.state == RecordingState.STAGED and "No space left" in row.last_error
    assert len(legs.sizes()) == 2
    await work_off(ingest)
    assert (await row_of(sessions)).state == RecordingState.VERIFIED


@pytest.mark.parametrize("harm", ["gone", "flipped", "cut"])
async def test_a_bad_archive_copy_is_written_again_from_the_legs(
    settings: Settings,
    sessions: SessionFactory,
    ingest: Ingest,
    make_legs: MakeLegs,
    clock: FixedClock,
    harm: str,
) -> None:
    legs = make_legs(tone(440, 0.5), SILENCE * 4000)
    await ingest.stage(CALL_ID)
    await ingest.run_one()
    path = settings.archive_dir / (await row_of(sessions)).archive_key
    good = path.read_bytes()
    with playback.open_audio(settings, await row_of(sessions)) as audio:
        encoded = audio.read()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(good[:-100] if harm == "cut" else good[:-1] + bytes([good[-1] ^ 1]))
    assert await ingest.run_one()
    row = await row_of(sessions)
    assert row.state == RecordingState.STAGED and row.last_error.startswith("UnfitError")
    assert len(legs.sizes()) == 2
    clock.advance(timedelta(seconds=10))
    await work_off(ingest)
    assert (await row_of(sessions)).state == RecordingState.VERIFIED
    with playback.open_audio(settings, await row_of(sessions)) as audio:
        assert audio.read() == encoded, "the same legs make the same audio"


@pytest.mark.parametrize("is_sealed", [True, False])
async def test_a_copy_that_does_not_decode_is_refused_even_if_its_checksum_is_right(
    settings: Settings, sessions: SessionFactory, ingest: Ingest, make_legs: MakeLegs, is_sealed: bool
) -> None:
    legs = make_legs(tone(440, 0.5), None)
    await ingest.stage(CALL_ID)
    await ingest.run_one()
    path = settings.archive_dir / (await row_of(sessions)).archive_key
    with path.open("wb") as stored:
        seal(BytesIO(b"not audio at all"), stored, CALL_ID, Keyring.of(settings).current())
    if not is_sealed:
        path.write_bytes(b"not a sealed file at all")
    async with sessions.begin() as session:
        await session.execute(update(Recording).values(archive_sha256=sha256(path.read_bytes()).hexdigest()))
    await ingest.run_one()
    row = await row_of(sessions)
    assert row.state == RecordingState.STAGED and "does not decode" in row.last_error
    assert legs.path(Side.CALLER).exists()


async def test_a_leg_that_grew_after_encoding_is_not_lost(
    sessions: SessionFactory, ingest: Ingest, make_legs: MakeLegs, clock: FixedClock
) -> None:
    legs = make_legs(SILENCE * 8000, SILENCE * 8000)
    await ingest.stage(CALL_ID)
    await ingest.run_one()
    with legs.path(Side.CALLER).open("ab") as late:
        late.write(tone(440, 1.0))
    await ingest.run_one()
    assert (await row_of(sessions)).last_error == "UnfitError: a leg changed after it was encoded"
    clock.advance(timedelta(seconds=10))
    await work_off(ingest)
    row = await row_of(sessions)
    assert (row.state, row.duration_s) == (RecordingState.VERIFIED, 2.0)


async def test_ffmpegs_own_words_end_up_in_therow_of(
    settings: Settings,
    sessions: SessionFactory,
    ingest: Ingest,
    make_legs: MakeLegs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real: Callable[..., list[str]] = ffmpeg.command
    monkeypatch.setattr(
        ffmpeg, "command", lambda *args, **more: [*real(*args, **more)[:-1], "-bad-option", "pipe:1"]
    )
    make_legs(SILENCE * 800000, None)
    await ingest.stage(CALL_ID)
    await ingest.run_one()
    assert "bad-option" in (await row_of(sessions)).last_error
    assert not list(settings.archive_dir.rglob("*.part"))
