"""Stand-ins shipped for tests of the web process."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import UnavailableError


@dataclass(frozen=True)
class FakeMember:
    """A seat in the fake queue."""

    extension: str
    paused: bool = False
    state: str = "ready"


class FakeSwitch:
    """`web.api.seat_switch.SeatSwitch` in memory; set `away` to make it unreachable."""

    def __init__(self) -> None:
        self.away = False
        #: (queue, interface) → member name.
        self.members: dict[tuple[str, str], str] = {}

    async def queue_add(self, queue: str, interface: str, member_name: str) -> None:
        self._check()
        self.members[queue, interface] = member_name

    async def queue_remove(self, queue: str, interface: str) -> None:
        self._check()
        self.members.pop((queue, interface), None)

    async def queue_members(self, queue: str) -> list[FakeMember]:
        self._check()
        return [FakeMember(name) for (of, _), name in self.members.items() if of == queue]

    async def ping(self) -> bool:
        return not self.away

    def _check(self) -> None:
        if self.away:
            raise UnavailableError
