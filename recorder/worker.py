"""The recorder process: hears that calls ended, sweeps the spool, and works recordings off one by one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from threading import Event as ThreadEvent
from typing import Protocol

import structlog
from redis.asyncio import Redis
from sqlalchemy.exc import SQLAlchemyError

from core import outbox
from core.bus import Bus
from core.clock import Clock, SystemClock
from core.db import SessionFactory, make_engine, make_sessions
from core.events import CallChanged, Event
from core.process import report, wait_for_database, wait_for_redis
from core.settings import Settings
from recorder import gauges
from recorder.calls import Ledger, UnknownCalls
from recorder.capture.missing import Missing
from recorder.capture.staging import Staging
from recorder.ingest import Ingest
from recorder.legs import BadCallIdError
from recorder.storage.watch import StoreWatch
from recorder.sweep import Sweep
from recorder.tables import Recording

GROUP = "recorder"
#: Seconds between two rounds through the spool.
SWEEP_S = 15.0
#: Seconds between two looks for work that has become due.
LOOK_S = 1.0
#: Seconds before going on after the database did not answer.
_AFTER_ERROR_S = 2.0

log = structlog.get_logger()


class Consumed(Protocol):
    """The part of `core.bus.Bus` this process needs."""

    def consume(
        self, group: str, consumer: str, wanted: Callable[[Event], bool] | None = None
    ) -> AsyncIterator[tuple[str, Event]]: ...
    async def ack(self, group: str, *message_ids: str) -> None: ...


class Worker:
    """The loops of the recorder; they end when `stop` is set."""

    def __init__(
        self,
        settings: Settings,
        sessions: SessionFactory,
        bus: Consumed,
        redis: Redis,
        calls: Ledger,
        stop: asyncio.Event,
        clock: Clock,
    ) -> None:
        self._settings, self._bus, self._redis = settings, bus, redis
        self._stop, self._clock = stop, clock
        self._stop_threads = ThreadEvent()
        self._news = asyncio.Event()
        self._staging = Staging(settings, sessions, clock)
        self._missing = Missing(settings, sessions, clock, calls)
        self._ingest = Ingest(settings, sessions, clock, stop=self._stop_threads, keep=self._keep)
        self._sweep = Sweep(settings.spool_dir, self._ingest, calls, sessions, clock, kept=self._staging.kept)
        self._store = StoreWatch(settings, sessions, redis, clock)
        wanted = settings.recording
        folders = (settings.spool_dir, settings.archive_dir)
        self._guard = gauges.DiskGuard(folders, wanted.min_free_mib, wanted.min_free_percent)

    async def run(self) -> None:
        """Work until `stop` is set."""
        listening = asyncio.create_task(self._listen())
        loops = [asyncio.create_task(loop()) for loop in (self._work, self._tidy, self._watch)]
        stopping = asyncio.create_task(self._stop.wait())
        try:
            done, _ = await asyncio.wait([listening, *loops, stopping], return_when=asyncio.FIRST_COMPLETED)
            self._stop.set()
            self._stop_threads.set()
            self._news.set()
            for task in done:
                task.result()
            await asyncio.gather(*loops)
        finally:
            self._stop_threads.set()
            for task in (listening, stopping, *loops):
                task.cancel()
            await asyncio.gather(listening, stopping, *loops, return_exceptions=True)

    async def _listen(self) -> None:
        async for message_id, event in self._bus.consume(GROUP, GROUP, _is_end_of_call):
            if isinstance(event, CallChanged) and not await self._heard(event):
                continue  # not acknowledged, so it comes again
            await self._bus.ack(GROUP, message_id)

    async def _heard(self, event: CallChanged) -> bool:
        try:
            if await self._ingest.stage(event.call_id):
                self._news.set()
            await self._missing.look_for(event.call_id)
        except BadCallIdError as error:
            log.error("an event names no call of ours", why=str(error))
        except SQLAlchemyError as error:
            log.warning("database trouble; the event will come again", why=str(error).splitlines()[0])
            return False
        return True

    async def _work(self) -> None:
        while not self._stop.is_set():
            self._news.clear()
            try:
                if await self._ingest.run_one():
                    continue
                pause = LOOK_S
            except SQLAlchemyError as error:
                log.warning("database trouble; going on in a moment", why=str(error).splitlines()[0])
                pause = _AFTER_ERROR_S
            await _wait(self._news, pause)

    async def _tidy(self) -> None:
        while not self._stop.is_set():
            try:
                await self._say(self._guard.check(self._clock.now()))
                await self._sweep.once()
                await self._staging.expire(self._ingest.clear_legs)
                await self._make_room()
            except (SQLAlchemyError, OSError) as error:
                log.warning("a round through the spool failed", why=str(error).splitlines()[0])
            await _wait(self._stop, SWEEP_S)

    async def _watch(self) -> None:
        is_well = True
        while not self._stop.is_set():
            try:
                was_well, is_well = is_well, await self._store.once()
                if is_well and not was_well:
                    self._news.set()
            except SQLAlchemyError as error:
                log.warning("the store's watch waits for the database", why=str(error).splitlines()[0])
            await _wait(self._stop, SWEEP_S)

    async def _keep(self, recording: Recording) -> bool:
        """Whether a verified recording's legs stay; what they lack is said first."""
        await self._missing.look(recording)
        return await self._staging.keep(recording)

    async def _make_room(self) -> None:
        """Copies of verified recordings go before a call is not recorded."""
        spool = self._settings.spool_dir
        if await self._staging.make_room(self._ingest.clear_legs, lambda: self._guard.is_low(spool)):
            await self._say(self._guard.check(self._clock.now()))

    async def _say(self, disk: gauges.Disk) -> None:
        await gauges.publish(self._redis, disk)
        report("the recordings' disk is almost full" if disk.disk_alarm else "")


def _is_end_of_call(event: Event) -> bool:
    return isinstance(event, CallChanged) and event.ended


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Until `event` is set, or `seconds` have gone by."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


async def main(settings: Settings, stop: asyncio.Event, calls: Ledger | None = None) -> None:
    """Take recordings in until `stop` is set. `calls` is the ledger; without it legs wait until orphaned."""
    await wait_for_redis(settings, stop)
    await wait_for_database(settings, stop)
    for folder in (settings.spool_dir, settings.archive_dir):
        folder.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.database_url)
    bus = Bus(settings.redis.url)
    redis: Redis = Redis.from_url(settings.redis.url, socket_connect_timeout=2, socket_timeout=2)
    try:
        sessions = make_sessions(engine)
        async with outbox.relaying(sessions, bus, SystemClock()):
            await Worker(settings, sessions, bus, redis, calls or UnknownCalls(), stop, SystemClock()).run()
    finally:
        await bus.close()
        await redis.aclose()
        await engine.dispose()
