"""Copies that stay in the spool after a recording is verified (暂存副本): for how long, and which goes first.

Only legs of a verified recording are ever removed here, and only while they are, byte for byte, what the
archive copy was made from: `Ingest.clear_legs` compares them again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.settings import Settings
from recorder.capture.tables import StagingCopy
from recorder.legs import Legs
from recorder.tables import Recording

#: Copies looked at in one go.
_BATCH = 200

log = structlog.get_logger()

#: Removes the legs of a verified recording; False: they are not its legs, and stay.
Clear = Callable[[Recording], Awaitable[bool]]


async def forget(session: AsyncSession, recording_id: int) -> None:
    """Nothing is kept of a recording any more: the next sweep removes its legs."""
    await session.execute(delete(StagingCopy).where(StagingCopy.recording_id == recording_id))


class Staging:
    """Which legs stay, for one spool folder."""

    def __init__(self, settings: Settings, sessions: SessionFactory, clock: Clock) -> None:
        self._spool = settings.spool_dir
        self._for = timedelta(hours=settings.recording.keep_staging_hours)
        self._sessions, self._clock = sessions, clock

    async def keep(self, recording: Recording) -> bool:
        """Whether the legs of a verified recording stay for now; writes down since when they do.

        Raises:
            SQLAlchemyError: nobody knows; they stay.
        """
        if not self._for:
            return False
        now = self._clock.now()
        async with self._sessions() as session:
            await begin_write(session)
            known = await session.get(StagingCopy, recording.id)
            if known is not None:
                return now - known.verified_at < self._for
            size = sum(Legs(self._spool, recording.call_id).sizes().values())
            session.add(
                StagingCopy(recording_id=recording.id, call_id=recording.call_id, verified_at=now, bytes=size)
            )
            try:
                await session.commit()
            except IntegrityError:  # another worker was quicker
                return True
        return True

    async def kept(self) -> set[str]:
        """Ids of the calls whose legs stay; nothing is to be done about them."""
        async with self._sessions() as session:
            return set(await session.scalars(select(StagingCopy.call_id)))

    async def expire(self, clear: Clear) -> int:
        """Remove what has stayed long enough; how many."""
        before = self._clock.now() - self._for
        removed = 0
        while found := await self._oldest(_BATCH, before):
            for recording in found:
                removed += await self._remove(recording, clear)
        return removed

    async def make_room(self, clear: Clear, is_low: Callable[[], bool]) -> int:
        """Remove the oldest copies until the disk is not low any more, or none is left; how many."""
        removed = 0
        while await asyncio.to_thread(is_low):
            found = await self._oldest(1)
            if not found:
                return removed
            removed += await self._remove(found[0], clear)
        return removed

    async def _oldest(self, limit: int, before: datetime | None = None) -> list[Recording]:
        query = select(Recording).join(StagingCopy, StagingCopy.recording_id == Recording.id)
        if before is not None:
            query = query.where(StagingCopy.verified_at <= before)
        async with self._sessions() as session:
            return list(await session.scalars(query.order_by(StagingCopy.verified_at).limit(limit)))

    async def _remove(self, recording: Recording, clear: Clear) -> bool:
        """The row goes last: a crash in between has the same done again, on legs that are gone."""
        is_cleared = await clear(recording)
        async with self._sessions() as session:
            await begin_write(session)
            await forget(session, recording.id)
            await session.commit()
        if is_cleared:
            log.info("staging copy removed", call=recording.call_id)
        return is_cleared
