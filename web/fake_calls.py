"""Calls of a switch in memory, for tests of what the console does to them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping

from ivr.switch.errors import SwitchUnavailableError
from ivr.switch.hearing import CONNECTED, Hear
from ivr.switch.lines import ChannelLine
from ivr.switch.steering import Place


class FakeCalls:
    """Keeps every order in `orders`, as (verb, …); set `away` to make it unreachable."""

    def __init__(self) -> None:
        self.away = False
        #: What the switch shows.
        self.lines_up: list[ChannelLine] = []
        #: (channel, variable) → value.
        self.variables: dict[tuple[str, str], str] = {}
        #: Interface → state of the telephone.
        self.devices: dict[str, str] = {}
        self.orders: list[tuple[object, ...]] = []
        #: What becomes of the next telephones that are rung; then `answered`.
        self.results: deque[str] = deque()
        #: What the switch shows after the next redirect; None: the same.
        self.after_redirect: list[ChannelLine] | None = None
        self._hearers: list[tuple[frozenset[str], Hear]] = []
        self._may_ring = asyncio.Event()
        self._may_ring.set()

    def listen(self, names: Iterable[str], hear: Hear) -> None:
        self._hearers.append((frozenset(names), hear))

    def say(self, name: str, **fields: str) -> None:
        """Tell who listens of an event."""
        for names, hear in self._hearers:
            if name in names:
                hear({"event": name, **fields})

    def connected(self) -> None:
        """Tell everybody that the connection stands."""
        for _, hear in self._hearers:
            hear({"event": CONNECTED})

    def hold(self) -> None:
        """Citizens' telephones ring from now on, until `let_go()`."""
        self._may_ring.clear()

    def let_go(self) -> None:
        self._may_ring.set()

    async def channel_lines(self) -> tuple[ChannelLine, ...]:
        self._look()
        return tuple(self.lines_up)

    async def channels(self) -> dict[str, str]:
        self._look()
        return {line.name: line.linkedid for line in self.lines_up}

    async def device_states(self) -> dict[str, str]:
        self._look()
        return self.devices

    async def originate(
        self,
        channel: str,
        context: str,
        *,
        caller_id: str,
        call_id: str,
        variables: Mapping[str, str],
        ring_s: int,
    ) -> str:
        self._note("originate", channel, context, call_id, dict(variables))
        await self._may_ring.wait()
        return self.results.popleft() if self.results else "answered"

    async def ring_seat(
        self,
        interface: str,
        context: str,
        exten: str,
        variables: Mapping[str, str],
        auto_answer: bool,
        *,
        channel_id: str,
        caller_id: str = "",
        ring_s: int = 20,
    ) -> str:
        self._note("ring", interface, context, exten, dict(variables))
        result = self.results.popleft() if self.results else "answered"
        if result == "answered":
            name = f"{interface}-0000000f"
            self.lines_up.append(
                ChannelLine(name, True, False, channel_id, channel_id, context, exten, state="Up")
            )
        return result

    async def redirect(self, *places: Place) -> None:
        self._note("redirect", *[(place.channel, place.context, place.exten) for place in places])
        if self.after_redirect is not None:
            self.lines_up, self.after_redirect = self.after_redirect, None

    async def setvar(self, channel: str, name: str, value: str) -> None:
        self._note("setvar", channel, name, value)
        self.variables[channel, name] = value

    async def getvar(self, channel: str, name: str) -> str:
        self._look()
        return self.variables.get((channel, name), "")

    async def hangup(self, channel: str, cause: int = 16) -> None:
        self._note("hangup", channel)
        self.lines_up = [line for line in self.lines_up if channel not in (line.name, line.uniqueid)]

    async def play_key(self, channel: str, key: str) -> None:
        self._note("key", channel, key)

    async def change_priority(self, queue: str, channel: str, priority: int) -> None:
        self._note("priority", queue, channel, priority)

    async def queue_withdraw(self, queue: str, channel: str, why: str) -> None:
        self._note("withdraw", queue, channel, why)

    async def mute_recording(self, channel: str, *, muted: bool, both: bool = False) -> None:
        self._note("mute both" if both else "mute", channel, muted)

    def _note(self, *order: object) -> None:
        self._look()
        self.orders.append(order)

    def _look(self) -> None:
        if self.away:
            raise SwitchUnavailableError
