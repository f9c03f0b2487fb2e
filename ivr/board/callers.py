"""What the ledger remembers of a caller: earlier calls, and what they thought of the talks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.ledger.tables import Call


@dataclass(frozen=True)
class Opinion:
    """How often this caller was asked after a talk; mean and last level, 1 (非常满意) to 5 (非常不满意)."""

    asked: int
    mean: float | None
    last: int | None


async def earlier_calls(session: AsyncSession, number: str, but: str, limit: int) -> Sequence[Call]:
    """The newest calls of a normalised number, without the call `but`."""
    query = select(Call).where(Call.caller == number, Call.id != but)
    return (await session.scalars(query.order_by(Call.started_at.desc()).limit(limit))).all()


async def opinion(session: AsyncSession, number: str) -> Opinion | None:
    """None: was never asked."""
    mine = (Call.caller == number, Call.survey_asked.is_(True))
    last = (
        select(Call.survey)
        .where(*mine, Call.survey.is_not(None))
        .order_by(Call.started_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = (await session.execute(select(func.count(), func.avg(Call.survey), last).where(*mine))).one()
    asked, mean, newest = row
    return Opinion(asked, float(mean) if mean is not None else None, newest) if asked else None
