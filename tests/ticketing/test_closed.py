"""ticketing.closed: the way back into handling, once for each closing, whoever else is at the case."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.tables import Account
from ticketing import closed, drafts, moves
from ticketing.tables import Case, CaseHistory


async def _closed(sessions: SessionFactory, people: dict[str, Account], clock: FixedClock) -> Case:
    case, _ = await drafts.open_draft(
        sessions, call_id="a-1", caller_number="13800001234", transcript="路灯不亮", clock=clock
    )
    await _move(sessions, people["seat"], case.id, "register", clock, kind="report", district="210202")
    await _move(sessions, people["shift_leader"], case.id, "establish", clock)
    return await _move(sessions, people["shift_leader"], case.id, "close", clock)


async def _move(
    sessions: SessionFactory, actor: Account, case_id: int, name: str, clock: FixedClock, **fields: str
) -> Case:
    clock.advance(timedelta(minutes=1))
    async with sessions() as session:
        case = await session.get(Case, case_id)
    assert case is not None
    return await moves.move(
        sessions, case_id=case_id, move=name, actor=actor, version=case.version, fields=fields, clock=clock
    )


async def test_a_closed_case_goes_back_once_and_history_says_why(
    sessions: SessionFactory, people: dict[str, Account], clock: FixedClock
) -> None:
    case = await _closed(sessions, people, clock)
    assert case.closed_at is not None and case.number is not None
    found = await closed.find(sessions, number=case.number)
    assert found is not None and found.id == case.id

    async def reopen() -> bool:
        assert case.closed_at is not None
        return await closed.reopen(
            sessions, case_id=case.id, closed_at=case.closed_at, reason="不满意", clock=clock
        )

    assert sorted(await asyncio.gather(reopen(), reopen(), reopen())) == [False, False, True]
    assert await closed.find(sessions, case_id=case.id) is None
    async with sessions() as session:
        rows = list(await session.scalars(select(CaseHistory).order_by(CaseHistory.seq)))
    last = rows[-1]
    assert (last.move, last.from_stage, last.to_stage) == ("reopen", "closed", "established")
    assert (last.actor_id, last.note) == (None, "不满意")
    assert [row.move for row in rows].count("reopen") == 1
    await _move(sessions, people["shift_leader"], case.id, "close", clock)
    assert not await reopen(), "that was about the first closing"
