"""Reports of a group event (群发事件) are closed with it, each on its own: so each reporter is told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased

from core.case_settings import Cases
from core.clock import Clock
from core.db import SessionFactory
from core.errors import ConflictError, HotlineError
from ticketing import moves
from ticketing.tables import Case, Stage

EVERY_S = 10.0
#: Cases closed in one round; the rest comes with the next.
MOST = 500
log = structlog.get_logger()


@dataclass(frozen=True)
class Following:
    """Closes what waits for a closed group event. Safe to run twice: a closed case does not wait any more."""

    sessions: SessionFactory
    rules: Cases
    clock: Clock

    async def run(self) -> None:
        """Again and again, until cancelled."""
        while True:
            try:
                await self.once()
            except (SQLAlchemyError, OSError) as error:
                log.warning("group events wait: the database is away", why=str(error).splitlines()[0])
            await asyncio.sleep(EVERY_S)

    async def once(self) -> int:
        """How many were closed."""
        done = 0
        for case_id, version, number in await self._waiting():
            try:
                await moves.move(
                    self.sessions,
                    case_id=case_id,
                    move="close_with_parent",
                    actor=None,
                    version=version,
                    note=f"随群发事件 {number} 结案",
                    clock=self.clock,
                    rules=self.rules,
                )
                done += 1
            except ConflictError:
                continue  # moved, or reopened, meanwhile: the next round looks again
            except HotlineError as error:
                log.error("a report cannot be closed with its event", case_id=case_id, why=str(error))
        return done

    async def _waiting(self) -> Sequence[tuple[int, int, str | None]]:
        event = aliased(Case)
        query = (
            select(Case.id, Case.version, event.number)
            .join(event, event.id == Case.merged_into)
            .where(event.is_group, event.stage == Stage.CLOSED, Case.stage == Stage.MERGED)
            .order_by(Case.id)
            .limit(MOST)
        )
        async with self.sessions() as session:
            return [(case_id, version, number) for case_id, version, number in await session.execute(query)]
