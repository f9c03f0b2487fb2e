"""Finding what the index has missed: events may be lost with Redis, rows are not."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from recorder.search.tables import SearchRow
from recorder.tables import Recording, RecordingState, Transcript

#: Recordings looked at in one go.
WINDOW = 2000
#: Not ready to be found, or not there any more.
_NOT = (RecordingState.STAGED, RecordingState.DELETED)


async def newest_id(session: AsyncSession) -> int:
    return await session.scalar(select(func.max(Recording.id))) or 0


async def missed(session: AsyncSession, first: int, last: int) -> Sequence[int]:
    """Recordings with ids from `first` to `last` that the index lacks or knows without their transcript."""
    newest = select(func.coalesce(func.max(Transcript.id), 0)).where(Transcript.recording_id == Recording.id)
    query = (
        select(Recording.id)
        .outerjoin(SearchRow, SearchRow.recording_id == Recording.id)
        .where(Recording.id.between(first, last), Recording.state.not_in(_NOT))
        .where(or_(SearchRow.key.is_(None), SearchRow.transcript_id < newest.scalar_subquery()))
    )
    return (await session.scalars(query.order_by(Recording.id.desc()))).all()
