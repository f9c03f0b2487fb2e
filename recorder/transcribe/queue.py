"""Who is transcribed first: flagged and short recordings, and no long one waits for ever.

Each recording gets a rank when it queues, as if it had come later the longer it is, and earlier when it is
urgent. Ranks do not change: whatever comes after has a later one by as much, so waiting alone brings every
recording to the front (老化).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.db import SessionFactory, begin_write
from recorder.leases import are_due
from recorder.tables import Recording, RecordingState, Transcript
from recorder.transcribe.tables import TranscriptionJob, Urgency

#: A recording stands back by its length so many times over, but no further than the second.
_PER_LENGTH = 20.0
_LONGEST_BACK = timedelta(hours=4)
#: Ahead of what else came at the same time; behind it, when there is a transcript already.
_URGENT_AHEAD = timedelta(hours=12)
_AGAIN_BACK = timedelta(hours=24)
_BATCH = 500


class Marks(Protocol):
    """What other rooms know of calls, wired in by whoever composes the process."""

    async def urgent(self, call_ids: Collection[str]) -> Collection[str]:
        """Those of `call_ids` that are emergencies or that somebody flagged (紧急或被标记)."""
        ...


class NoMarks:
    """Nobody knows anything of calls: short ones first."""

    async def urgent(self, call_ids: Collection[str]) -> Collection[str]:
        return ()


@dataclass(frozen=True)
class Backlog:
    """What waits for a transcript."""

    waiting: int = 0
    #: Of these: failed at least once, to be tried again.
    failed: int = 0
    #: What the last one to fail failed with.
    last_error: str = ""


def rank(queued_at: datetime, duration_s: float, urgency: Urgency) -> datetime:
    """Where a recording of `duration_s` stands that queued at `queued_at`."""
    back = min(timedelta(seconds=duration_s * _PER_LENGTH), _LONGEST_BACK)
    if urgency is Urgency.URGENT:
        return queued_at - _URGENT_AHEAD + back
    return queued_at + back + (_AGAIN_BACK if urgency is Urgency.AGAIN else timedelta())


def next_up(now: datetime, states: Collection[RecordingState]) -> Select[Recording]:
    """The query for the recording to be transcribed next (`recorder.leases.Next`)."""
    query = select(Recording).join(TranscriptionJob, TranscriptionJob.recording_id == Recording.id)
    return query.where(*are_due(now, states)).order_by(TranscriptionJob.rank_at, Recording.id).limit(1)


class Queue:
    """Gives every verified recording its place. Several processes may do so at once."""

    def __init__(self, sessions: SessionFactory, clock: Clock, marks: Marks) -> None:
        self._sessions, self._clock, self._marks = sessions, clock, marks

    async def enlist(self) -> int:
        """Rank verified recordings that have no place yet; how many."""
        async with self._sessions() as session:
            new = (await session.execute(_without_place())).all()
        if not new:
            return 0
        urgent = await self._marks.urgent([row.call_id for row in new])
        now = self._clock.now()
        async with self._sessions() as session:
            await begin_write(session)
            ids = [row.id for row in new]
            there = set(await session.scalars(_places_of(ids)))
            heard = set(await session.scalars(_heard_of(ids)))
            for row in new:
                if row.id in there:
                    continue
                urgency = Urgency.URGENT if row.call_id in urgent else Urgency.USUAL
                if row.id in heard:
                    urgency = Urgency.AGAIN
                since = now if urgency is Urgency.AGAIN else row.created_at
                place = rank(since, row.duration_s, urgency)
                session.add(
                    TranscriptionJob(recording_id=row.id, rank_at=place, urgency=urgency, queued_at=now)
                )
            try:
                await session.commit()
            except IntegrityError:  # another process was quicker; what is left comes with the next look
                return 0
        return len(new)


async def backlog(session: AsyncSession) -> Backlog:
    """What waits now."""
    waits = Recording.state == RecordingState.VERIFIED
    waiting = await session.scalar(select(func.count()).where(waits))
    failed = await session.scalar(select(func.count()).where(waits, Recording.attempts > 0))
    newest = select(Recording.last_error).where(waits, Recording.attempts > 0).order_by(Recording.id.desc())
    return Backlog(waiting or 0, failed or 0, await session.scalar(newest.limit(1)) or "")


def _without_place() -> Select[int, str, float, datetime]:
    has_place = select(TranscriptionJob.recording_id).where(TranscriptionJob.recording_id == Recording.id)
    return (
        select(Recording.id, Recording.call_id, Recording.duration_s, Recording.created_at)
        .where(Recording.state == RecordingState.VERIFIED, ~has_place.exists())
        .order_by(Recording.id)
        .limit(_BATCH)
    )


def _places_of(ids: Collection[int]) -> Select[int]:
    return select(TranscriptionJob.recording_id).where(TranscriptionJob.recording_id.in_(ids))


def _heard_of(ids: Collection[int]) -> Select[int]:
    return select(Transcript.recording_id).where(Transcript.recording_id.in_(ids)).distinct()
