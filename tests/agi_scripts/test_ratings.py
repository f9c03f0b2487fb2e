"""Callers who rate the result by themselves: noted like a result visit, within a time limit."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from agi_scripts.ratings import Ratings
from core.clock import FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.settings import Settings
from ivr.flows.ports import LookupFailedError
from ivr.visits.tables import Visit, VisitState
from ticketing.tables import Case, Stage

NUMBER = "2102002026112300001"


async def _case(sessions: SessionFactory, clock: FixedClock, stage: Stage) -> None:
    now = clock.now()
    closed_at = now if stage == Stage.CLOSED else None
    case = Case(number=NUMBER, stage=stage, source="web", created_at=now, changed_at=now, closed_at=closed_at)
    async with sessions.begin() as session:
        session.add(case)


async def _visits(sessions: SessionFactory) -> list[tuple[str, str]]:
    async with sessions() as session:
        return [(visit.state, visit.result) for visit in await session.scalars(select(Visit))]


@pytest.mark.parametrize(("score", "state"), [(2, VisitState.DONE), (4, VisitState.SENDING_BACK)])
async def test_a_closed_case_is_rated(
    sessions: SessionFactory, clock: FixedClock, score: int, state: VisitState
) -> None:
    await _case(sessions, clock, Stage.CLOSED)
    ratings = Ratings(sessions, Settings(), clock)
    assert await ratings.rate(NUMBER, 1)
    assert await ratings.rate(NUMBER, score), "who changes their mind is believed"
    assert await _visits(sessions) == [(state, str(score))]


async def test_a_case_that_is_not_closed_is_not(sessions: SessionFactory, clock: FixedClock) -> None:
    await _case(sessions, clock, Stage.ESTABLISHED)
    ratings = Ratings(sessions, Settings(), clock)
    assert not await ratings.rate(NUMBER, 5)
    assert not await ratings.rate("no such number", 5)
    assert await _visits(sessions) == []


async def test_a_database_that_is_away_is_said_so(tmp_path: Path, clock: FixedClock) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path / 'nobody' / 'there.db'}")
    with pytest.raises(LookupFailedError):
        await Ratings(make_sessions(engine), Settings(), clock).rate(NUMBER, 1)
    await engine.dispose()
