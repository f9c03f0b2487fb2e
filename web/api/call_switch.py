"""The port through which the console moves calls; `ivr.switch.ami.Switch` stands behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from ivr.switch.hearing import Hear
from ivr.switch.lines import ChannelLine
from ivr.switch.steering import Place
from web.api.seat_switch import SeatSwitch


class CallSwitch(SeatSwitch, Protocol):
    """All of the switch the console may touch; see `ivr.switch` for what each method does and raises."""

    def listen(self, names: Iterable[str], hear: Hear) -> None: ...

    async def channel_lines(self) -> Sequence[ChannelLine]: ...

    async def channels(self) -> Mapping[str, str]: ...

    async def device_states(self) -> Mapping[str, str]: ...

    async def originate(
        self,
        channel: str,
        context: str,
        *,
        caller_id: str,
        call_id: str,
        variables: Mapping[str, str],
        ring_s: int,
    ) -> str: ...

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
    ) -> str: ...

    async def redirect(self, *places: Place) -> None: ...

    async def setvar(self, channel: str, name: str, value: str) -> None: ...

    async def getvar(self, channel: str, name: str) -> str: ...

    async def hangup(self, channel: str, cause: int = 16) -> None: ...

    async def play_key(self, channel: str, key: str) -> None: ...

    async def change_priority(self, queue: str, channel: str, priority: int) -> None: ...

    async def queue_withdraw(self, queue: str, channel: str, why: str) -> None: ...

    async def mute_recording(self, channel: str, *, muted: bool, both: bool = False) -> None: ...
