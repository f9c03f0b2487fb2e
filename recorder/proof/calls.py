"""What the proof must know of calls, asked through a protocol: the ledger is another room's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recorder.capture.tables import RecordingGap
from recorder.tables import Recording


@dataclass(frozen=True)
class AnsweredCall:
    """A call that was answered and is over."""

    call_id: str
    answered_at: datetime
    ended_at: datetime


class AnsweredCalls(Protocol):
    """The call ledger, wired in by whoever composes the command."""

    async def page(
        self, after: str, since: datetime | None, until: datetime, limit: int
    ) -> Sequence[AnsweredCall]:
        """At most `limit` answered calls that ended from `since` to before `until`, by id, those behind
        `after`."""
        ...


async def without_trace(db: AsyncSession, call_ids: Sequence[str]) -> set[str]:
    """Those of `call_ids` that have neither a recording's row nor a note of what is missing."""
    rows = await db.scalars(select(Recording.call_id).where(Recording.call_id.in_(call_ids)))
    gaps = await db.scalars(select(RecordingGap.call_id).where(RecordingGap.call_id.in_(call_ids)))
    return set(call_ids) - set(rows) - set(gaps)
