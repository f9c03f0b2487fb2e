"""Moving callers who wait (调整排队): to the front, or to another queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.errors import ConflictError, NotFoundError
from ivr.switch.lines import QueueLine, WaitingCaller

#: Highest priority anybody has by rule (emergencies); who is moved to the front comes before even these.
_HIGHEST = 10


class QueueSwitch(Protocol):
    """As much of the switch as this needs (ivr.switch.ami.Switch)."""

    async def lines(self) -> Sequence[QueueLine]: ...

    async def setvar(self, channel: str, name: str, value: str) -> None: ...

    async def change_priority(self, queue: str, channel: str, priority: int) -> None: ...

    async def queue_withdraw(self, queue: str, channel: str, why: str) -> None: ...


def find(lines: Sequence[QueueLine], queue: str, call_id: str) -> WaitingCaller:
    """Who waits in `queue` with that call.

    Raises:
        NotFoundError: there is no such queue.
        ConflictError: that caller does not wait there (any more).
    """
    line = next((line for line in lines if line.name == queue), None)
    if line is None:
        raise NotFoundError
    caller = next((caller for caller in line.waiting if caller.call_id == call_id), None)
    if caller is None:
        raise ConflictError("这位市民已不在队列中。")
    return caller


def front(lines: Sequence[QueueLine], queue: str) -> int:
    """A priority before everybody who waits in `queue`."""
    waiting = [caller for line in lines if line.name == queue for caller in line.waiting]
    return max([_HIGHEST, *(caller.priority for caller in waiting)]) + 1


async def move(switch: QueueSwitch, queue: str, call_id: str, *, to: str = "", first: bool = False) -> None:
    """Move a caller to the queue `to`, or within `queue` when that is empty; `first`: before everybody.

    The time waited so far counts on; the longest wait of the other queue begins anew.

    Raises:
        NotFoundError, ConflictError, SwitchUnavailableError, SwitchRefusedError
    """
    lines = await switch.lines()
    caller = find(lines, queue, call_id)
    if first:
        # For the next Queue() too, should this caller overflow or be moved.
        await switch.setvar(caller.channel, "HL_PRIORITY", str(front(lines, to or queue)))
    if to and to != queue:
        await switch.setvar(caller.channel, "HL_MOVE_TO", to)
        await switch.queue_withdraw(queue, caller.channel, f"moved:{to}")
    elif first:
        await switch.change_priority(queue, caller.channel, front(lines, queue))
