"""The event bus: one bounded Redis stream, consumer groups on it, and a live fan-out.

A Redis that restarts is waited for: every call here retries with back-off and says so once in the log, so
callers need no error handling of their own; cancel the task to give up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import structlog
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from core.backoff import Backoff
from core.events import Event, EventCodec

STREAM = "hotline:events"
#: Old events are dropped beyond about this many; a consumer that far behind has lost more than events.
STREAM_LENGTH = 100_000
#: How long one blocking read waits before it asks again; also the rhythm of retries of un-acked messages.
BLOCK_MS = 5_000

_T = TypeVar("_T")
_Entry = tuple[str, dict[str, str] | None]
log = structlog.get_logger()


class Bus:
    """Events to and from Redis. One instance per process is enough; `close` it at the end."""

    def __init__(self, url: str, *, stream: str = STREAM, block_ms: int = BLOCK_MS) -> None:
        # A blocking read is silent for `block_ms`; only after that is a silent Redis a dead one.
        self._redis: Redis = Redis.from_url(
            url, decode_responses=True, socket_connect_timeout=5, socket_timeout=block_ms / 1000 + 5
        )
        self._stream = stream
        self._block_ms = block_ms
        #: Handed out and not acked yet.
        self._unacked: set[tuple[str, str]] = set()
        #: How often Redis was away: an answer that got lost may have handed something out.
        self._troubles = 0

    async def publish(self, *events: Event) -> None:
        """Add `events` to the stream, all or none, in order; returns when Redis has them."""
        if not events:
            return
        messages: list[dict[Any, Any]] = [dict(EventCodec.encode(event)) for event in events]

        async def add() -> None:
            async with self._redis.pipeline(transaction=True) as pipeline:
                for message in messages:
                    pipeline.xadd(self._stream, message, maxlen=STREAM_LENGTH, approximate=True)
                await pipeline.execute()

        await self._patiently(add)

    async def follow(self) -> AsyncIterator[Event]:
        """Every event from now on, for each follower; nothing is kept for one that is away."""
        newest = await self._patiently(lambda: self._redis.xrevrange(self._stream, count=1))
        last = str(newest[0][0]) if newest else "0-0"
        while True:
            for message_id, fields in await self._read(last):
                last = message_id
                event = _decode(message_id, fields)
                if event is not None:
                    yield event

    async def consume(
        self,
        group: str,
        consumer: str,
        wanted: Callable[[Event], bool] | None = None,
        *,
        gather_s: float = 0.0,
    ) -> AsyncIterator[tuple[str, Event]]:
        """Messages for `group`, at least once each: own un-acked ones first, then new ones.

        Events not `wanted` are acked together, unseen: a busy line tells far more than most care for.

        Ask for the next message only after the last was dealt with. One that was not acked by then counts
        as failed and comes again some seconds later or after a restart, so `consumer` must be a name that
        stays the same. A message nobody can decode is logged and acked. The group starts with the
        oldest event still in the stream. Who is in no hurry lets messages gather for `gather_s` between two
        reads: waking up for each costs more than most messages do.
        """
        clock = asyncio.get_running_loop().time
        last, look_back_at, troubles = "0", clock() + self._block_ms / 1000, self._troubles
        while True:
            entries = await self._read_group(group, consumer, last)
            if last != ">":
                last = entries[-1][0] if entries else ">"
            elif clock() >= look_back_at:
                is_open = troubles != self._troubles or any(of == group for of, _ in self._unacked)
                last, troubles = "0" if is_open else ">", self._troubles
                look_back_at = clock() + self._block_ms / 1000
            read = [(message_id, _decode(message_id, fields)) for message_id, fields in entries]
            left = [i for i, event in read if event is None or (wanted and not wanted(event))]
            if left:
                await self.ack(group, *left)
            for message_id, event in read:
                if event is not None and message_id not in left:
                    self._unacked.add((group, message_id))
                    yield message_id, event
            if entries and gather_s:
                await asyncio.sleep(gather_s)

    async def ack(self, group: str, *message_ids: str) -> None:
        """These messages are dealt with; `group` will not see them again."""
        await self._patiently(lambda: self._redis.xack(self._stream, group, *message_ids))
        self._unacked.difference_update((group, message_id) for message_id in message_ids)

    async def close(self) -> None:
        await self._redis.aclose()

    async def _read(self, last: str) -> list[_Entry]:
        reply = await self._patiently(
            lambda: self._redis.xread({self._stream: last}, count=100, block=self._block_ms)
        )
        return _entries(reply)

    async def _read_group(self, group: str, consumer: str, last: str) -> list[_Entry]:
        async def read() -> Any:
            try:
                return await self._redis.xreadgroup(
                    group, consumer, {self._stream: last}, count=50, block=self._block_ms
                )
            except ResponseError as error:
                if not str(error).startswith("NOGROUP"):
                    raise
                await self._create_group(group)
                return []

        return _entries(await self._patiently(read))

    async def _create_group(self, group: str) -> None:
        try:
            await self._redis.xgroup_create(self._stream, group, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def _patiently(self, call: Callable[[], Awaitable[_T]]) -> _T:
        """The result of `call`, tried again for as long as Redis is away."""
        backoff = Backoff()
        while True:
            try:
                result = await _cancellable(call)
            except (RedisConnectionError, RedisTimeoutError, OSError) as error:
                self._troubles += 1
                _say_waiting(backoff, error)
            except ResponseError as error:
                if not str(error).startswith(("LOADING", "MASTERDOWN")):
                    raise
                _say_waiting(backoff, error)
            else:
                if not backoff.is_first:
                    log.info("redis is back")
                return result
            await backoff.wait()


async def _cancellable(call: Callable[[], Awaitable[_T]]) -> _T:
    """`call`, during which no cancel is lost.

    The client uses `asyncio.wait_for`, which in Python 3.11 swallows a cancel that arrives in the very moment
    its work is done.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    result = await call()
    if task and task.cancelling() > before:
        raise asyncio.CancelledError
    return result


def _say_waiting(backoff: Backoff, error: RedisError | OSError) -> None:
    if backoff.is_first:
        log.warning("waiting for redis", error=str(error))


def _entries(reply: Any) -> list[_Entry]:
    """The entries of our one stream; Redis answers as a list or, in protocol 3, as a map."""
    if not reply:
        return []
    if isinstance(reply, dict):
        found: list[Any] = next(iter(reply.values()))
        if found and found[0] and isinstance(found[0][0], list | tuple):
            found = found[0]
    else:
        found = reply[0][1]
    return [(str(message_id), fields) for message_id, fields in found]


def _decode(message_id: str, fields: dict[str, str] | None) -> Event | None:
    """The event, or None for a message this version cannot read (logged) or that was trimmed away."""
    if not fields:
        return None
    try:
        return EventCodec.decode(fields)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        log.error(
            "dropped an event nobody can read", id=message_id, error=repr(error), type=fields.get("type")
        )
        return None
