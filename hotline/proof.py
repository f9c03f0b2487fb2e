"""The proof's daily work in `timers`, and the call ledger as the proof asks it (完整性证明)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core.clock import Clock
from core.db import SessionFactory
from core.errors import HotlineError
from core.settings import Settings
from ivr.ledger.tables import Call
from recorder.proof import roots
from recorder.proof.calls import AnsweredCall
from recorder.proof.seal import seal_due
from recorder.proof.tables import RecordingDay

#: Seconds between two looks at the clock.
LOOK_S = 300.0

log = structlog.get_logger()


class LedgerAnswered:
    """`recorder.proof.calls.AnsweredCalls` from the call ledger."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions

    async def page(
        self, after: str, since: datetime | None, until: datetime, limit: int
    ) -> Sequence[AnsweredCall]:
        query = (
            select(Call.id, Call.answered_at, Call.ended_at)
            .where(Call.id > after, Call.answered_at.is_not(None), Call.ended_at < until)
            .order_by(Call.id)
            .limit(limit)
        )
        if since is not None:
            query = query.where(Call.ended_at >= since)
        async with self._sessions() as session:
            rows = (await session.execute(query)).all()
        return [AnsweredCall(id_, answered, ended) for id_, answered, ended in rows if answered and ended]


async def seal(settings: Settings, sessions: SessionFactory, clock: Clock) -> None:
    """Seal what is due, until cancelled."""
    while True:
        try:
            await seal_once(settings, sessions, clock)
        except (SQLAlchemyError, OSError, HotlineError) as error:
            log.error("recordings not sealed, will try again", why=str(error).splitlines()[:1])
        await asyncio.sleep(LOOK_S)


async def seal_once(settings: Settings, sessions: SessionFactory, clock: Clock) -> list[RecordingDay]:
    """Seal what is due now and write down what the list of roots has not; what was sealed."""
    sealed = await seal_due(sessions, clock, timedelta(hours=settings.proof.grace_hours))
    place = roots.log_file(settings)
    last = await asyncio.to_thread(roots.last_number, place)
    newer = select(RecordingDay).where(RecordingDay.number > last).order_by(RecordingDay.number)
    async with sessions() as session:
        days = (await session.scalars(newer)).all()
    await asyncio.to_thread(roots.append, place, days)
    return sealed
