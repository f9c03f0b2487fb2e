"""Stretches that are not recorded on purpose (暂停录音), and where they are on a recording's timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.db import SessionFactory, begin_write
from recorder.capture.tables import GapEnd, GapWhy, RecordingGap


@dataclass(frozen=True)
class OpenGap:
    """One that goes on."""

    id: int
    call_id: str
    channel: str
    why: str
    until_at: datetime


@dataclass(frozen=True)
class Gap:
    """A stretch of a recording's timeline, seconds from its beginning."""

    from_s: float
    to_s: float
    why: str
    side: str = "both"
    #: Extension of the seat that began it.
    by: str = ""


class GapBook:
    """Writes down what is not recorded, before it is not."""

    def __init__(self, sessions: SessionFactory, clock: Clock) -> None:
        self._sessions, self._clock = sessions, clock

    async def open_gaps(self) -> Sequence[OpenGap]:
        """All that go on now."""
        query = select(RecordingGap).where(RecordingGap.ended_at.is_(None)).order_by(RecordingGap.id)
        async with self._sessions() as session:
            return [_open(row) for row in await session.scalars(query)]

    async def end(self, gap_id: int, by: str) -> bool:
        """It is over; False: it had been before."""
        async with self._sessions() as session:
            await begin_write(session)
            same = update(RecordingGap).where(RecordingGap.id == gap_id, RecordingGap.ended_at.is_(None))
            result = await session.execute(same.values(ended_at=self._clock.now(), ended_by=GapEnd(by)))
            await session.commit()
        return isinstance(result, CursorResult) and result.rowcount == 1


async def begin(
    session: AsyncSession,
    call_id: str,
    channel: str,
    extension: str,
    why: GapWhy,
    now: datetime,
    longest: float,
) -> OpenGap:
    """Write one down in the caller's transaction; one that goes on in this call already is the same."""
    if (known := await current(session, call_id)) is not None:
        return known
    row = RecordingGap(
        call_id=call_id,
        channel=channel,
        extension=extension,
        why=why,
        began_at=now,
        until_at=now + timedelta(seconds=longest),
    )
    session.add(row)
    await session.flush()
    return _open(row)


async def current(session: AsyncSession, call_id: str) -> OpenGap | None:
    """The one that goes on in a call."""
    query = select(RecordingGap).where(RecordingGap.call_id == call_id, RecordingGap.ended_at.is_(None))
    row = await session.scalar(query.order_by(RecordingGap.id).limit(1))
    return _open(row) if row is not None else None


async def of_call(session: AsyncSession, call_id: str) -> Sequence[RecordingGap]:
    """All of a call, first to last."""
    query = select(RecordingGap).where(RecordingGap.call_id == call_id).order_by(RecordingGap.began_at)
    return (await session.scalars(query)).all()


def timeline(
    rows: Iterable[RecordingGap], answered_at: datetime, until: datetime, muted: Iterable[Gap] = ()
) -> list[Gap]:
    """Gaps of a recording that began at `answered_at`, in order, none beyond `until` (its end, or now).

    `muted`: what is known from elsewhere, such as stretches in which a citizen keyed in digits.
    """
    found = list(muted)
    for row in rows:
        ended = min(row.ended_at or row.until_at, until)
        from_s = max(0.0, (row.began_at - answered_at).total_seconds())
        to_s = (ended - answered_at).total_seconds()
        if to_s > from_s:
            found.append(Gap(round(from_s, 2), round(to_s, 2), row.why, row.side, row.extension))
    return sorted(found, key=lambda gap: (gap.from_s, gap.to_s))


def _open(row: RecordingGap) -> OpenGap:
    return OpenGap(row.id, row.call_id, row.channel, row.why, row.until_at)
