"""core.bus on a real Redis: nothing is lost, nobody is stuck, a restart is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from core.bus import STREAM, Bus
from core.clock import FixedClock
from core.events import CaseEdited
from core.fakes import MemoryBus

Poll = Callable[..., Awaitable[None]]


@pytest.fixture
async def bus(redis_url: str) -> AsyncIterator[Bus]:
    bus = Bus(redis_url, block_ms=100)
    yield bus
    await bus.close()


@pytest.fixture(params=["redis", "memory"])
def any_bus(request: pytest.FixtureRequest, bus: Bus) -> Bus | MemoryBus:
    """What holds for the real bus holds for the one shipped for tests."""
    return bus if request.param == "redis" else MemoryBus()


async def take(messages: AsyncIterator[Any], count: int) -> list[Any]:
    async with asyncio.timeout(10):
        return [await anext(messages) for _ in range(count)]


def edited(clock: FixedClock, case_id: int) -> CaseEdited:
    return CaseEdited(at=clock.now(), case_id=case_id)


async def test_events_arrive_whole_and_in_order(any_bus: Bus | MemoryBus, clock: FixedClock) -> None:
    sent = [edited(clock, case_id) for case_id in range(3)]
    for event in sent:
        await any_bus.publish(event)
    messages = any_bus.consume("group", "one")
    assert [event for _, event in await take(messages, 3)] == sent


async def test_after_a_crash_unacked_messages_come_first(any_bus: Bus | MemoryBus, clock: FixedClock) -> None:
    for case_id in (1, 2):
        await any_bus.publish(edited(clock, case_id))
    before = any_bus.consume("group", "one")
    (first_id, _), _second = await take(before, 2)
    await any_bus.ack("group", first_id)
    await any_bus.publish(edited(clock, 3))
    after = any_bus.consume("group", "one")
    assert [event.case_id for _, event in await take(after, 2)] == [2, 3]


async def test_unwanted_events_are_acked_unseen(any_bus: Bus | MemoryBus, clock: FixedClock) -> None:
    for case_id in (1, 2, 3):
        await any_bus.publish(edited(clock, case_id))
    odd = any_bus.consume(
        "group", "one", lambda event: isinstance(event, CaseEdited) and event.case_id % 2 == 1
    )
    assert [event.case_id for _, event in await take(odd, 2)] == [1, 3]
    after = any_bus.consume("group", "one")
    assert [event.case_id for _, event in await take(after, 2)] == [1, 3], "2 was acked, the others were not"


async def test_a_failed_message_comes_again_without_a_restart(bus: Bus, clock: FixedClock) -> None:
    await bus.publish(edited(clock, 1))
    messages = bus.consume("group", "one")
    first, again = await take(messages, 2)
    assert first == again
    await bus.ack("group", first[0])
    await bus.publish(edited(clock, 2))
    assert (await take(messages, 1))[0][1] == edited(clock, 2)


async def test_who_left_nothing_is_not_asked_what_was_left(
    bus: Bus, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, poll: Poll
) -> None:
    asked: list[str] = []
    read = bus._read_group

    async def noted(group: str, consumer: str, last: str) -> Any:
        asked.append(last)
        return await read(group, consumer, last)

    monkeypatch.setattr(bus, "_read_group", noted)
    for case_id in (1, 2):
        await bus.publish(edited(clock, case_id))
    messages = bus.consume("group", "one")
    for _ in range(2):
        ((message_id, _event),) = await take(messages, 1)
        await bus.ack("group", message_id)

    async def has_gone_on() -> bool:
        return len(asked) >= 6

    reading = asyncio.ensure_future(anext(messages))
    await poll(has_gone_on, "it goes on reading")
    reading.cancel()
    await asyncio.wait([reading])
    assert asked[:2] == ["0", ">"]
    assert set(asked[1:]) == {">"}


async def test_messages_gather_while_nobody_hurries(bus: Bus, clock: FixedClock) -> None:
    messages = bus.consume("group", "one", gather_s=0.3)
    await bus.publish(edited(clock, 1))
    now = asyncio.get_running_loop().time
    ((message_id, _),) = await take(messages, 1)
    began = now()
    await bus.ack("group", message_id)
    for case_id in (2, 3):
        await bus.publish(edited(clock, case_id))
    assert [event.case_id for _, event in await take(messages, 2)] == [2, 3]
    assert now() - began >= 0.3


async def test_each_group_sees_every_event(any_bus: Bus | MemoryBus, clock: FixedClock) -> None:
    await any_bus.publish(edited(clock, 1))
    for group in ("one", "two"):
        assert len(await take(any_bus.consume(group, "worker"), 1)) == 1


async def test_a_message_nobody_can_read_is_passed_over(
    bus: Bus, redis_url: str, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    redis: Redis = Redis.from_url(redis_url)
    for poison in ({"x": "y"}, {"type": "CaseEdited", "body": "{"}, {"type": "Nothing", "body": "{}"}):
        await redis.xadd(STREAM, poison)
    await bus.publish(edited(clock, 1))
    messages = bus.consume("group", "one")
    ((message_id, event),) = await take(messages, 1)
    assert event == edited(clock, 1)
    await bus.ack("group", message_id)
    assert (await redis.xpending(STREAM, "group"))["pending"] == 0
    await redis.aclose()


async def test_followers_hear_what_happens_from_now_on(
    any_bus: Bus | MemoryBus, clock: FixedClock, poll: Poll
) -> None:
    await any_bus.publish(edited(clock, 0))
    sent, heard = [0], []

    async def listen() -> None:
        async for event in any_bus.follow():
            heard.append(event.case_id)

    async def has_heard() -> bool:
        sent.append(len(sent))
        await any_bus.publish(edited(clock, sent[-1]))
        return len(heard) >= 3

    listening = asyncio.create_task(listen())
    await poll(has_heard, "the follower hears")
    listening.cancel()
    await asyncio.wait([listening])
    assert 0 not in heard
    assert heard == sent[heard[0] : heard[-1] + 1], "once each, in order, none left out"


async def test_a_cancel_is_never_lost(bus: Bus) -> None:
    async def listen() -> None:
        async for _event in bus.follow():
            pass

    for turns in range(120):
        listening = asyncio.create_task(listen())
        for _ in range(turns % 40):
            await asyncio.sleep(0)
        listening.cancel()
        done, _ = await asyncio.wait([listening], timeout=2)
        assert done, f"still reading after a cancel {turns % 40} turns in"


async def test_a_redis_restart_is_waited_for(redis_server: Any, bus: Bus, clock: FixedClock) -> None:
    await bus.publish(edited(clock, 1))
    messages = bus.consume("group", "one")
    ((message_id, _),) = await take(messages, 1)
    await bus.ack("group", message_id)
    redis_server.stop()
    publishing = asyncio.create_task(bus.publish(edited(clock, 2)))
    reading = asyncio.create_task(take(messages, 1))
    try:
        done, _ = await asyncio.wait([publishing, reading], timeout=0.3)
        assert not done, "nobody gives up, and nobody makes things up, while Redis is away"
    finally:
        await redis_server.start()
    ((_, event),) = await asyncio.wait_for(reading, 15)
    await asyncio.wait_for(publishing, 15)
    assert event == edited(clock, 2)


async def test_a_redis_that_lost_everything_gets_its_group_back(
    redis_url: str, bus: Bus, clock: FixedClock
) -> None:
    await bus.publish(edited(clock, 1))
    messages = bus.consume("group", "one")
    await take(messages, 1)
    redis: Redis = Redis.from_url(redis_url)
    await redis.flushall()
    await redis.aclose()
    await bus.publish(edited(clock, 2))
    assert [event for _, event in await take(messages, 1)] == [edited(clock, 2)]
