"""Which seat rings with which call: heard from the switch, kept while it matters, told to `web` at once.

A seat's page that is loaded again finds its call under the Redis key `hotline:pop:<extension>`.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.clock import Clock
from ivr.board.channel import LIVE
from ivr.queues import from_switch_name, is_switch_name

KEY = "hotline:pop:"
#: A pop nobody ended is gone after this long, seconds.
LONGEST_S = 4 * 3600
#: Work after the call goes on this long at most, seconds: a page loaded again then still shows the caller.
AFTER_S = 600
#: Our own event, sent by the dialplan right before it rings a seat other than through a queue.
RING_EVENT = "HotlineRing"
#: Events the ringing is heard from.
EVENTS = ("AgentCalled", "UserEvent", "Hangup")
_SEAT_CHANNEL = re.compile(r"PJSIP/(\d{3,6})w?-[0-9a-f]+")
_SEAT = re.compile(r"(?:PJSIP/)?(\d{3,6})w?")
_WHY = frozenset({"queue", "transfer", "return", "consult", "callback", "resume", "outbound"})

log = structlog.get_logger()


@dataclass(frozen=True)
class Ring:
    """A seat rings. `caller` is what the switch shows of the caller, and no more than a hint: the ledger
    knows whether it may be shown; empty where the switch did not say."""

    seat: str
    call_id: str
    #: queue, transfer, return, consult, callback, resume or outbound.
    why: str
    #: Name of the queue; empty: not through one.
    queue: str
    caller: str
    #: ISO 8601.
    rang_at: str
    #: Linked id of the call, and the seat's own channel where known: what hang-ups are known by.
    linked: str = ""
    channel: str = ""
    #: The seat talked with the caller, and has hung up.
    is_over: bool = False

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.rang_at)


@dataclass(frozen=True)
class HungUp:
    """A seat's telephone hung up; `in_vain`: it had not answered."""

    seat: str
    channel: str
    linked: str
    in_vain: bool

    def ends(self, ring: Ring) -> bool:
        """Whether it was the telephone `ring` rang."""
        return self.channel == ring.channel if ring.channel else self.linked in (ring.linked, ring.call_id)


def understood(event: Mapping[str, str], now: datetime) -> Ring | HungUp | None:
    """What an event of the switch says of a ringing seat; None: nothing."""
    match event["event"]:
        case "AgentCalled":
            return _called(event, now)
        case "UserEvent" if event.get("userevent") == RING_EVENT:
            return _rung(event, now)
        case "Hangup":
            if seat := _SEAT_CHANNEL.fullmatch(event.get("channel", "")):
                in_vain = event.get("channelstatedesc") != "Up"
                return HungUp(seat[1], event["channel"], event.get("linkedid", ""), in_vain)
    return None


def _called(event: Mapping[str, str], now: datetime) -> Ring | None:
    seat = _SEAT.fullmatch(event.get("membername", "")) or _SEAT.fullmatch(event.get("interface", ""))
    if seat is None:
        return None
    name = event.get("queue", "")
    return Ring(
        seat=seat[1],
        # Not the linked id: a citizen who was bridged with an older channel has that one's.
        call_id=event.get("uniqueid", ""),
        why="queue",
        queue=from_switch_name(name) if is_switch_name(name) else "",
        caller=_shown(event.get("calleridnum", "")),
        rang_at=now.isoformat(),
        linked=event.get("linkedid", ""),
        channel=event.get("destchannel", ""),
    )


def _rung(event: Mapping[str, str], now: datetime) -> Ring | None:
    seat, call_id = _SEAT.fullmatch(event.get("seat", "")), event.get("call", "")
    if seat is None or not call_id:
        return None
    why = event.get("why", "")
    why = why if why in _WHY else "transfer"
    return Ring(seat[1], call_id, why, "", "", now.isoformat(), event.get("linkedid", ""))


def _shown(number: str) -> str:
    return "" if number == "<unknown>" else number[:64]


class Hears(Protocol):
    """As much of the switch as this needs (ivr.switch.ami.Switch)."""

    def listen(self, names: Iterable[str], hear: Callable[[Mapping[str, str]], None]) -> None: ...


class Ringing:
    """The work in `exchange`: every event becomes one trip to Redis."""

    def __init__(self, switch: Hears, redis: Redis, clock: Clock) -> None:
        self._redis, self._clock = redis, clock
        self._news: asyncio.Queue[Ring | HungUp] = asyncio.Queue()
        #: Seat → what it rang with last; None: nothing that goes on. Other hang-ups cost no trip.
        self._rings: dict[str, Ring | None] = {}
        switch.listen(EVENTS, self._hear)

    def _hear(self, event: Mapping[str, str]) -> None:
        if (news := understood(event, self._clock.now())) is not None:
            self._news.put_nowait(news)

    async def run(self) -> None:
        """Tell until cancelled; what a Redis that is away misses is not told later: a pop is of now."""
        while True:
            news = await self._news.get()
            try:
                await self._tell(news)
            except (RedisError, OSError) as error:
                log.warning("a screen pop was lost: redis is away", seat=news.seat, why=str(error))

    async def _tell(self, news: Ring | HungUp) -> None:
        if isinstance(news, Ring):
            self._rings[news.seat] = news
            await began(self._redis, news)
            return
        if news.seat not in self._rings:  # this part was started while the seat was on the phone
            self._rings[news.seat] = await current(self._redis, news.seat)
        ring = self._rings[news.seat]
        if ring is not None and news.ends(ring):
            self._rings[news.seat] = None
            await ended(self._redis, ring, in_vain=news.in_vain)


async def began(redis: Redis, ring: Ring) -> None:
    """Keep and tell a ring, in one trip.

    Raises:
        RedisError, OSError
    """
    body = asdict(ring)
    async with redis.pipeline(transaction=True) as pipe:
        pipe.set(KEY + ring.seat, json.dumps(body), ex=LONGEST_S)
        pipe.publish(LIVE, json.dumps({"type": "ring", "ring": body}))
        await pipe.execute()


async def ended(redis: Redis, ring: Ring, *, in_vain: bool) -> None:
    """A ring that found nobody is forgotten at once, a call that is over when its work after has had time.

    Raises:
        RedisError, OSError
    """
    if not in_vain:
        over = replace(ring, is_over=True)
        await redis.set(KEY + ring.seat, json.dumps(asdict(over)), ex=AFTER_S, xx=True)
        return
    told = {"type": "ring_over", "seat": ring.seat, "call_id": ring.call_id}
    async with redis.pipeline(transaction=True) as pipe:
        pipe.delete(KEY + ring.seat)
        pipe.publish(LIVE, json.dumps(told))
        await pipe.execute()


async def current(redis: Redis, seat: str) -> Ring | None:
    """The call `seat` rings with, talks in, or has just had; None: none.

    Raises:
        RedisError, OSError
    """
    said = await redis.get(KEY + seat)
    return Ring(**json.loads(said)) if said else None


async def run(switch: Hears, url: str, clock: Clock) -> None:
    """The work, with a connection of its own; until cancelled."""
    redis: Redis = Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)
    try:
        await Ringing(switch, redis, clock).run()
    finally:
        await redis.aclose()
