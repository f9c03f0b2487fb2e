"""Faults of the machine around the recorder: a store away for an hour, a full disk, a clock that jumps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Archive, Settings
from recorder import archiving, playback
from recorder.failures import MAX_ATTEMPTS
from recorder.ingest import SETTLE, Ingest
from recorder.leases import LEASE, claim
from recorder.storage import open_store, s3
from recorder.tables import Recording, RecordingState
from tests.recorder.conftest import CALL_ID, MakeLegs, ready_events, row_of, tone, work_off
from tests.recorder.storage.conftest import S3Server

SILENCE = b"\xd5"
CALLS = [f"hl-1700000000.{number}" for number in range(3)]
#: Longer than any pause after a failure.
AN_HOUR_AND_A_BIT = timedelta(minutes=65)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database: what is tried here is the machine around it."""
    return sqlite_url


class Away:
    """A store that can be taken away and brought back."""

    def __init__(self, settings: Settings, server: S3Server | None) -> None:
        self.settings, self._server = settings, server

    def go(self) -> None:
        if self._server:
            self._server.stop()
        else:
            self._folder.rename(self._folder.with_name("unmounted"))
            self._folder.mkdir()  # the empty place where a disk was mounted

    def come_back(self) -> None:
        if self._server:
            self._server.start()
        else:
            self._folder.rmdir()
            self._folder.with_name("unmounted").rename(self._folder)

    @property
    def _folder(self) -> Path:
        return self.settings.archive_dir


@pytest.fixture(params=["local", "s3"])
async def away(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path, clock: FixedClock
) -> AsyncIterator[Away]:
    if request.param == "local":
        archive = Archive(folder=tmp_path / "disk" / "archive")
        yield Away(settings.model_copy(update={"archive": archive}), None)
        return
    server = S3Server(tmp_path / "s3")
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        # What it remembers of a store that just failed goes by the test's clock.
        patch.setattr(s3, "monotonic", lambda: clock.now().timestamp())
        yield Away(server.settings(settings.paths.state), server)
    server.stop()


async def _rows(sessions: SessionFactory) -> list[Recording]:
    async with sessions() as session:
        return list(await session.scalars(select(Recording).order_by(Recording.call_id)))


async def test_a_store_that_is_away_for_an_hour_costs_nothing(
    away: Away, sessions: SessionFactory, make_legs: MakeLegs, clock: FixedClock
) -> None:
    ingest = Ingest(away.settings, sessions, clock)
    audio = {call_id: tone(440, 0.2) for call_id in CALLS}
    for call_id, caller in audio.items():
        make_legs(caller, SILENCE * 800, call_id)
    await ingest.stage(CALLS[0])
    assert await ingest.run_one(), "the first is archived while the store is there"
    away.go()
    for call_id in CALLS[1:]:
        await ingest.stage(call_id)
    for _ in range(12):
        await work_off(ingest)
        clock.advance(timedelta(minutes=5))
    waiting = await _rows(sessions)
    assert {row.state for row in waiting} <= {RecordingState.STAGED, RecordingState.ARCHIVED}
    assert all("StoreUnavailableError" in row.last_error for row in waiting), "it is said why they wait"
    assert min(row.attempts for row in waiting) >= 5, "it was tried again and again"
    away.come_back()
    clock.advance(AN_HOUR_AND_A_BIT)
    await work_off(ingest)
    rows = await _rows(sessions)
    assert [(row.state, row.last_error) for row in rows] == [(RecordingState.VERIFIED, "")] * len(CALLS)
    assert sorted(open_store(away.settings).keys()) == sorted(row.archive_key for row in rows)
    assert await ready_events(sessions) == len(CALLS)
    assert [row.caller_sha256 for row in rows] == [sha256(audio[row.call_id]).hexdigest() for row in rows]


@contextmanager
def _no_room(where: str) -> Iterator[None]:
    """`where`: ffmpeg finds the disk full as it encodes, or we do as we seal."""

    def full(*_: Any, **__: Any) -> IO[bytes]:
        return Path("/dev/full").open("r+b", buffering=0)  # every write to it says that there is no room

    def sealing(*_: Any, **__: Any) -> None:
        with Path("/dev/full").open("wb", buffering=0) as disk:
            disk.write(b"sealed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archiving, *(("TemporaryFile", full) if where == "encoding" else ("seal", sealing)))
        yield


@pytest.mark.parametrize("where", ["encoding", "sealing"])
async def test_a_disk_that_is_full_for_hours_damages_nothing(
    settings: Settings,
    sessions: SessionFactory,
    ingest: Ingest,
    make_legs: MakeLegs,
    clock: FixedClock,
    where: str,
) -> None:
    legs = make_legs(tone(440, 0.2), SILENCE * 800)
    await ingest.stage(CALL_ID)
    with _no_room(where):
        for _ in range(MAX_ATTEMPTS + 1):
            assert await ingest.run_one()
            clock.advance(timedelta(hours=1))
    row = await row_of(sessions)
    assert row.state == RecordingState.STAGED and "No space left" in row.last_error
    assert len(legs.sizes()) == 2
    assert list((settings.paths.state / "sealing").iterdir()) == []
    await work_off(ingest)
    assert (await row_of(sessions)).state == RecordingState.VERIFIED
    assert await ready_events(sessions) == 1


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(hours=-1), timedelta(days=2)], ids=str)
async def test_a_clock_that_jumps_while_a_worker_is_dead_holds_nothing_up(
    settings: Settings,
    sessions: SessionFactory,
    ingest: Ingest,
    make_legs: MakeLegs,
    clock: FixedClock,
    jump: timedelta,
) -> None:
    """One died with the copy already in the store, one failed and waits, one has just come in."""
    audio = {call_id: tone(440, 0.2) for call_id in CALLS}
    for call_id, caller in audio.items():
        make_legs(caller, SILENCE * 800, call_id)
        await ingest.stage(call_id)
    clock.advance(SETTLE)
    dead = await claim(sessions, clock, [RecordingState.STAGED])
    assert dead is not None
    assert await claim(sessions, clock, [RecordingState.STAGED]) is not None
    clock.advance(jump)
    # Times less than a day ahead may be meant: what waits, waits until the clock is there again.
    await work_off(ingest)
    if -timedelta(days=1) < jump < timedelta():
        clock.advance(LEASE - jump)
        await work_off(ingest)
    rows = await _rows(sessions)
    assert [(row.state, row.last_error) for row in rows] == [(RecordingState.VERIFIED, "")] * len(CALLS)
    await dead.end(state=RecordingState.DAMAGED)
    assert [row.state for row in await _rows(sessions)] == [RecordingState.VERIFIED] * len(CALLS)
    assert await ready_events(sessions) == len(CALLS)
    for row in rows:
        assert row.archive_key.startswith("2023/11/14/"), "the day the call began, not the clock's"
        with playback.open_audio(settings, row) as opened:
            assert sha256(opened.read()).hexdigest() == row.audio_sha256
    assert len(list(open_store(settings).keys())) == len(CALLS)
