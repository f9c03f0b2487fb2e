"""The day's figures as hotline.md section 2 defines them, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.clock import FixedClock
from core.db import SessionFactory
from ivr.board import figures
from ivr.board.figures import Day, Figures
from ivr.ledger.tables import Call, Direction, Outcome

_serial = iter(range(10**6))


def _call(
    clock: FixedClock, outcome: Outcome, *, wait_s: float = 0.0, ago_s: float = 100, **more: Any
) -> Call:
    """A call that asked for a person `ago_s` ago and was answered after `wait_s` if its outcome says so."""
    queued = clock.now() - timedelta(seconds=ago_s)
    answered = queued + timedelta(seconds=wait_s) if outcome == Outcome.ANSWERED else None
    live = outcome == Outcome.IN_PROGRESS
    fields = {
        "started_at": queued,
        "queued_at": queued,
        "seat_answered_at": answered,
        "ended_at": None if live else clock.now(),
        "queue": "general",
        "wait_s": wait_s,
    }
    return Call(
        id=f"c{next(_serial)}", trunk="t", outcome=outcome, caller="13800001234", **{**fields, **more}
    )


async def _read(sessions: SessionFactory, clock: FixedClock, *calls: Call) -> Day:
    async with sessions.begin() as session:
        session.add_all(calls)
    async with sessions() as session:
        return await figures.read(session, clock.now())


async def test_rates_are_of_those_who_asked_for_a_person(sessions: SessionFactory, clock: FixedClock) -> None:
    day = await _read(
        sessions,
        clock,
        _call(clock, Outcome.ANSWERED, wait_s=3),
        _call(clock, Outcome.ANSWERED, wait_s=15),
        _call(clock, Outcome.ANSWERED, wait_s=15.1),
        _call(clock, Outcome.ABANDONED, wait_s=8),
        _call(clock, Outcome.MESSAGE, wait_s=30),
        _call(clock, Outcome.CALLBACK, wait_s=20),
        # Asked for nobody:
        _call(clock, Outcome.HUNG_UP_IN_MENU, queued_at=None),
        # Asked by us:
        _call(clock, Outcome.ANSWERED, wait_s=1, direction=Direction.OUTBOUND),
    )
    one = day.of("general", clock.now())
    assert (one.offered, one.answered, one.answered_15s, one.abandoned) == (6, 3, 2, 1)
    assert (one.rate_15s, one.connection_rate) == (pytest.approx(2 / 6), pytest.approx(3 / 6))
    assert one.mean_wait_s == pytest.approx((3 + 15 + 15.1) / 3)


async def test_who_still_waits_is_neither_answered_nor_lost(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    day = await _read(
        sessions,
        clock,
        _call(clock, Outcome.ANSWERED, wait_s=3),
        _call(clock, Outcome.IN_PROGRESS, ago_s=14, priority=3),
        _call(clock, Outcome.IN_PROGRESS, ago_s=40, marks=["confidential"]),
        # Has gone on to the message box, or to an outside number:
        _call(clock, Outcome.IN_PROGRESS, ago_s=60, message_at=clock.now()),
        _call(clock, Outcome.IN_PROGRESS, ago_s=60, forwarded_to="110"),
    )
    one = day.of("general", clock.now())
    assert [(w.priority, w.is_confidential) for w in day.waiting] == [(0, True), (3, False)]
    assert (one.offered, one.waiting, one.waiting_in_time) == (5, 2, 1)
    assert one.connection_rate == pytest.approx(1 / 3), "two may still be answered"
    assert one.rate_15s == pytest.approx(1 / 4), "only one may still be answered in time"


def test_nothing_is_no_rate() -> None:
    assert (Figures().rate_15s, Figures().connection_rate, Figures().mean_wait_s) == (None, None, None)
    assert replace(Figures(offered=1), waiting=1, waiting_in_time=1).rate_15s is None
    assert Figures(offered=1).connection_rate == 0


async def test_days_and_hours_are_chinas(sessions: SessionFactory, clock: FixedClock) -> None:
    """It is 09:30 in China; the day began at 16:00 UTC."""
    midnight = datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert clock.now() - midnight == timedelta(hours=9, minutes=30)
    day = await _read(
        sessions,
        clock,
        _call(clock, Outcome.ANSWERED, started_at=midnight),
        _call(clock, Outcome.ABANDONED, started_at=midnight - timedelta(seconds=1)),
        _call(clock, Outcome.ABANDONED, started_at=clock.now() - timedelta(minutes=31)),
        _call(clock, Outcome.ANSWERED, started_at=clock.now()),
    )
    assert {hour: (one.offered, one.answered, one.abandoned) for hour, one in day.hours.items()} == {
        0: (1, 1, 0),
        8: (1, 0, 1),
        9: (1, 1, 0),
    }


async def test_each_queue_and_all_together(sessions: SessionFactory, clock: FixedClock) -> None:
    day = await _read(
        sessions,
        clock,
        _call(clock, Outcome.ANSWERED, wait_s=4),
        _call(clock, Outcome.ABANDONED, queue="english"),
        _call(clock, Outcome.IN_PROGRESS, queue="english", ago_s=5),
    )
    now = clock.now()
    assert (day.of("general", now).connection_rate, day.of("english", now).connection_rate) == (1.0, 0.0)
    total = day.total(now)
    assert (total.offered, total.waiting, total.connection_rate) == (3, 1, 0.5)
    assert day.of("dialect", now).offered == 0
