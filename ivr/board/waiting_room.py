"""Who stands in which queue, as the switch says: Redis hash `hotline:waiting`, kept by `exchange`.

The ledger knows who waits for the first time. A caller whom a seat sent back into a queue has been answered
before, so that only the switch tells of that wait.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.clock import Clock
from core.errors import UnavailableError
from ivr.board.channel import LIVE
from ivr.queues import from_switch_name, is_switch_name
from ivr.switch.hearing import CONNECTED
from ivr.switch.lines import QueueLine

KEY = "hotline:waiting"
#: Who comes and goes so soon after each other is told together, seconds; the board has one.
TOGETHER_S = 0.1
#: Tells the board to look.
_CHANGED = json.dumps({"type": "waiting"})
#: Call, its queue, since when; None: it has left.
_Move = tuple[str, str, datetime | None]
log = structlog.get_logger()


class Hears(Protocol):
    """As much of the switch as this needs (ivr.switch.ami.Switch)."""

    def listen(self, names: Iterable[str], hear: Callable[[Mapping[str, str]], None]) -> None: ...

    async def lines(self) -> Sequence[QueueLine]: ...


@dataclass(frozen=True)
class Place:
    """A place in a queue (its own name) since a moment."""

    queue: str
    since: datetime


class WaitingRoom:
    """The work in `exchange`."""

    def __init__(self, switch: Hears, redis: Redis, clock: Clock) -> None:
        self._switch, self._redis, self._clock = switch, redis, clock
        self._news: asyncio.Queue[_Move | None] = asyncio.Queue()
        self._news.put_nowait(None)  # a look at the whole, first of all
        #: Call → its queue.
        self._queues: dict[str, str] = {}
        switch.listen(("QueueCallerJoin", "QueueCallerLeave"), self._hear)

    def _hear(self, event: Mapping[str, str]) -> None:
        name, call_id = event.get("queue", ""), event.get("uniqueid", "")
        match event["event"]:
            case "QueueCallerJoin" if is_switch_name(name):
                self._news.put_nowait((call_id, from_switch_name(name), self._clock.now()))
            case "QueueCallerLeave" if is_switch_name(name):
                self._news.put_nowait((call_id, from_switch_name(name), None))
            case event_name if event_name == CONNECTED:
                self._news.put_nowait(None)

    async def run(self) -> None:
        """Keep the hash until cancelled."""
        while True:
            news = [await self._news.get()]
            await asyncio.sleep(TOGETHER_S)
            while not self._news.empty():
                news.append(self._news.get_nowait())
            try:
                if None in news:
                    await self._look()
                    news = news[len(news) - news[::-1].index(None) :]
                await self._move([one for one in news if one is not None])
            except (UnavailableError, RedisError, OSError) as error:
                log.debug("who waits was not kept", why=str(error))

    async def _move(self, news: Sequence[_Move]) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            for call_id, queue, since in news:
                if since is not None:
                    self._queues[call_id] = queue
                    pipe.hset(KEY, call_id, _body(queue, since))
                elif self._queues.get(call_id) == queue:  # else it stands in the next queue already
                    del self._queues[call_id]
                    pipe.hdel(KEY, call_id)
            if len(pipe):
                pipe.publish(LIVE, _CHANGED)
                await pipe.execute()

    async def _look(self) -> None:
        """Everybody anew: events may have been missed."""
        now = self._clock.now()
        places = {
            caller.call_id: (line.name, now - timedelta(seconds=caller.waited_s))
            for line in await self._switch.lines()
            if not line.name.startswith("seat-")
            for caller in line.waiting
        }
        self._queues = {call_id: queue for call_id, (queue, _) in places.items()}
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(KEY)
            for call_id, (queue, since) in places.items():
                pipe.hset(KEY, call_id, _body(queue, since))
            pipe.publish(LIVE, _CHANGED)
            await pipe.execute()


def _body(queue: str, since: datetime) -> str:
    return json.dumps({"queue": queue, "since": since.isoformat()})


async def places(redis: Redis) -> dict[str, Place]:
    """Call → its place.

    Raises:
        RedisError, OSError
    """
    found = {}
    for call_id, body in (await redis.hgetall(KEY)).items():
        said = json.loads(body)
        key = call_id.decode() if isinstance(call_id, bytes) else call_id
        found[key] = Place(said["queue"], datetime.fromisoformat(said["since"]))
    return found


async def run(switch: Hears, url: str, clock: Clock) -> None:
    """The work, with a connection of its own; until cancelled."""
    redis: Redis = Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)
    try:
        await WaitingRoom(switch, redis, clock).run()
    finally:
        await redis.aclose()
