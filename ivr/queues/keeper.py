"""Keeps waiting callers in order while they age. Asleep unless two callers of different priority wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import structlog

from core.errors import UnavailableError
from ivr.queues.ageing import Entry, changes, next_step_s
from ivr.queues.model import Queue
from ivr.switch.lines import QueueLine

#: A look even if nothing was heard: an event may be lost with a connection. Seconds.
RECONCILE_S = 60.0
#: Callers joining soon after each other are looked at together, seconds. The switch itself puts each behind
#: those of its priority.
TOGETHER_S = 1.0
#: A switch that is away is asked again after this long, seconds.
AWAY_S = 5.0
#: Ageing is not more exact than this, seconds.
_GRAIN_S = 0.1

log = structlog.get_logger()


class OrderSwitch(Protocol):
    """The part of the switch this needs."""

    async def lines(self) -> Sequence[QueueLine]: ...

    async def change_priority(self, queue: str, channel: str, priority: int) -> None: ...

    def when_callers_join(self, wake: Callable[[], None]) -> None:
        """Call `wake` each time a caller joins a queue in which somebody waits already, and after
        the connection was lost."""
        ...


class QueueKeeper:
    """One task; its memory is only what priority each caller came with."""

    def __init__(self, switch: OrderSwitch, queues: Mapping[str, Queue]) -> None:
        self._switch, self._queues = switch, queues
        self._wake = asyncio.Event()
        #: (queue, call id) → entry.
        self._entries: dict[tuple[str, str], Entry] = {}
        self._is_first_look = True

    async def run(self) -> None:
        """Watch until cancelled."""
        self._switch.when_callers_join(self._wake.set)
        while True:
            pause = await self._look_or_wait()
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
                await asyncio.sleep(TOGETHER_S)
            except TimeoutError:
                pass
            self._wake.clear()

    async def _look_or_wait(self) -> float:
        try:
            return await self.look()
        except UnavailableError as error:
            log.debug("queues cannot be looked at", why=str(error))
            return AWAY_S

    async def look(self) -> float:
        """Put every queue in order once; seconds until that may be needed again.

        Raises:
            UnavailableError: the switch does not answer.
        """
        lines = [line for line in await self._switch.lines() if line.name in self._queues]
        self._remember(lines)
        steps = [step for line in lines if (step := await self._order(line)) is not None]
        return min([RECONCILE_S, *(step + _GRAIN_S for step in steps)])

    async def _order(self, line: QueueLine) -> float | None:
        queue = self._queues[line.name]
        entries = {caller.call_id: self._entries[line.name, caller.call_id] for caller in line.waiting}
        for caller, priority in changes(queue, line.waiting, entries):
            try:
                await self._switch.change_priority(line.name, caller.channel, priority)
            except UnavailableError as error:  # most likely answered, or gone, just now
                log.debug("priority stays", call_id=caller.call_id, why=str(error))
        return next_step_s(queue, line.waiting, entries)

    def _remember(self, lines: Sequence[QueueLine]) -> None:
        """After a start nobody knows how much of a priority was ageing: it counts from then."""
        seen = {}
        for line in lines:
            for caller in line.waiting:
                counted_s = caller.waited_s if self._is_first_look else 0.0
                key = (line.name, caller.call_id)
                seen[key] = self._entries.get(key) or Entry(caller.priority, counted_s)
        self._entries, self._is_first_look = seen, False
