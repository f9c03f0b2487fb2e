"""Who stands in which queue: kept from the switch's events, and looked at anew after a lost connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from core.clock import FixedClock
from ivr.board.waiting_room import Place, WaitingRoom, places
from ivr.switch.lines import QueueLine, WaitingCaller
from tests.conftest import poll


class _Switch:
    """Lets a test say what the switch says."""

    def __init__(self) -> None:
        self.waiting: list[QueueLine] = []

    def listen(self, names: Iterable[str], hear: Callable[[Mapping[str, str]], None]) -> None:
        assert set(names) == {"QueueCallerJoin", "QueueCallerLeave"}
        self.say = hear

    async def lines(self) -> list[QueueLine]:
        return self.waiting

    def joined(self, queue: str, call_id: str) -> None:
        self.say({"event": "QueueCallerJoin", "queue": queue, "uniqueid": call_id})

    def left(self, queue: str, call_id: str) -> None:
        self.say({"event": "QueueCallerLeave", "queue": queue, "uniqueid": call_id})


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client: Redis = Redis.from_url(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def switch(redis: Redis, clock: FixedClock) -> AsyncIterator[_Switch]:
    switch = _Switch()
    running = asyncio.create_task(WaitingRoom(switch, redis, clock).run())
    yield switch
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def _until(redis: Redis, wanted: dict[str, Place]) -> None:
    async def is_so() -> bool:
        return await places(redis) == wanted

    await poll(is_so, f"waiting: {wanted}", 2)


async def test_callers_come_move_on_and_leave(switch: _Switch, redis: Redis, clock: FixedClock) -> None:
    switch.joined("q-general", "a")
    switch.joined("seat-1001", "b")  # one seat's own queue is none
    await _until(redis, {"a": Place("general", clock.now())})
    switch.joined("q-english", "a")
    switch.left("q-general", "a")  # late: it has a place already
    await _until(redis, {"a": Place("english", clock.now())})
    switch.left("q-english", "a")
    await _until(redis, {})


async def test_after_a_lost_connection_everybody_is_looked_at(
    switch: _Switch, redis: Redis, clock: FixedClock
) -> None:
    switch.joined("q-general", "missed its leaving")
    await _until(redis, {"missed its leaving": Place("general", clock.now())})
    caller = WaitingCaller("b", 12.0, 0)
    switch.waiting = [QueueLine("general", (), (caller,)), QueueLine("seat-1001", (), (caller,))]
    switch.say({"event": "Connected"})
    await _until(redis, {"b": Place("general", clock.now() - timedelta(seconds=12))})
