"""One chain for each case: an entry's sum covers all it says and the sum of the entry before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import chain
from ticketing.tables import CaseHistory

#: What an entry's sum covers: which entry, when, who, from where, what, why.
COVERED = (
    *("case_id", "seq", "at", "actor_id", "address", "move", "from_stage", "to_stage"),
    *("note", "changes", "inputs"),
)


@dataclass(frozen=True)
class Tail:
    """The last entry of a case; `at` is None where there is none yet."""

    seq: int = 0
    hash: str = chain.FIRST
    at: datetime | None = None


async def tail(session: AsyncSession, case_id: int) -> Tail:
    """What the next entry of the case follows."""
    query = (
        select(CaseHistory.seq, CaseHistory.hash, CaseHistory.at)
        .where(CaseHistory.case_id == case_id)
        .order_by(CaseHistory.seq.desc())
        .limit(1)
    )
    row = (await session.execute(query)).first()
    return Tail(row.seq, row.hash, row.at) if row else Tail()


def sum_of(entry: CaseHistory, previous: str) -> str:
    """The sum an entry must have when `previous` is the sum of the one before it."""
    return chain.link(previous, {name: getattr(entry, name) for name in COVERED})


def fasten(entry: CaseHistory, previous: str) -> None:
    """Chain a filled-in entry to the one before it."""
    entry.prev_hash, entry.hash = previous, sum_of(entry, previous)
