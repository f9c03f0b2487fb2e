"""A new master key: everything moves to it, whatever happens on the way, and the audio stays what it was."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select, update

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import CHECKOUT, Settings, Vault
from hotline.recording_commands.rotate_key import lines
from recorder import playback
from recorder.tables import Recording, RecordingState
from recorder.vault.container import HEADER_BYTES, seal
from recorder.vault.keys import Keyring, MasterKey
from recorder.vault.rotation import Rotation

AUDIO = {f"hl-1700000000.{number}": bytes([number]) * (70_000 * number + 5) for number in range(3)}


def _place(settings: Settings, call_id: str) -> Path:
    return settings.archive_dir / "2023/11/14" / f"{call_id}.ogg.enc"


@pytest.fixture
async def archived(settings: Settings, sessions: SessionFactory, clock: FixedClock) -> MasterKey:
    """Three sealed recordings, and the key they are under."""
    master = Keyring.of(settings).make_first()
    async with sessions.begin() as session:
        for call_id, audio in AUDIO.items():
            stored = BytesIO()
            header = seal(BytesIO(audio), stored, call_id, master)
            place = _place(settings, call_id)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(stored.getvalue())
            row = Recording(
                call_id=call_id,
                state=RecordingState.VERIFIED,
                created_at=clock.now(),
                archive_key=str(place.relative_to(settings.archive_dir)),
                archive_sha256=sha256(stored.getvalue()).hexdigest(),
                archive_bytes=len(stored.getvalue()),
                sealed=True,
                key_id=header.key_id,
                wrapped_key=header.wrapped.hex(),
            )
            session.add(row)
    return master


async def _rows(sessions: SessionFactory) -> dict[str, Recording]:
    async with sessions() as session:
        return {row.call_id: row for row in await session.scalars(select(Recording))}


async def _assert_all_play(settings: Settings, sessions: SessionFactory) -> None:
    for call_id, row in (await _rows(sessions)).items():
        with playback.open_audio(settings, row) as audio:
            assert audio.read() == AUDIO[call_id]


async def _assert_all_are_under(settings: Settings, sessions: SessionFactory, key_id: str) -> None:
    for call_id, row in (await _rows(sessions)).items():
        stored = _place(settings, call_id).read_bytes()
        assert (row.key_id, row.leased_until, row.archive_bytes) == (key_id, None, len(stored))
        assert row.archive_sha256 == sha256(stored).hexdigest()
        assert key_id.encode() in stored[:HEADER_BYTES]
    await _assert_all_play(settings, sessions)


async def test_everything_moves_and_the_old_key_is_put_aside(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, archived: MasterKey
) -> None:
    before = {call_id: _place(settings, call_id).read_bytes()[HEADER_BYTES:] for call_id in AUDIO}
    report = await Rotation(settings, sessions, clock).run()
    keys = Keyring.of(settings)
    assert (report.moved, report.refused, report.busy, report.retired) == (3, [], 0, [archived.id])
    assert keys.ids() == [keys.current().id] == [report.key_id]
    await _assert_all_are_under(settings, sessions, report.key_id)
    after = {call_id: _place(settings, call_id).read_bytes()[HEADER_BYTES:] for call_id in AUDIO}
    assert before == after, "the audio is not encrypted again"
    assert (keys.folder / "retired" / archived.id).stat().st_mode & 0o777 == 0o600
    again = await Rotation(settings, sessions, clock).run()
    assert (again.moved, again.retired) == (3, [report.key_id])
    assert "3 recordings are under master key" in lines(again)[0]


@pytest.mark.parametrize(
    ("step", "times"), [("begun", 1), ("rewrapped", 2), ("stored", 1), ("stored", 3), ("committed", 2)]
)
async def test_killed_half_way_it_is_finished_by_the_next_run(
    settings: Settings,
    sessions: SessionFactory,
    database_url: str,
    clock: FixedClock,
    archived: MasterKey,
    step: str,
    times: int,
) -> None:
    script = str(Path(__file__).with_name("killed_rotation.py"))
    line = [sys.executable, script, str(settings.paths.state), database_url, clock.now().isoformat()]
    killed = await asyncio.to_thread(
        subprocess.run, [*line, step, str(times)], cwd=CHECKOUT, env={"PYTHONPATH": str(CHECKOUT)}
    )
    assert killed.returncode == -signal.SIGKILL
    await _assert_all_play(settings, sessions)
    keys = Keyring.of(settings)
    begun = keys.current().id
    assert begun != archived.id and set(keys.ids()) == {begun, archived.id}
    clock.advance(timedelta(minutes=5))
    report = await Rotation(settings, sessions, clock).run()
    assert (report.key_id, report.retired) == (begun, [archived.id])
    await _assert_all_are_under(settings, sessions, begun)
    assert list((settings.paths.state / "sealing").iterdir()) == []


async def test_what_a_worker_holds_waits_and_keeps_its_key(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, archived: MasterKey
) -> None:
    held = next(iter(AUDIO))
    async with sessions.begin() as session:
        lease = clock.now() + timedelta(seconds=45)
        await session.execute(update(Recording).where(Recording.call_id == held).values(leased_until=lease))
    report = await Rotation(settings, sessions, clock).run()
    assert (report.moved, report.busy, report.retired) == (2, 1, [])
    assert "run the command again" in "\n".join(lines(report))
    await _assert_all_play(settings, sessions)
    clock.advance(timedelta(minutes=1))
    second = await Rotation(settings, sessions, clock).run()
    assert (second.key_id, second.moved, second.retired) == (report.key_id, 1, [archived.id])
    await _assert_all_are_under(settings, sessions, report.key_id)


async def test_what_is_being_sealed_right_now_keeps_the_old_key_alive(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, archived: MasterKey
) -> None:
    async with sessions.begin() as session:
        session.add(
            Recording(
                call_id="hl-1700000000.9",
                state=RecordingState.STAGED,
                created_at=clock.now(),
                leased_until=clock.now() + timedelta(seconds=45),
            )
        )
    report = await Rotation(settings, sessions, clock).run()
    assert (report.moved, report.busy, report.retired) == (3, 1, [])
    assert archived.id in Keyring.of(settings).ids()


async def test_what_was_changed_is_neither_moved_nor_written_over(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, archived: MasterKey
) -> None:
    bad, missing = "hl-1700000000.1", "hl-1700000000.2"
    stored = bytearray(_place(settings, bad).read_bytes())
    stored[-1] ^= 1
    _place(settings, bad).write_bytes(stored)
    copy = _place(settings, missing).read_bytes()
    _place(settings, missing).unlink()
    report = await Rotation(settings, sessions, clock).run()
    assert report.moved == 2 and report.without_object == [missing]
    assert report.refused == [(bad, "the object is not what was stored")]
    assert report.retired == [] and archived.id in Keyring.of(settings).ids()
    assert _place(settings, bad).read_bytes() == bytes(stored)
    assert (await _rows(sessions))[bad].leased_until is None
    _place(settings, missing).write_bytes(copy)  # put back from a copy, under the old key
    (Keyring.of(settings).folder / archived.id).unlink()
    with playback.open_audio(settings, (await _rows(sessions))[missing]) as audio:
        assert audio.read() == AUDIO[missing], "the row knows the key under its new master"


async def test_a_row_without_an_object_is_passed_over_and_keeps_no_key_alive(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, archived: MasterKey
) -> None:
    """Deleted by two people, or damaged before there was an object."""
    states = dict(zip(AUDIO, (RecordingState.DELETED, RecordingState.DAMAGED), strict=False))
    async with sessions.begin() as session:
        for call_id, state in states.items():
            change = update(Recording).where(Recording.call_id == call_id)
            await session.execute(change.values(state=state, archive_key=""))
    report = await Rotation(settings, sessions, clock).run()
    assert (report.moved, report.without_object, report.refused) == (1, [], [])
    assert report.retired == [archived.id]
    assert {row.key_id for row in (await _rows(sessions)).values() if row.call_id in states} == {archived.id}


async def test_without_the_old_key_nothing_is_touched(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, archived: MasterKey
) -> None:
    keys = Keyring.of(settings)
    before = {call_id: _place(settings, call_id).read_bytes() for call_id in AUDIO}
    lost = (keys.folder / archived.id).read_bytes()
    (keys.folder / archived.id).unlink()
    report = await Rotation(settings, sessions, clock).run()
    assert report.moved == 0 and [call_id for call_id, _ in report.refused] == list(AUDIO)
    assert all(archived.id in why for _, why in report.refused)
    assert before == {call_id: _place(settings, call_id).read_bytes() for call_id in AUDIO}
    (keys.folder / archived.id).write_bytes(lost)
    await _assert_all_play(settings, sessions)


async def test_a_key_from_elsewhere_is_moved_to_and_none_is_made(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, archived: MasterKey, tmp_path: Path
) -> None:
    given = MasterKey.make()
    (tmp_path / "given").write_text(given.secret.hex())
    settings = settings.model_copy(update={"vault": Vault(key_file=tmp_path / "given")})
    report = await Rotation(settings, sessions, clock).run()
    assert (report.key_id, report.retired) == (given.id, [archived.id])
    assert Keyring.of(settings).ids() == []
    await _assert_all_are_under(settings, sessions, given.id)
