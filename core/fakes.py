"""Stand-ins shipped for tests: same interface as the real thing, no service needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from core.events import Event, EventCodec


class MemoryBus:
    """`core.bus.Bus` in memory. Events go through the codec, so one that cannot travel fails here too."""

    def __init__(self) -> None:
        #: Everything published so far, oldest first.
        self.published: list[Event] = []
        self._acked: dict[str, set[str]] = {}
        self._news = asyncio.Condition()

    async def publish(self, *events: Event) -> None:
        async with self._news:
            self.published += [EventCodec.decode(EventCodec.encode(event)) for event in events]
            self._news.notify_all()

    async def follow(self) -> AsyncIterator[Event]:
        at = len(self.published)
        while True:
            await self._wait_beyond(at)
            yield self.published[at]
            at += 1

    async def consume(
        self,
        group: str,
        consumer: str,
        wanted: Callable[[Event], bool] | None = None,
        *,
        gather_s: float = 0.0,
    ) -> AsyncIterator[tuple[str, Event]]:
        acked = self._acked.setdefault(group, set())
        at = 0
        while True:
            await self._wait_beyond(at)
            if wanted and not wanted(self.published[at]):
                acked.add(str(at))
            if str(at) not in acked:
                yield str(at), self.published[at]
            at += 1

    async def ack(self, group: str, *message_ids: str) -> None:
        self._acked.setdefault(group, set()).update(message_ids)

    async def close(self) -> None:
        pass

    async def _wait_beyond(self, at: int) -> None:
        async with self._news:
            await self._news.wait_for(lambda: len(self.published) > at)
