"""Watches over the store: an alarm while it is away; what waited for it goes on at once when it is back."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import CursorResult, or_, update

from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.settings import Settings
from recorder.storage import open_store
from recorder.storage.protocol import StoreUnavailableError
from recorder.tables import Recording, RecordingState

#: The board's hash of alarms: kind → `{kind, text, text_en, since}` as JSON, while the alarm lasts.
ALARMS = "hotline:alarms"
KIND = "store"
#: A store that says nothing for so many seconds counts as away, as a network disk that hangs does.
PROBE_S = 20.0
_WAITING = (RecordingState.STAGED, RecordingState.ARCHIVED, RecordingState.VERIFIED)

log = structlog.get_logger()


class StoreWatch:
    """Asks the store of the settings again and again. Capture goes on whatever it says."""

    def __init__(
        self,
        settings: Settings,
        sessions: SessionFactory,
        redis: Redis,
        clock: Clock,
        probe_s: float = PROBE_S,
    ) -> None:
        self._settings, self._sessions = settings, sessions
        self._redis, self._clock, self._probe_s = redis, clock, probe_s
        self._probing: asyncio.Task[None] | None = None
        self._away_since: datetime | None = None
        #: Nobody knows yet what was said before this process began.
        self._is_told_well = False

    async def once(self) -> bool:
        """Whether the store answers. Raises what the database raises; then the next time does the rest."""
        why = await self._trouble()
        if why:
            if self._away_since is None:
                self._away_since = self._clock.now()
                log.error("ALARM: the recordings' store is away; recordings wait", why=why)
            self._is_told_well = False
            await self._alarm(self._away_since, why)
            return False
        if not self._is_told_well:
            freed = await self._go_on()
            await self._alarm(None)
            if self._away_since is not None:
                log.info("the recordings' store is back", waited=freed)
            self._away_since, self._is_told_well = None, True
        return True

    async def _trouble(self) -> str:
        """Why the store is away; empty: it answers. One that hangs is asked once, however often we look."""
        if self._probing is None:
            self._probing = asyncio.create_task(asyncio.to_thread(self._probe))
        done, _ = await asyncio.wait({self._probing}, timeout=self._probe_s)
        if not done:
            return "it does not answer"
        probing, self._probing = self._probing, None
        try:
            probing.result()
        except (StoreUnavailableError, OSError) as error:
            return str(error)
        return ""

    def _probe(self) -> None:
        open_store(self._settings).probe()

    async def _go_on(self) -> int:
        """What failed only because the store was away is due now; how many."""
        now = self._clock.now()
        change = update(Recording).where(
            Recording.state.in_(_WAITING),
            Recording.attempts > 0,
            Recording.next_try_at > now,
            Recording.last_error.startswith(StoreUnavailableError.__name__),
            or_(Recording.leased_until.is_(None), Recording.leased_until <= now),
        )
        async with self._sessions() as session:
            await begin_write(session)
            result = await session.execute(change.values(next_try_at=now))
            await session.commit()
        return result.rowcount if isinstance(result, CursorResult) else 0

    async def _alarm(self, since: datetime | None, why: str = "") -> None:
        try:
            if since is None:
                await self._redis.hdel(ALARMS, KIND)
                return
            body = {
                "kind": KIND,
                "text": f"录音存储不可用，录音暂存本机：{why}",
                "text_en": f"The recordings' store is away, recordings wait here: {why}",
                "since": since.isoformat(),
            }
            await self._redis.hset(ALARMS, KIND, json.dumps(body, ensure_ascii=False))
        except (RedisError, OSError) as error:
            log.debug("no alarm: redis is away", error=str(error))
