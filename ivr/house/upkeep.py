"""What must happen by itself: expired flags are written down, sounds nobody names any more go."""

from __future__ import annotations

import asyncio
import time

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core.clock import Clock
from core.db import SessionFactory
from core.settings import Settings
from ivr.house import flags, sounds
from ivr.house.tables import AnnouncementRow, ArticleRow

log = structlog.get_logger()
EVERY_S = 60.0
#: A recording by telephone that nobody kept goes after this many seconds.
_RECORDING_S = 3600.0


async def run(settings: Settings, sessions: SessionFactory, clock: Clock) -> None:
    """Once a minute, for ever; a fault waits for the next minute."""
    while True:
        try:
            await once(settings, sessions, clock)
        except (SQLAlchemyError, OSError) as error:
            log.warning("upkeep of the house failed; tried again", error=str(error))
        await asyncio.sleep(EVERY_S)


async def once(settings: Settings, sessions: SessionFactory, clock: Clock) -> None:
    """
    Raises:
        SQLAlchemyError, OSError
    """
    if expired := await flags.expire(sessions, clock):
        log.info("flags expired", count=expired)
    async with sessions() as db:
        announcements = set(await db.scalars(select(AnnouncementRow.sound)))
        articles = set(await db.scalars(select(ArticleRow.sound)))
    for root, used in (
        (sounds.announcements_dir(settings), announcements),
        (sounds.articles_dir(settings), articles),
    ):
        await asyncio.to_thread(sounds.sweep, root, used)
    await asyncio.to_thread(_drop_recordings, settings)


def _drop_recordings(settings: Settings) -> None:
    """Announcements recorded by telephone and not kept: the seat hung up, or Python was away."""
    for file in settings.spool_dir.glob("*-announcement.alaw"):
        if file.stat().st_mtime < time.time() - _RECORDING_S:
            file.unlink(missing_ok=True)
