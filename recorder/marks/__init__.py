"""What people write on a recording's timeline (标注), and moments they pass on by link (分享)."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from recorder.marks.tables import RecordingMark, RecordingShare


async def forget(session: AsyncSession, recording_id: int) -> None:
    """Remove what is known of a recording here, in the transaction of its deletion."""
    for table in (RecordingMark, RecordingShare):
        await session.execute(delete(table).where(table.recording_id == recording_id))
