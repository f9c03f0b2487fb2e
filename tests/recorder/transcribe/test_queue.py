"""Who is transcribed first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from recorder.leases import claim
from recorder.tables import Recording, RecordingState, Transcript
from recorder.transcribe.queue import Backlog, NoMarks, Queue, backlog, next_up, rank
from recorder.transcribe.tables import TranscriptionJob, Urgency
from tests.recorder.conftest import NOW

HOUR = 3600.0


class Marked:
    def __init__(self, *call_ids: str) -> None:
        self._call_ids = call_ids

    async def urgent(self, call_ids: Collection[str]) -> Collection[str]:
        return set(call_ids) & set(self._call_ids)


async def _wait(
    sessions: SessionFactory, call_id: str, duration_s: float, at: datetime = NOW, *, heard: bool = False
) -> None:
    async with sessions() as session:
        recording = Recording(call_id=call_id, state="verified", created_at=at, duration_s=duration_s)
        session.add(recording)
        await session.flush()
        if heard:
            values = {"engine": "vosk", "model": "old", "is_test_model": False, "text": "", "took_s": 1.0}
            session.add(Transcript(recording_id=recording.id, side="caller", created_at=at, **values))
        await session.commit()


async def _order(sessions: SessionFactory, clock: FixedClock, queue: Queue) -> list[str]:
    await queue.enlist()
    found = []
    while lease := await claim(sessions, clock, (RecordingState.VERIFIED,), next_up):
        found.append(lease.recording.call_id)
    return found


async def test_urgent_then_short_then_long_then_those_heard_before(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    await _wait(sessions, "again", 30, heard=True)
    await _wait(sessions, "long", HOUR)
    await _wait(sessions, "short", 40)
    await _wait(sessions, "urgent-long", HOUR)
    await _wait(sessions, "shorter", 20)
    order = await _order(sessions, clock, Queue(sessions, clock, Marked("urgent-long")))
    assert order == ["urgent-long", "shorter", "short", "long", "again"]


async def test_a_long_one_is_not_passed_for_ever(sessions: SessionFactory, clock: FixedClock) -> None:
    queue = Queue(sessions, clock, NoMarks())
    await _wait(sessions, "long", 6 * HOUR)
    passed = 0
    for minute in range(0, 24 * 60, 10):  # a short call every ten minutes, one transcribed in that time
        clock.advance(timedelta(minutes=10))
        await _wait(sessions, f"short-{minute}", 30, clock.now())
        await queue.enlist()
        lease = await claim(sessions, clock, (RecordingState.VERIFIED,), next_up)
        assert lease is not None
        if lease.recording.call_id == "long":
            break
        passed += 1
        async with sessions() as session:
            await lease.save(session, state=RecordingState.TRANSCRIBED)
            await session.commit()
    else:
        raise AssertionError("the long recording was never taken")
    assert 0 < passed <= 25


async def test_a_place_is_given_once_by_several(sessions: SessionFactory, clock: FixedClock) -> None:
    await _wait(sessions, "one", 10)
    first = Queue(sessions, clock, NoMarks())
    assert await first.enlist() == 1
    clock.advance(timedelta(hours=1))
    assert await Queue(sessions, clock, Marked("one")).enlist() == 0
    async with sessions() as session:
        jobs = (await session.scalars(select(TranscriptionJob))).all()
    assert [(job.urgency, job.queued_at) for job in jobs] == [(Urgency.USUAL, NOW)]


async def test_what_waits_is_told(sessions: SessionFactory, clock: FixedClock) -> None:
    async with sessions() as session:
        assert await backlog(session) == Backlog()
    await _wait(sessions, "one", 10)
    await _wait(sessions, "two", 10)
    async with sessions() as session:
        row = await session.scalar(select(Recording).where(Recording.call_id == "two"))
        assert row is not None
        row.attempts, row.last_error = 2, "TranscribeError: no such luck"
        await session.commit()
    async with sessions() as session:
        assert await backlog(session) == Backlog(2, 1, "TranscribeError: no such luck")


_LENGTHS = st.floats(0, 24 * HOUR)


@given(st.sampled_from([Urgency.URGENT, Urgency.USUAL]), _LENGTHS, _LENGTHS)
def test_nobody_is_passed_by_one_that_came_four_hours_later(
    urgency: Urgency, length: float, other: float
) -> None:
    later = NOW + timedelta(hours=4, seconds=1)
    assert rank(NOW, length, urgency) < rank(later, other, urgency)


@given(_LENGTHS, _LENGTHS)
def test_urgent_ones_come_first_and_the_long_wait_at_most_so_long_for_them(
    length: float, other: float
) -> None:
    assert rank(NOW, length, Urgency.URGENT) < rank(NOW, other, Urgency.USUAL)
    assert rank(NOW, length, Urgency.USUAL) < rank(NOW + timedelta(hours=17), other, Urgency.URGENT)
