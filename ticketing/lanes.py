"""Queues side by side: each is worked off in its own order, and one that hangs holds up no other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.errors import HotlineError

#: How often it is looked for queues with something due, unless woken before.
LOOK_S = 5.0
K = TypeVar("K", bound=Hashable)
log = structlog.get_logger()


class Lanes(Generic[K]):
    """Runs `drain(key)` for every key that `due` names, one at a time for each key."""

    def __init__(
        self,
        due: Callable[[], Awaitable[Sequence[K]]],
        drain: Callable[[K], Awaitable[None]],
        *,
        look_s: float = LOOK_S,
    ) -> None:
        self._due, self._drain, self._look_s = due, drain, look_s
        self._woken = asyncio.Event()
        self._busy: dict[K, asyncio.Task[None]] = {}
        #: Named by a look while they were being drained: to be looked at again after that.
        self._again: set[K] = set()

    def wake(self) -> None:
        """There may be something to do: do not wait for the next look."""
        self._woken.set()

    async def run(self) -> None:
        """For ever, until cancelled; what is under way ends with it and is done again later."""
        try:
            while True:
                self._woken.clear()
                await self._start_due()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), self._look_s)
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def _start_due(self) -> None:
        try:
            keys = await self._due()
        except (SQLAlchemyError, OSError) as error:
            log.warning("deliveries wait: the database is away", why=str(error).splitlines()[:1])
            return
        for key in keys:
            if key in self._busy:
                self._again.add(key)
            else:
                self._busy[key] = asyncio.create_task(self._work(key))

    async def _work(self, key: K) -> None:
        try:
            await self._drain(key)
        except (SQLAlchemyError, OSError, HotlineError) as error:
            log.warning("a delivery will be tried again", lane=str(key), why=str(error).splitlines()[:1])
        finally:
            del self._busy[key]
            if key in self._again:
                self._again.remove(key)
                self._woken.set()
