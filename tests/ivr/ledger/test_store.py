"""Legs in the database: written when a call ends, anew when something comes after, threads brought in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select

from core.db import SessionFactory
from ivr.ledger import events as e
from ivr.ledger import store
from ivr.ledger.leg_tables import CallLeg, SeatLeg
from ivr.ledger.legs_queries import SeatTime, legs_of, seat_times
from ivr.ledger.memory import Memory
from tests.ivr.ledger.tables import call
from tests.ivr.ledger.test_legs import CALLS, HELD, TALK, legs_told, over, seats_told, whole


async def apply(sessions: SessionFactory, events: Sequence[e.SwitchEvent], memory: Memory) -> None:
    async with sessions.begin() as session:
        await store.apply(session, events, "0411", memory)
    memory.keep()


async def count(sessions: SessionFactory) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(CallLeg)) or 0


async def test_every_sort_of_call_event_by_event(sessions: SessionFactory) -> None:
    """What the database says after single batches is what the pure reducer says of all at once."""
    for table, _, _ in CALLS.values():
        memory, events = Memory(), call(table, "c")
        half = len(events) // 2
        for batch in (events[:half], events[half:-1], events[-1:]):
            await apply(sessions, batch, memory)
        async with sessions() as session:
            legs = await legs_of(session, "c")
        assert (legs_told(legs), seats_told(legs)) == (
            legs_told(whole(table)[1]),
            seats_told(whole(table)[1]),
        )
        async with sessions.begin() as session:
            for row in (*await session.scalars(select(CallLeg)), *await session.scalars(select(SeatLeg))):
                await session.delete(row)
            for event in await session.scalars(select(store.CallEvent)):
                await session.delete(event)


async def test_a_call_in_progress_has_no_rows_but_legs(sessions: SessionFactory) -> None:
    await apply(sessions, call(HELD), Memory())
    assert await count(sessions) == 0
    async with sessions() as session:
        legs = await legs_of(session, "c")
    assert legs_told(legs)[-1] == "seat 1001 hold 20 None"
    assert legs.seats[-1].ended_at is None


async def test_what_comes_after_the_end_writes_them_anew(sessions: SessionFactory) -> None:
    memory = Memory()
    events = call(TALK + over(30, "1001", "S", "b1") + "\n40 SeatHungUp seat=1002 by=seat channel=X")
    await apply(sessions, events[:-1], memory)
    rows = await count(sessions)
    for fresh in (memory, Memory()):
        await apply(sessions, events[-1:], fresh)
        assert await count(sessions) == rows == 4


async def test_a_thread_told_before_it_was_known_to_belong_to_the_call(sessions: SessionFactory) -> None:
    """Also by a watcher that has been started in between."""
    table = CALLS["parked and retrieved by another"][0]
    events = call(table)
    early = [replace(v, call_id="T") for v in events if getattr(v, "channel", "") == "T"][:2]
    rest = [v for v in events if v.id not in {one.id for one in early}]
    joined = call("51.55 ThreadJoined thread=T")[0]
    await apply(sessions, [*rest[:12], *early], Memory())
    await apply(sessions, [replace(joined, id="file:joined"), *rest[12:-1]], Memory())
    await apply(sessions, rest[-1:], Memory())
    async with sessions() as session:
        legs = await legs_of(session, "c")
    assert seats_told(legs) == seats_told(whole(table)[1])


async def test_time_of_seats_over_a_day(sessions: SessionFactory) -> None:
    table = CALLS["blind to a seat that does not answer, and back"][0]
    await apply(sessions, call(table), Memory())
    async with sessions() as session:
        assert await seat_times(session, date(2026, 11, 24)) == {}
        times = await seat_times(session, date(2026, 11, 23))
    assert times == {
        "1001": SeatTime(2, 2, 4.9, 29.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        "1002": SeatTime(1, 0, 20.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    }
