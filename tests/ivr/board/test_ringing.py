"""Which seat rings: from the switch's events to Redis."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis

from core.clock import FixedClock
from ivr.board import ringing
from ivr.board.channel import LIVE
from ivr.board.ringing import KEY, HungUp, Ring, Ringing, understood
from tests.conftest import poll

CALL = "h1-1795416043.5"
CALLED = {
    "event": "AgentCalled",
    "uniqueid": CALL,
    "linkedid": CALL,
    "calleridnum": "13800001234",
    "queue": "q-general",
    "membername": "1001",
    "interface": "PJSIP/1001w",
    "destchannel": "PJSIP/1001w-0000000a",
}
HANGUP = {"event": "Hangup", "channel": "PJSIP/1001w-0000000a", "linkedid": CALL}
RUNG = {"event": "UserEvent", "userevent": "HotlineRing", "seat": "1002", "call": CALL, "why": "return"}


def test_a_queue_rings_a_seat(clock: FixedClock) -> None:
    ring = understood(CALLED, clock.now())
    assert isinstance(ring, Ring)
    assert (ring.seat, ring.call_id, ring.why, ring.queue) == ("1001", CALL, "queue", "general")
    assert (ring.caller, ring.at) == ("13800001234", clock.now())


def test_a_citizen_once_bridged_with_an_older_channel_keeps_the_call(clock: FixedClock) -> None:
    ring = understood({**CALLED, "linkedid": "h1-1795416000.1"}, clock.now())
    assert isinstance(ring, Ring) and ring.call_id == CALL


def test_the_queue_of_one_seat_has_no_name(clock: FixedClock) -> None:
    ring = understood({**CALLED, "queue": "seat-1001", "calleridnum": "<unknown>"}, clock.now())
    assert isinstance(ring, Ring) and (ring.queue, ring.caller) == ("", "")


@pytest.mark.parametrize(
    ("why", "kept"), [("return", "return"), ("consult", "consult"), ("", "transfer"), ("x", "transfer")]
)
def test_the_dialplan_rings_a_seat(clock: FixedClock, why: str, kept: str) -> None:
    ring = understood({**RUNG, "why": why}, clock.now())
    assert isinstance(ring, Ring) and (ring.seat, ring.call_id, ring.why) == ("1002", CALL, kept)


@pytest.mark.parametrize(
    "event",
    [
        {"event": "Connected"},
        {"event": "UserEvent", "userevent": "Other", "seat": "1002", "call": CALL},
        {**RUNG, "seat": "1002;drop"},
        {**RUNG, "call": ""},
        {**CALLED, "membername": "nobody", "interface": "Local/1@x"},
        {**HANGUP, "channel": "PJSIP/trunk-demo-00000001"},
    ],
)
def test_what_rings_no_seat(clock: FixedClock, event: dict[str, str]) -> None:
    assert understood(event, clock.now()) is None


def test_a_hang_up_ends_the_ring_of_its_own_telephone_only(clock: FixedClock) -> None:
    queue, dialled = understood(CALLED, clock.now()), understood(RUNG, clock.now())
    over = understood({**HANGUP, "channelstatedesc": "Ringing"}, clock.now())
    other = understood({**HANGUP, "channel": "PJSIP/1001-0000000b", "channelstatedesc": "Up"}, clock.now())
    assert isinstance(queue, Ring) and isinstance(dialled, Ring)
    assert isinstance(over, HungUp) and isinstance(other, HungUp)
    assert (over.in_vain, other.in_vain) == (True, False)
    assert (over.ends(queue), other.ends(queue), other.ends(dialled)) == (True, False, True)


class _Switch:
    """Lets a test say what the switch says."""

    def listen(self, names: Iterable[str], hear: Callable[[Mapping[str, str]], None]) -> None:
        assert set(names) == {"AgentCalled", "UserEvent", "Hangup"}
        self.say = hear


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client: Redis = Redis.from_url(redis_url, decode_responses=True)
    yield client
    await client.aclose()


@pytest.fixture
async def switch(redis: Redis, clock: FixedClock) -> AsyncIterator[_Switch]:
    switch = _Switch()
    running = asyncio.create_task(Ringing(switch, redis, clock).run())
    yield switch
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def _heard(channel: Any) -> dict[str, Any]:
    async with asyncio.timeout(2):
        async for message in channel.listen():
            if message["type"] == "message":
                return dict(json.loads(message["data"]))
    raise AssertionError


async def test_a_ring_is_told_and_kept_and_taken_back(switch: _Switch, redis: Redis) -> None:
    async with redis.pubsub() as channel:
        await channel.subscribe(LIVE)
        switch.say(CALLED)
        told = await _heard(channel)
        assert (told["type"], told["ring"]["call_id"]) == ("ring", CALL)
        ring = await ringing.current(redis, "1001")
        assert ring is not None and ring.call_id == CALL
        switch.say({**HANGUP, "channelstatedesc": "Ringing"})
        assert await _heard(channel) == {"type": "ring_over", "seat": "1001", "call_id": CALL}
        assert await ringing.current(redis, "1001") is None


async def test_after_a_talk_it_is_kept_a_while_even_by_a_part_started_meanwhile(
    switch: _Switch, redis: Redis, clock: FixedClock
) -> None:
    ring = understood(CALLED, clock.now())
    assert isinstance(ring, Ring)
    await ringing.began(redis, ring)
    switch.say({**HANGUP, "channelstatedesc": "Up"})

    async def is_short() -> bool:
        return int(await redis.ttl(KEY + "1001")) <= ringing.AFTER_S

    await poll(is_short, "its end was noticed")
    assert await ringing.current(redis, "1001") == replace(ring, is_over=True)
