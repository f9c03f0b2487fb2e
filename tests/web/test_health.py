"""/healthz names each part, turns 503 for any of them, and never waits for one that hangs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from time import perf_counter
from typing import Any

import pytest

from agi_scripts.server import FastAgiServer
from core.heartbeat import Heartbeat
from tests.web.world import World
from web.health import BEATING, CHECKS, parts
from web.services import SERVICES, Services

NAMES = {
    "redis",
    "database",
    "asterisk",
    "agi",
    "watcher",
    "recorder",
    "transcriber",
    "timers",
    "exchange",
    "listener",
    "web",
}


async def _health(world: World) -> tuple[int, dict[str, Any]]:
    answer = await (await world.client()).get("/healthz")
    body: dict[str, Any] = await answer.json()
    assert body["parts"].keys() == NAMES
    assert (answer.status == 200) == (body["status"] == "up")
    return answer.status, body["parts"]


@pytest.fixture
async def all_up(world: World) -> AsyncIterator[asyncio.Event]:
    """Every part answers; the event stops the FastAGI server."""
    for name in BEATING:
        beat = Heartbeat(world.settings.redis.url, name)
        await beat.once()
        await beat._redis.aclose()
    stop, agi = asyncio.Event(), world.settings.agi
    serving = asyncio.create_task(FastAgiServer({}).serve(agi.host, agi.port, stop))
    yield stop
    stop.set()
    await serving


async def test_all_up(world: World, all_up: asyncio.Event) -> None:
    status, found = await _health(world)
    assert (status, {name for name, part in found.items() if not part["up"]}) == (200, set())


async def test_each_part_that_is_down_is_named(world: World, all_up: asyncio.Event) -> None:
    world.switch.away = True
    await world.redis.delete("hotline:part:recorder")
    status, found = await _health(world)
    assert status == 503
    assert {name for name, part in found.items() if not part["up"]} == {"asterisk", "recorder"}
    assert found["recorder"]["detail"] == "no heartbeat"


async def test_what_hangs_does_not_hang_us(
    world: World, all_up: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stubborn(*_: object) -> str:
        while True:
            with suppress(asyncio.CancelledError):  # as a driver that cleans up slowly does
                await asyncio.wait_for(hang_up.wait(), 5)
                return ""

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hang_up.wait()
        writer.close()

    hang_up = asyncio.Event()
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        agi = world.settings.agi.model_copy(update={"port": server.sockets[0].getsockname()[1]})
        settings = world.settings.model_copy(update={"agi": agi})
        services = world.app[SERVICES]
        hanging = Services(settings, services.sessions, services.redis, services.clock, services.switch)
        monkeypatch.setattr("web.health.CHECKS", CHECKS | {"database": stubborn})
        begin = perf_counter()
        found = await parts(hanging)
        took = perf_counter() - begin
        hang_up.set()
    assert took < 2
    assert {name for name in ("agi", "database") if "no answer" in found[name].detail} == {"agi", "database"}
    assert found["redis"].up
