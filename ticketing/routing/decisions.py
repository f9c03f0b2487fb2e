"""Decisions as they are taken (派遣, 区级转派) and what becomes of them. Called by the one door alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.case_settings import Cases
from core.tables import Account
from ticketing.routing.proposal import propose
from ticketing.routing.tables import DecisionOutcome, RoutingDecision
from ticketing.tables import Case

#: Moves that give the case to a unit.
_GIVES = frozenset({"dispatch", "assign"})
#: Moves that settle what became of it.
_SETTLES = {
    "accept": DecisionOutcome.ACCEPTED,
    "return": DecisionOutcome.RETURNED,
    "assign": DecisionOutcome.PASSED_ON,
    "force_close": DecisionOutcome.PASSED_ON,
}


async def note(
    session: AsyncSession,
    move: str,
    case: Case,
    actor: Account | None,
    text: str,
    now: datetime,
    rules: Cases,
) -> None:
    """Keep what a move says about routing: a new decision, the outcome of the last one, or nothing.

    Args:
        text: the note of the move; of a return the reason.
    """
    if outcome := _SETTLES.get(move):
        await _settle(session, case, outcome, actor, text, now)
    if move in _GIVES:
        await _decide(session, move, case, actor, now, rules)


async def _settle(
    session: AsyncSession,
    case: Case,
    outcome: DecisionOutcome,
    actor: Account | None,
    text: str,
    now: datetime,
) -> None:
    """The case's last decision has come to `outcome`; a unit may return what it had accepted."""
    query = select(RoutingDecision).where(RoutingDecision.case_id == case.id)
    last = await session.scalar(query.order_by(RoutingDecision.id.desc()).limit(1))
    settled_by_return = (
        (DecisionOutcome.OPEN, DecisionOutcome.ACCEPTED)
        if outcome == DecisionOutcome.RETURNED
        else (DecisionOutcome.OPEN,)
    )
    if last is None or last.outcome not in settled_by_return:
        return
    last.outcome, last.outcome_at, last.outcome_note = outcome, now, text
    last.outcome_by = actor.id if actor else None


async def _decide(
    session: AsyncSession, move: str, case: Case, actor: Account | None, now: datetime, rules: Cases
) -> None:
    assert case.unit is not None  # noqa: S101 - both moves have just put one
    proposal = await propose(session, case, now, rules)
    facts: dict[str, Any] = {
        name: getattr(case, name)
        for name in ("category_edition", "category_kind", "category_code", "district", "unit")
    }
    session.add(
        RoutingDecision(
            **facts,
            case_id=case.id,
            at=now,
            actor_id=actor.id if actor else None,
            move=move,
            version=proposal.version,
            rule_id=proposal.rule_id,
            proposed=proposal.unit,
            basis=proposal.basis,
            because=proposal.because,
        )
    )
