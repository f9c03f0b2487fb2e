"""Reading recordings and transcripts, for the rooms above. Who may ask is their business."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFoundError
from recorder.tables import Recording, Transcript


async def recording_of(session: AsyncSession, call_id: str) -> Recording | None:
    """The recording of a call, in whatever state; None when there is none (yet)."""
    found: Recording | None = await session.scalar(select(Recording).where(Recording.call_id == call_id))
    return found


async def recording(session: AsyncSession, recording_id: int) -> Recording:
    """
    Raises:
        NotFoundError: no recording has that id.
    """
    found = await session.get(Recording, recording_id)
    if found is None:
        raise NotFoundError("there is no such recording")
    return found


async def transcripts_of(session: AsyncSession, recording_id: int) -> Sequence[Transcript]:
    """The current transcripts of a recording, the caller's side first."""
    query = select(Transcript).where(Transcript.recording_id == recording_id, Transcript.is_current)
    return (await session.scalars(query.order_by(Transcript.side, Transcript.id))).all()


async def transcript_versions(session: AsyncSession, recording_id: int) -> Sequence[Transcript]:
    """All transcripts a recording ever had, the first version first."""
    query = select(Transcript).where(Transcript.recording_id == recording_id)
    return (await session.scalars(query.order_by(Transcript.version, Transcript.side))).all()
