"""What leaves the house by itself, in `timers`: webhooks, and messages to other platforms (平台对接)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import structlog
from redis.asyncio import Redis
from sqlalchemy.exc import SQLAlchemyError

from core import alarms
from core.bus import Bus
from core.clock import Clock
from core.db import SessionFactory
from core.events import Event
from core.keybox import KeyBox
from core.settings import Settings
from ticketing.lanes import Lanes
from ticketing.webhooks.events import Events
from ticketing.webhooks.sender import Sender

#: Seconds between two looks at alarms, and two looks for what is old.
ALARMS_S, PRUNE_S = 30.0, 3600.0
#: Events that come together are written down together.
GATHER_S = 0.3
#: An event that could not be written down for this long is given up, with a log line.
GIVE_UP_AFTER = timedelta(days=1)
log = structlog.get_logger()


class Outward:
    """Everything of a process that delivers."""

    def __init__(self, settings: Settings, sessions: SessionFactory, clock: Clock) -> None:
        box = KeyBox.of(settings)
        self._clock, self._redis_url = clock, settings.redis.url
        self._events = Events(sessions, clock)
        self._sender = Sender(sessions, clock, box, settings.delivery, settings.webhooks)
        self._webhooks = Lanes(self._sender.due, self._sender.drain)

    def works(self, bus: Bus) -> tuple[Coroutine[Any, Any, None], ...]:
        """What has to run for as long as the process does."""
        return self._listen(bus), self._webhooks.run(), self._watch(), self._prune()

    async def _listen(self, bus: Bus) -> None:
        """Write down what is to be told; an event that cannot be written down now comes again."""
        async for message_id, event in bus.consume("outward", "timers", Events.wants, gather_s=GATHER_S):
            try:
                await self._take(event)
            except Exception as error:  # noqa: BLE001 - event consumer boundary
                if self._clock.now() - event.at < GIVE_UP_AFTER:
                    log.warning("not told yet, will try again", why=str(error))
                    continue
                log.error("given up telling", why=str(error), at=event.at.isoformat())
            await bus.ack("outward", message_id)

    async def _take(self, event: Event) -> None:
        if await self._events.handle(event):
            self._webhooks.wake()

    async def _watch(self) -> None:
        redis: Redis = Redis.from_url(self._redis_url, socket_connect_timeout=2, socket_timeout=5)
        try:
            while True:
                try:
                    await alarms.keep(redis, "webhook", await self._sender.alarms())
                except (SQLAlchemyError, OSError) as error:
                    log.debug("alarms not looked at", why=str(error).splitlines()[:1])
                await asyncio.sleep(ALARMS_S)
        finally:
            await redis.aclose()

    async def _prune(self) -> None:
        while True:
            try:
                await self._sender.prune()
            except (SQLAlchemyError, OSError) as error:
                log.warning("deliveries not pruned", why=str(error).splitlines()[:1])
            await asyncio.sleep(PRUNE_S)
