"""Recordings put back in line for a better model; the versions they have stay, and stay current till then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recorder.tables import Recording, RecordingState, Transcript

#: Put back in one transaction.
BATCH = 500


@dataclass(frozen=True)
class Wanted:
    """Which recordings; what is None does not matter."""

    since: datetime | None = None
    until: datetime | None = None
    call_id: str | None = None
    #: Only those whose current transcript is by another (engine, model).
    not_by: tuple[str, str] | None = None


async def put_back(session: AsyncSession, wanted: Wanted, after: int = 0) -> Sequence[int]:
    """Have the next `BATCH` of them with ids above `after` heard again; the ids, none at the end.

    In the caller's transaction, opened with `begin_write`. Only recordings that have a transcript: the
    others are in line anyway.
    """
    query = select(Recording.id).where(
        Recording.state == RecordingState.TRANSCRIBED, Recording.id > after, *_conditions(wanted)
    )
    ids = (await session.scalars(query.order_by(Recording.id).limit(BATCH))).all()
    if ids:
        again = {"state": RecordingState.VERIFIED, "next_try_at": None, "leased_until": None, "attempts": 0}
        change = update(Recording).where(Recording.id.in_(ids), Recording.state == RecordingState.TRANSCRIBED)
        await session.execute(change.values(**again))
    return ids


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since:
        found.append(Recording.created_at >= wanted.since)
    if wanted.until:
        found.append(Recording.created_at < wanted.until)
    if wanted.call_id:
        found.append(Recording.call_id == wanted.call_id)
    if wanted.not_by:
        engine, model = wanted.not_by
        other = select(Transcript.id).where(
            Transcript.recording_id == Recording.id,
            Transcript.is_current,
            or_(Transcript.engine != engine, Transcript.model != model),
        )
        found.append(other.exists())
    return found
