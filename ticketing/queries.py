"""Reading cases: one with its history, and a few for other pages; lists are `ticketing.listing`'s."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.tables import Account
from ticketing import scope, workflow
from ticketing.errors import NoSuchCaseError
from ticketing.tables import Case, CaseHistory, Stage
from ticketing.workflow import Move, Situation


@dataclass(frozen=True)
class HistoryLine:
    """One entry of a case's history with the name of who did it (None: the system)."""

    entry: CaseHistory
    actor: str | None


@dataclass(frozen=True)
class Offer:
    """A move of the reader's; `objection` says why it cannot be made just now, and is empty otherwise."""

    move: Move
    objection: str


@dataclass(frozen=True)
class CaseDetail:
    """A case, how it came to be, and what the reader can do with it now."""

    case: Case
    history: Sequence[HistoryLine]
    moves: tuple[Offer, ...]
    #: Codes of helping units (协办单位).
    helpers: Sequence[str]


async def detail(
    session: AsyncSession, case_id: int, reader: Account, now: datetime, most_delays: int = 2
) -> CaseDetail:
    """
    Raises:
        NoSuchCaseError: no case of the reader's has this id.
    """
    reach = await scope.of(session, reader)
    case = await session.scalar(select(Case).where(Case.id == case_id, reach.cases()))
    if case is None:
        raise NoSuchCaseError
    query = (
        select(CaseHistory, Account.display_name)
        .outerjoin(Account, Account.id == CaseHistory.actor_id)
        .where(CaseHistory.case_id == case_id)
        .order_by(CaseHistory.seq)
    )
    history = [HistoryLine(entry, actor) for entry, actor in await session.execute(query)]
    helping = await scope.helpers(session, case_id)
    situation = Situation(case, reader, now, most_delays)
    offers = tuple(
        Offer(move, workflow.objection(move, situation))
        for move in workflow.allowed(case.stage, reader.role)
        if scope.is_theirs(reach, move, case, helping)
    )
    return CaseDetail(case, history, offers, helping)


async def by_id(session: AsyncSession, case_ids: Collection[int]) -> dict[int, Case]:
    """Those of `case_ids` there are, in one statement."""
    return {case.id: case for case in await session.scalars(select(Case).where(Case.id.in_(case_ids)))}


async def of_number(session: AsyncSession, number: str, *, but: int | None, limit: int) -> Sequence[Case]:
    """The newest cases of a normalised caller number, drafts left out; without the case `but`."""
    query = select(Case).where(Case.caller_number == number, Case.stage != Stage.DRAFT, Case.id != (but or 0))
    return (await session.scalars(query.order_by(Case.id.desc()).limit(limit))).all()


async def open_in_street(
    session: AsyncSession, street: str, *, but: int | None, limit: int
) -> Sequence[Case]:
    """The newest cases of a street (街道) that are registered and not closed; without the case `but`."""
    query = select(Case).where(Case.street == street, Case.stage.in_(workflow.OPEN), Case.id != (but or 0))
    return (await session.scalars(query.order_by(Case.id.desc()).limit(limit))).all()


async def ids_by_call(session: AsyncSession, call_ids: Sequence[str]) -> dict[str, int]:
    """The case of each call that has one: for lists of calls, in one statement."""
    query = select(Case.call_id, Case.id).where(Case.call_id.in_(call_ids))
    return {call_id: case_id for call_id, case_id in await session.execute(query) if call_id}
