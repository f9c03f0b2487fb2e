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
from core.clock import CHINA, Clock
from core.db import SessionFactory
from core.errors import HotlineError
from core.events import Event
from core.keybox import KeyBox
from core.settings import Settings
from ticketing.exchange import sender as exchange
from ticketing.exchange.outgoing import Outgoing
from ticketing.lanes import Lanes
from ticketing.webhooks.events import Events
from ticketing.webhooks.missed import Missed
from ticketing.webhooks.sender import Sender

#: Seconds between two looks at alarms, and two at lists that are due and at what is old.
ALARMS_S, KEEP_S = 30.0, 1800.0
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
        self._outgoing = Outgoing(sessions, clock)
        self._missed = Missed(sessions, clock)
        self._platforms = exchange.Sender(sessions, clock, box, settings.delivery, settings.exchange)
        self._messages = Lanes(self._platforms.due, self._platforms.drain)
        self._reconcile_hour = settings.exchange.reconcile_hour

    def works(self, bus: Bus) -> tuple[Coroutine[Any, Any, None], ...]:
        """What has to run for as long as the process does."""
        lanes = self._webhooks.run(), self._messages.run()
        return *lanes, self._listen(bus), self._watch(), self._keep()

    async def _listen(self, bus: Bus) -> None:
        """Write down what is to be told; an event that cannot be written down now comes again."""
        async for message_id, event in bus.consume("outward", "timers", Events.wants, gather_s=GATHER_S):
            try:
                await self._take(event)
            except Exception as error:  # noqa: BLE001 - event consumer boundary
                await self.catch_up()
                if self._clock.now() - event.at < GIVE_UP_AFTER:
                    log.warning("not told yet, will try again", why=str(error))
                    continue
                log.error("given up telling", why=str(error), at=event.at.isoformat())
            await bus.ack("outward", message_id)

    async def _take(self, event: Event) -> None:
        if await self._events.handle(event):
            self._webhooks.wake()
        if await self._outgoing.handle(event):
            self._messages.wake()

    async def catch_up(self) -> int:
        """Hand on what got lost between the commit and here; how many events."""
        lost = await self._missed.find()
        for event in lost:
            await self._take(event)
        return len(lost)

    async def _watch(self) -> None:
        redis: Redis = Redis.from_url(self._redis_url, socket_connect_timeout=2, socket_timeout=5)
        try:
            while True:
                try:
                    await alarms.keep(redis, "webhook", await self._sender.alarms())
                    await alarms.keep(redis, "platform", await self._platforms.alarms())
                except (SQLAlchemyError, OSError) as error:
                    log.debug("alarms not looked at", why=str(error).splitlines()[:1])
                await asyncio.sleep(ALARMS_S)
        finally:
            await redis.aclose()

    async def _keep(self) -> None:
        """Twice an hour: events that got lost, yesterday's lists for others; what is old goes."""
        while True:
            try:
                await self._sender.prune()
                await self._platforms.prune()
                await self.catch_up()
                if self._clock.now().astimezone(CHINA).hour >= self._reconcile_hour:
                    await self._outgoing.daily()
            except (SQLAlchemyError, OSError, HotlineError) as error:
                log.warning("lists not made, nothing pruned", why=str(error).splitlines()[:1])
            await asyncio.sleep(KEEP_S)
