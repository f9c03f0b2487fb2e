"""How long talks last just now, by queue, kept in memory: calls never wait for the database for it.

The switch has an average too, but it begins at zero with each start and forgets three quarters a call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from core.clock import Clock
from core.db import SessionFactory
from ivr.ledger.tables import Call

EVERY_S = 15.0
#: Calls this recent are averaged.
RECENT = timedelta(hours=2)

log = structlog.get_logger()


class TalkTimes:
    """`current`: queue → average talk in seconds; queues without a recent talk are not in it."""

    def __init__(self, sessions: SessionFactory, clock: Clock) -> None:
        self._sessions, self._clock = sessions, clock
        self.current: Mapping[str, float] = {}

    async def run(self) -> None:
        """Average again and again, until cancelled."""
        while True:
            await self.refresh()
            await asyncio.sleep(EVERY_S)

    async def refresh(self) -> None:
        """Average once; what was known before stays when the database is away."""
        query = (
            select(Call.queue, func.avg(Call.talk_s))
            .where(Call.started_at >= self._clock.now() - RECENT, Call.ended_at.is_not(None), Call.talk_s > 0)
            .group_by(Call.queue)
        )
        try:
            async with self._sessions() as session:
                self.current = {queue: float(talk) for queue, talk in await session.execute(query)}
        except (SQLAlchemyError, OSError) as error:
            log.debug("talk times stay as they were", why=str(error).splitlines()[0])
