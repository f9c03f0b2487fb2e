"""Process `watcher`: from the switch's event file to the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from core import outbox, process
from core.backoff import Backoff
from core.bus import Bus
from core.clock import Clock, SystemClock
from core.db import SessionFactory, make_engine, make_sessions
from core.secrets import instance_secret
from core.settings import Settings
from ivr.ledger import holds, store
from ivr.ledger.events import CallLost, SwitchEvent
from ivr.ledger.memory import Memory
from ivr.ledger.tables import CallEvent
from ivr.switch.ami import Switch, SwitchRefusedError, SwitchUnavailableError
from ivr.switch.cel import CelError, Translator
from ivr.switch.tail import BATCH_LINES, EventFile, Line

#: A call in progress is to be seen within a second; this is most of what we add to that. Looking more
#: often, or again at once after something came, would cost a transaction for each of the events that come in
#: bursts.
POLL_S = 0.4
#: How often calls are looked for that the switch no longer knows, and how long they must have been quiet.
LOST_CALLS_EVERY_S, QUIET_S = 30.0, 20.0

log = structlog.get_logger()


def cel_path(settings: Settings) -> EventFile:
    """The event file Asterisk writes (cel_custom.conf)."""
    return EventFile(settings.asterisk_dir / "log" / "cel-custom" / "cel.log")


def translate_all(lines: list[Line], translator: Translator) -> list[SwitchEvent]:
    """Events of `lines`; a line nobody understands is logged and left out."""
    events: list[SwitchEvent] = []
    for line in lines:
        try:
            events += translator.read(line.text, line.id)
        except CelError as error:
            log.error("cannot read an event of the switch", why=str(error), line=line.id)
    return events


class Watcher:
    """Carries events from the file to the ledger; a crash anywhere in between repeats, never loses."""

    def __init__(self, settings: Settings, sessions: SessionFactory, clock: Clock) -> None:
        self._area_code = settings.sip.area_code
        self._files = cel_path(settings), EventFile(holds.path(settings))
        self._translator, self._knows_calls = Translator(), False
        self._sessions = sessions
        self._clock = clock
        self._memory = Memory()
        #: One transaction at a time: the memory is told how each ended.
        self._writing = asyncio.Lock()

    async def carry_on(self) -> int:
        """Store what is new in the files; how many lines that were.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database is away; the file stays where it was.
        """
        files = [(file, lines) for file in self._files if (lines := file.read())]
        if not files:
            return 0
        async with self._transaction() as session:
            if not self._knows_calls:
                self._translator.expect(await store.calls_in_progress(session))
                self._knows_calls = True
            events = [v for _, lines in files for v in translate_all(lines, self._translator)]
            await store.apply(session, events, self._area_code, self._memory)
        for file, _ in files:
            file.commit()
        return sum(len(lines) for _, lines in files)

    async def end_lost_calls(self, live: set[str]) -> int:
        """End calls the switch has forgotten (it crashed, or the machine did). Returns how many."""
        quiet_since = self._clock.now() - timedelta(seconds=QUIET_S)
        async with self._transaction() as session:
            lost = [call for call in await store.open_calls(session, quiet_since) if call not in live]
            for call_id in lost:
                query = select(func.max(CallEvent.at)).where(CallEvent.call_id == call_id)
                at = (await session.scalar(query)) or quiet_since
                ended = CallLost(id=f"lost:{call_id}", call_id=call_id, at=at)
                await store.apply(session, [ended], self._area_code, self._memory)
                log.warning("the switch lost a call; ended in the ledger at its last event", call=call_id)
        return len(lost)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        async with self._writing:
            try:
                async with self._sessions.begin() as session:
                    yield session
            except BaseException:
                self._memory.forget()
                raise
            self._memory.keep()


async def main(settings: Settings, stop: asyncio.Event) -> None:
    """Process entry `watcher`."""
    await process.wait_for_database(settings, stop)
    engine, bus = make_engine(settings.database_url), Bus(settings.redis.url)
    switch = Switch(settings.ami, instance_secret(settings, "ami"))
    await switch.connect()
    watcher = Watcher(settings, make_sessions(engine), SystemClock())
    process.report("following the switch")
    log.info("following the switch's events")
    tasks = [
        asyncio.create_task(outbox.Relay(make_sessions(engine), bus, SystemClock()).run()),
        asyncio.create_task(_look_for_lost_calls(watcher, switch)),
    ]
    try:
        await _follow(watcher, stop)
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await switch.close()
        await bus.close()
        await engine.dispose()


async def _follow(watcher: Watcher, stop: asyncio.Event) -> None:
    backoff = Backoff(longest_s=5.0)
    while not stop.is_set():
        try:
            is_behind = await watcher.carry_on() >= BATCH_LINES
        except (SQLAlchemyError, OSError) as error:
            if backoff.is_first:
                log.error(
                    "ledger is behind: the events wait in the switch's file", why=str(error).splitlines()[0]
                )
            await backoff.wait()
            continue
        backoff = Backoff(longest_s=5.0)
        if not is_behind:
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await stop.wait()


async def _look_for_lost_calls(watcher: Watcher, switch: Switch) -> None:
    while True:
        await asyncio.sleep(LOST_CALLS_EVERY_S)
        try:
            await watcher.end_lost_calls(await switch.live_calls())
        except (SwitchUnavailableError, SwitchRefusedError):
            continue
        except (SQLAlchemyError, OSError) as error:
            log.warning("could not look for lost calls", why=str(error).splitlines()[0])
