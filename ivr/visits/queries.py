"""Reading visits. Changes go through `ivr.visits.book`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.visits.tables import Visit


async def newest(session: AsyncSession, *, state: str = "", limit: int = 50) -> Sequence[Visit]:
    """The visits planned last, in `state` if it is given."""
    query = select(Visit).order_by(Visit.id.desc()).limit(limit)
    return (await session.scalars(query.where(Visit.state == state) if state else query)).all()


async def case_ids(session: AsyncSession, visit_ids: Iterable[int]) -> dict[int, int]:
    """The case of each visit."""
    query = select(Visit.id, Visit.case_id).where(Visit.id.in_(list(visit_ids)))
    return dict((await session.execute(query)).all())
