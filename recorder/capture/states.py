"""Where recordings are on their way (录音状态), and giving one another try.

staged → archived → verified → transcribed; damaged ones wait for a person. Nothing here touches a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import ConflictError, NotFoundError
from core.settings import Settings
from recorder.capture.tables import StagingCopy
from recorder.legs import Legs
from recorder.tables import Recording, RecordingState

#: States in which something is still to be done by a worker.
WORKING = (RecordingState.STAGED, RecordingState.ARCHIVED, RecordingState.VERIFIED)


@dataclass(frozen=True)
class StateFigures:
    """One state."""

    state: RecordingState
    count: int
    #: Failed at least once, to be tried again.
    failing: int
    #: Since when the oldest is there; of states nothing waits in, None.
    oldest_at: datetime | None


@dataclass(frozen=True)
class Kept:
    """Staging copies of verified recordings (暂存副本)."""

    count: int
    bytes: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class Page:
    """Some recordings, newest first; `next` is the id to go on before."""

    rows: Sequence[Recording]
    next: int | None


async def figures(session: AsyncSession) -> list[StateFigures]:
    """Every state, also those of which there is none."""
    failing = func.sum(case((Recording.attempts > 0, 1), else_=0))
    query = select(Recording.state, func.count(), failing, func.min(Recording.created_at))
    found = {row[0]: row for row in await session.execute(query.group_by(Recording.state))}
    rows = []
    for state in RecordingState:
        _, count, failed, oldest = found.get(state, (state, 0, 0, None))
        rows.append(StateFigures(state, count, int(failed or 0), oldest if state in WORKING else None))
    return rows


async def kept(session: AsyncSession) -> Kept:
    """What lies in the spool besides."""
    query = select(func.count(), func.sum(StagingCopy.bytes), func.min(StagingCopy.verified_at))
    count, size, oldest = (await session.execute(query)).one()
    return Kept(count, size or 0, oldest)


async def listing(
    session: AsyncSession,
    *,
    state: RecordingState | None = None,
    failing: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> Page:
    """Recordings in `state`, or in any; `failing`: with a failed attempt, or damaged."""
    query = select(Recording).order_by(Recording.id.desc()).limit(limit + 1)
    if state is not None:
        query = query.where(Recording.state == state)
    if failing:
        query = query.where(
            or_(
                Recording.state == RecordingState.DAMAGED,
                (Recording.attempts > 0) & Recording.state.in_(WORKING),
            )
        )
    if before is not None:
        query = query.where(Recording.id < before)
    rows = list(await session.scalars(query))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


async def retry(session: AsyncSession, settings: Settings, recording_id: int, now: datetime) -> Recording:
    """Have the next worker try again at once, with all its attempts, in the caller's transaction.

    Raises:
        NotFoundError: no such recording.
        ConflictError: it is being worked on, is done, or there is nothing left to make it from.
    """
    row = await session.get(Recording, recording_id)
    if row is None:
        raise NotFoundError("there is no such recording")
    if row.leased_until is not None and row.leased_until > now:
        raise ConflictError("这条录音正在处理中。")
    state = _again(row, settings)
    same = Recording.leased_until.is_not_distinct_from(row.leased_until)
    change = update(Recording).where(Recording.id == row.id, Recording.state == row.state, same)
    result = await session.execute(change.values(state=state, attempts=0, next_try_at=None))
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise ConflictError("这条录音正在处理中。")
    await session.refresh(row)
    return row


async def damaged_ids(session: AsyncSession) -> Sequence[int]:
    """All that wait for a person, oldest first."""
    query = select(Recording.id).where(Recording.state == RecordingState.DAMAGED).order_by(Recording.id)
    return (await session.scalars(query)).all()


def _again(row: Recording, settings: Settings) -> str:
    """The state to begin again in."""
    if row.state in WORKING:
        return row.state
    if row.state != RecordingState.DAMAGED:
        raise ConflictError("这条录音已处理完毕，无需重试。")
    if not any(Legs(settings.spool_dir, row.call_id).sizes().values()):
        raise ConflictError("暂存目录中没有这通电话的声音，无法重试。")
    return RecordingState.STAGED
