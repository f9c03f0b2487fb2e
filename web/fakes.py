"""Stand-ins shipped for tests of the web process."""

from __future__ import annotations

from core.errors import UnavailableError
from ivr.switch.lines import QueueLine, SeatLine, WaitingCaller
from web.fake_calls import FakeCalls


class FakeSwitch(FakeCalls):
    """`web.api.call_switch.CallSwitch` in memory; set `away` to make it unreachable."""

    def __init__(self) -> None:
        super().__init__()
        #: (queue, interface) → member name.
        self.members: dict[tuple[str, str], str] = {}
        #: (queue, interface) → penalty.
        self.penalties: dict[tuple[str, str], int] = {}
        #: Interface → why it is paused.
        self.paused: dict[str, str] = {}
        #: Interface → state of its phone; `ready` when not in here.
        self.states: dict[str, str] = {}
        #: Queue → who waits in it.
        self.waiting: dict[str, tuple[WaitingCaller, ...]] = {}

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
        self._check()
        self.members[queue, interface] = member_name
        self.penalties[queue, interface] = penalty
        if paused_as is not None:
            self.paused[interface] = paused_as

    async def queue_remove(self, queue: str, interface: str) -> None:
        self._check()
        self.members.pop((queue, interface), None)

    async def queue_pause(self, interface: str, *, paused: bool, reason: str) -> None:
        self._check()
        if paused:
            self.paused[interface] = reason
        else:
            self.paused.pop(interface, None)

    async def lines(self) -> tuple[QueueLine, ...]:
        self._check()
        names = dict.fromkeys([*self.waiting, *(queue for queue, _ in self.members)])
        return tuple(QueueLine(name, self._seats(name), self.waiting.get(name, ())) for name in names)

    async def ping(self) -> bool:
        return not self.away

    def _seats(self, queue: str) -> tuple[SeatLine, ...]:
        return tuple(
            SeatLine(
                interface,
                self.states.get(interface, "ready"),
                self.paused.get(interface),
                False,
                0.0,
                self.penalties[of, interface],
            )
            for of, interface in self.members
            if of == queue
        )

    def _check(self) -> None:
        if self.away:
            raise UnavailableError
