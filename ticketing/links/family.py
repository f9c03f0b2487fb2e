"""Which cases belong together: what was merged into a case, what was split off it, group events under way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing import workflow
from ticketing.tables import Case, CaseHistory

#: Reports of a case that are listed; all of them are counted.
MOST_LISTED = 100
#: A repeat of a repeat of …: deeper than people go.
_DEPTH = 10


@dataclass(frozen=True)
class Family:
    """The links of one case. `reports`: what was merged into it, newest first; `total` counts all of them."""

    into: Case | None
    split_from: Case | None
    splits: Sequence[Case]
    reports: Sequence[Case]
    total: int


async def of(session: AsyncSession, case: Case) -> Family:
    into = await session.get(Case, case.merged_into) if case.merged_into else None
    origin = await session.get(Case, case.split_from) if case.split_from else None
    splits = await session.scalars(select(Case).where(Case.split_from == case.id).order_by(Case.id))
    merged = Case.merged_into == case.id
    reports = await session.scalars(select(Case).where(merged).order_by(Case.id.desc()).limit(MOST_LISTED))
    total = await session.scalar(select(func.count()).select_from(Case).where(merged))
    return Family(into, origin, splits.all(), reports.all(), total or 0)


async def reporters(session: AsyncSession, case_id: int) -> Sequence[Case]:
    """Every case whose reporter waits for the outcome of this one: merged into it, or into one that was.

    The port of whoever informs people: each case has the number to reach its reporter by.
    """
    found: dict[int, Case] = {}
    level: Collection[int] = {case_id}
    for _ in range(_DEPTH):
        query = select(Case).where(Case.merged_into.in_(level)).order_by(Case.id)
        new = {one.id: one for one in await session.scalars(query) if one.id not in found}
        if not new:
            break
        found |= new
        level = new.keys()
    return list(found.values())


@dataclass(frozen=True)
class Event:
    """A group event under way: why it was made one, and how many reports it has."""

    case: Case
    note: str
    reports: int


async def events(session: AsyncSession, limit: int = 100) -> list[Event]:
    """Group events that are not closed, newest first; three statements."""
    query = select(Case).where(Case.is_group, Case.stage.in_(workflow.OPEN)).order_by(Case.id.desc())
    cases = (await session.scalars(query.limit(limit))).all()
    ids = [one.id for one in cases]
    counted = await session.execute(
        select(Case.merged_into, func.count()).where(Case.merged_into.in_(ids)).group_by(Case.merged_into)
    )
    declared = await session.execute(
        select(CaseHistory.case_id, CaseHistory.note)
        .where(CaseHistory.case_id.in_(ids), CaseHistory.move == "declare_group")
        .order_by(CaseHistory.seq)
    )
    counts, notes = dict(counted.all()), dict(declared.all())
    return [Event(one, notes.get(one.id, ""), counts.get(one.id, 0)) for one in cases]
