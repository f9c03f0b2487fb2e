"""The port through which seats join and leave queues; `ivr.switch` stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ivr.switch.lines import QueueLine


class SeatSwitch(Protocol):
    """The part of the switch the console may touch. Every method may raise `UnavailableError`."""

    async def queue_add(
        self,
        queue: str,
        interface: str,
        member_name: str,
        penalty: int = 0,
        *,
        state_interface: str = "",
        paused_as: str | None = None,
    ) -> None:
        """Let `interface` (say `PJSIP/1001`) ring for `queue` as `member_name`; adding twice is harmless.

        `penalty`: seats of a lower one are rung first. `state_interface`: whose state says whether it is
        free. `paused_as`: it joins paused, for this reason.
        """
        ...

    async def queue_remove(self, queue: str, interface: str) -> None:
        """Take `interface` out of `queue`; removing twice is harmless."""
        ...

    async def queue_pause(self, interface: str, *, paused: bool, reason: str) -> None:
        """Hold `interface` back from calls in all its queues, or let it take them again."""
        ...

    async def lines(self) -> Sequence[QueueLine]:
        """Every queue at once: its seats and who waits in it."""
        ...

    async def ping(self) -> bool:
        """True when the switch answers; never raises."""
        ...
