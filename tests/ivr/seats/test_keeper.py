"""The keeper against a switch that a test moves by hand; Redis and the database are real."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import UnavailableError
from core.settings import Settings
from ivr.ledger.tables import Seat
from ivr.seats import live
from ivr.seats.keeper import PresenceKeeper
from ivr.seats.tables import SeatState
from ivr.switch.hearing import Hear
from ivr.switch.lines import ChannelLine, QueueLine, SeatLine

PHONE = "PJSIP/1001"
TALK = (
    ChannelLine(
        "PJSIP/trunk-demo-00000001", True, True, "h-1.1", "h-1.1", "hl-queue", "s", "Queue", "b", "Up"
    ),
    ChannelLine("PJSIP/1001-00000002", True, True, "h-1.1", "h-1.2", "from-seat", "", "AppQueue", "b", "Up"),
)


@dataclass
class FakeSwitch:
    """One telephone in one queue."""

    paused_as: str | None = None
    channels: Sequence[ChannelLine] = ()
    away: bool = False
    orders: list[tuple[bool, str]] = field(default_factory=list)

    def listen(self, names: Sequence[str], hear: Hear) -> None: ...

    async def lines(self) -> Sequence[QueueLine]:
        if self.away:
            raise UnavailableError
        return [QueueLine("general", (SeatLine(PHONE, "ready", self.paused_as, False, 0.0),), ())]

    async def device_states(self) -> Mapping[str, str]:
        return {PHONE: "INUSE" if self.channels else "NOT_INUSE"}

    async def channel_lines(self) -> Sequence[ChannelLine]:
        return self.channels

    async def queue_add(self, *_: object, **__: object) -> None: ...

    async def queue_remove(self, queue: str, interface: str) -> None: ...

    async def queue_pause(self, interface: str, *, paused: bool, reason: str) -> None:
        self.paused_as = reason if paused else None
        self.orders.append((paused, reason))


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client: Redis = Redis.from_url(redis_url, decode_responses=True)
    yield client
    await client.aclose()


@pytest.fixture
async def house(sessions: SessionFactory) -> SessionFactory:
    async with sessions.begin() as session:
        session.add(Seat(extension="1001", display_name="坐席", sip_secret="s"))
    return sessions


def _keeper(switch: FakeSwitch, house: SessionFactory, redis: Redis, clock: FixedClock) -> PresenceKeeper:
    return PresenceKeeper(Settings(), switch, house, redis, clock)  # type: ignore[arg-type]


async def _anew(keeper: PresenceKeeper) -> str:
    """Look as after a lost connection; the seat's state then."""
    keeper.hear({"event": "Connected"})
    await keeper.look()
    return keeper.seats["1001"].state


async def test_a_keeper_goes_on_where_another_was_killed(
    house: SessionFactory, redis: Redis, clock: FixedClock
) -> None:
    switch = FakeSwitch(channels=TALK)
    first = _keeper(switch, house, redis, clock)
    first.hear({"event": "AgentCalled", "interface": PHONE, "uniqueid": "h-1.1", "queue": "q-general"})
    assert await _anew(first) == "talking"
    switch.channels = ()
    second = _keeper(switch, house, redis, clock)
    assert await _anew(second) == "talking", "told when it is paused: the seat was never ready"
    assert switch.orders == [(True, "wrapup")]
    assert await _anew(second) == "wrap_up"
    assert (second.seats["1001"].until or clock.now()) > clock.now()
    assert switch.orders == [(True, "wrapup")], "once a call"
    async with house() as session:
        rows = list(await session.scalars(select(SeatState).order_by(SeatState.id)))
    assert [(row.state, row.call_id, row.ended_at is None) for row in rows] == [
        ("talking", "h-1.1", False),
        ("wrap_up", "", True),
    ]


async def test_nothing_is_told_twice_and_nothing_while_the_switch_is_away(
    house: SessionFactory, redis: Redis, clock: FixedClock
) -> None:
    switch = FakeSwitch()
    keeper = _keeper(switch, house, redis, clock)
    async with redis.pubsub(ignore_subscribe_messages=True) as channel:
        await channel.subscribe("hotline:live")
        await channel.get_message(timeout=1.0)
        assert await _anew(keeper) == await _anew(keeper) == "ready"
        switch.away = True
        with pytest.raises(UnavailableError):
            await _anew(keeper)
        switch.away, switch.paused_as = False, "rest"
        assert await _anew(keeper) == "paused"
        told = [await channel.get_message(timeout=0.2) for _ in range(3)]
    assert [message is not None for message in told] == [True, True, False]
    assert (await live.read_all(redis))["1001"]["reason"] == "rest"
