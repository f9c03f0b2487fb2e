"""A call the disk had no room for says what is missing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Settings
from recorder.capture.missing import Missing
from recorder.capture.tables import GapWhy, RecordingGap
from recorder.ingest import Ingest
from recorder.tables import RecordingState
from tests.recorder.conftest import CALL_ID, NOW, MakeLegs, row_of, work_off

SILENCE = b"\xd5"


class Lengths:
    """A ledger in which every call was answered at NOW and lasted so long."""

    def __init__(self, seconds: float) -> None:
        self._until = NOW + timedelta(seconds=seconds)

    async def spoken(self, _call_id: str) -> tuple[datetime, datetime] | None:
        return NOW, self._until


async def _gaps(sessions: SessionFactory) -> list[tuple[str, datetime, datetime | None]]:
    async with sessions() as session:
        rows = await session.scalars(select(RecordingGap))
        return [(row.why, row.began_at, row.ended_at) for row in rows]


async def test_a_call_without_any_legs_has_a_damaged_recording(
    settings: Settings, sessions: SessionFactory, clock: FixedClock
) -> None:
    missing = Missing(settings, sessions, clock, Lengths(90))
    assert await missing.look_for(CALL_ID)
    assert not await missing.look_for(CALL_ID)
    row = await row_of(sessions)
    assert row.state == RecordingState.DAMAGED
    assert "nothing was recorded of 90 s" in row.last_error
    assert await _gaps(sessions) == [(GapWhy.MISSING, NOW, NOW + timedelta(seconds=90))]


async def test_a_call_that_was_hardly_answered_is_none(
    settings: Settings, sessions: SessionFactory, clock: FixedClock
) -> None:
    assert not await Missing(settings, sessions, clock, Lengths(1)).look_for(CALL_ID)


async def test_a_recording_shorter_than_its_call_says_so_once(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, make_legs: MakeLegs
) -> None:
    ingest = Ingest(settings, sessions, clock)
    make_legs(SILENCE * 80_000, SILENCE * 80_000)
    await ingest.stage(CALL_ID)
    await work_off(ingest)
    row = await row_of(sessions)
    missing = Missing(settings, sessions, clock, Lengths(30))
    assert await missing.look(row) == await missing.look(row) == timedelta(seconds=20)
    assert await _gaps(sessions) == [
        (GapWhy.MISSING, NOW + timedelta(seconds=10), NOW + timedelta(seconds=30))
    ]
    assert await Missing(settings, sessions, clock, Lengths(12)).look(row) == timedelta()


async def test_legs_that_stayed_empty_are_said_too(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, make_legs: MakeLegs
) -> None:
    """A full disk takes a file's name and nothing in it."""
    make_legs(b"", b"")
    assert not await Missing(settings, sessions, clock, Lengths(40)).look_for(CALL_ID)
    assert await _gaps(sessions) == [(GapWhy.MISSING, NOW, NOW + timedelta(seconds=40))]


async def test_a_call_that_was_taken_in_long_ago_lacks_nothing(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, make_legs: MakeLegs
) -> None:
    """An event that comes again, after the legs are gone."""
    ingest = Ingest(settings, sessions, clock)
    make_legs(SILENCE * 80_000, None)
    await ingest.stage(CALL_ID)
    await work_off(ingest)
    assert not await Missing(settings, sessions, clock, Lengths(40)).look_for(CALL_ID)
    assert await _gaps(sessions) == []
