"""Process `watcher` as it runs: real Redis, a database, a switch's file and a manager interface."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.bus import Bus
from core.db import make_engine, make_sessions
from core.events import CallChanged, Event, HelpRequested
from core.secrets import AMI, instance_secret
from core.settings import Ami, Database, Paths, Redis, Settings
from ivr import watcher
from ivr.ledger.tables import Call
from tests.conftest import RedisServer, poll
from tests.ivr.switch.manager import FakeManager, success

TRUNK = "hl-1.0 hl-1.0 PJSIP%2Ftrunk-demo-00000000"


class Running:
    """The process, what it published, and the switch's side."""

    def __init__(self, settings: Settings, manager: FakeManager) -> None:
        self.settings, self.manager = settings, manager
        self.events: list[Event] = []
        self.file = settings.asterisk_dir / "log" / "cel-custom" / "cel.log"
        self.engine = make_engine(settings.database_url)

    def switch_writes(self, kind: str, rest: str) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a") as file:
            file.write(f"{kind} {time.time():.6f} {TRUNK} {rest}\n")

    async def outcome(self) -> str:
        async with make_sessions(self.engine)() as session:
            call = await session.get(Call, "hl-1.0")
        return call.outcome if call else ""

    async def listen(self, bus: Bus) -> None:
        async for message_id, event in bus.consume("test", "test"):
            self.events.append(event)
            await bus.ack("test", message_id)


@pytest.fixture
async def running(
    tmp_path: Path,
    redis_url: str,
    redis_server: RedisServer,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Running]:
    monkeypatch.setattr(watcher, "LOST_CALLS_EVERY_S", 0.1)
    monkeypatch.setattr(watcher, "QUIET_S", 0.5)
    paths = Paths(state=tmp_path)
    manager = FakeManager(instance_secret(Settings(paths=paths), AMI))
    await manager.start()
    settings = Settings(
        paths=paths,
        redis=Redis(port=redis_server.port),
        database=Database(url=sqlite_url),
        ami=Ami(port=manager.port),
    )
    running, bus, stop = Running(settings, manager), Bus(redis_url), asyncio.Event()
    listening = asyncio.create_task(running.listen(bus))
    process = asyncio.create_task(watcher.main(settings, stop))
    yield running
    stop.set()
    async with asyncio.timeout(5):
        await process
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await bus.close()
    await running.engine.dispose()
    await manager.stop()


def _live(running: Running, *calls: str) -> None:
    rows = [{"Event": "CoreShowChannel", "Linkedid": call} for call in calls]
    start = success("Channels will follow") | {"EventList": "start"}
    end = {"Event": "CoreShowChannelsComplete", "EventList": "Complete"}
    running.manager.answers["CoreShowChannels"] = lambda _: [start, *rows, end]


async def test_lines_become_rows_and_events_within_a_second(running: Running) -> None:
    _live(running, "hl-1.0")
    await running.manager.until(lambda: running.manager.log_ins == 1)
    began = time.monotonic()
    running.switch_writes("CHAN_START", "from-trunk 12319    ")
    await poll(lambda: _any(running, CallChanged), "the call is published")
    assert time.monotonic() - began < 1.0
    running.switch_writes("APP_START", "hl-queue s Queue q-general  ")
    await poll(lambda: _any(running, HelpRequested), "help was asked for")
    assert await running.outcome() == "in_progress"


async def test_calls_the_switch_forgot_are_ended(running: Running) -> None:
    _live(running, "hl-1.0")
    running.switch_writes("CHAN_START", "from-trunk 12319    ")
    await poll(lambda: _any(running, CallChanged), "the call is published")
    await running.manager.until(lambda: len(running.manager.named("CoreShowChannels")) > 8)
    assert await running.outcome() == "in_progress", "quiet, but the switch still has it"
    _live(running)
    await poll(lambda: _is(running, "failed"), "the lost call is ended")


async def test_while_the_switch_is_away_no_call_is_taken_for_lost(running: Running) -> None:
    await running.manager.until(lambda: running.manager.log_ins == 1)
    await running.manager.stop()
    running.switch_writes("CHAN_START", "from-trunk 12319    ")
    await poll(lambda: _any(running, CallChanged), "the ledger goes on without it")
    await asyncio.sleep(0.8)  # longer than QUIET_S: several looks have come to nothing
    assert await running.outcome() == "in_progress"


async def _any(running: Running, kind: type[Event]) -> bool:
    return any(isinstance(event, kind) for event in running.events)


async def _is(running: Running, outcome: str) -> bool:
    return await running.outcome() == outcome
