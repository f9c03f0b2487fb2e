"""The port through which seats join and leave queues; `ivr.switch` stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class QueueMemberView(Protocol):
    """A seat as the queue sees it."""

    @property
    def extension(self) -> str:
        """The member name it joined with."""
        ...

    @property
    def paused(self) -> bool: ...

    @property
    def state(self) -> str: ...


class SeatSwitch(Protocol):
    """The part of the switch the console may touch. Every method may raise `UnavailableError`."""

    async def queue_add(self, queue: str, interface: str, member_name: str) -> None:
        """Let `interface` (say `PJSIP/1001`) ring for `queue` as `member_name`; adding twice is harmless."""
        ...

    async def queue_remove(self, queue: str, interface: str) -> None:
        """Take `interface` out of `queue`; removing twice is harmless."""
        ...

    async def queue_members(self, queue: str) -> Sequence[QueueMemberView]: ...

    async def ping(self) -> bool:
        """True when the switch answers; never raises."""
        ...
