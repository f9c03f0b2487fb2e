"""What a shift leader does to seats' calls. Stateless: each order looks at the switch anew, and a restart of
the console loses nothing. Who may, and the audit trail, are the callers' business, before they come here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from core.errors import ConflictError
from ivr.supervision import plan
from ivr.supervision.devices import device_of
from ivr.supervision.plan import Mode, Order, Talk
from ivr.switch.lines import ChannelLine
from ivr.switch.steering import Place

#: The leader's telephone rings this long, seconds.
RING_S = 20
GOODBYE = "hl-goodbye"
#: How long it may take until the leader's channel waits: so many looks, seconds between them.
_LOOKS, _LOOK_EVERY_S = 40, 0.05


class SupervisorSwitch(Protocol):
    """As much of the switch as supervision needs (ivr.switch.ami.Switch)."""

    async def channel_lines(self) -> Sequence[ChannelLine]: ...

    async def device_states(self) -> Mapping[str, str]: ...

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


@dataclass(frozen=True)
class Watch:
    """A leader listening: to whom, how, which call."""

    extension: str
    mode: Mode
    call_id: str


class Supervisor:
    """Every method raises SwitchUnavailableError, SwitchRefusedError, and ConflictError with the reason."""

    def __init__(self, switch: SupervisorSwitch, new_channel_id: Callable[[], str]) -> None:
        """`new_channel_id`: a unique id nothing else has."""
        self._switch, self._new_channel_id = switch, new_channel_id

    async def talk_of(self, extension: str) -> Talk:
        """The call a seat is on."""
        return plan.talk_of(await self._switch.channel_lines(), extension)

    async def check(self, leader: str, extension: str) -> Talk:
        """The call of `extension`, if `leader` could listen to it now."""
        lines = await self._switch.channel_lines()
        if leader == extension:
            raise ConflictError("不能监听自己。")
        plan.check_free(lines, leader)
        return plan.talk_of(lines, extension)

    async def current(self, leader: str) -> Watch | None:
        """Whom the leader listens to now."""
        line = plan.watching(await self._switch.channel_lines(), leader)
        if line is None or line.exten not in set(Mode):
            return None
        extension = await self._switch.getvar(line.name, "HL_SPY_SEAT")
        return Watch(extension, Mode(line.exten), await self._switch.getvar(line.name, "HL_SPY_CALL"))

    async def begin(self, leader: str, talk: Talk, mode: Mode, wanted_device: str = "") -> Watch:
        """Ring the leader's device, or move it on from another seat; returns once it listens."""
        variables = plan.spying(talk)
        line = plan.watching(await self._switch.channel_lines(), leader)
        if line is None:
            await self._ring(leader, plan.SPY, mode, variables, wanted_device)
            if mode is Mode.BARGE:
                await self._obey(plan.fetch(talk))
        else:
            await self._release(line)
            await self._go(line, talk, mode)
        return Watch(talk.seat.seat, mode, talk.call_id)

    async def change(self, leader: str, mode: Mode) -> Watch:
        """Listen in another way."""
        watch = await self.watching(leader)
        line = plan.watching(await self._switch.channel_lines(), leader)
        if line is None:
            raise ConflictError(_NOT_LISTENING)
        if mode is not watch.mode:
            await self._release(line)
            await self._go(line, await self.talk_of(watch.extension), mode)
        return Watch(watch.extension, mode, watch.call_id)

    async def _go(self, line: ChannelLine, talk: Talk, mode: Mode) -> None:
        """The leader's channel `line` listens to `talk` from now on."""
        if mode is Mode.BARGE:
            await self._obey(plan.fetch(talk))
        await self._obey(Order({line.name: plan.spying(talk)}, (Place(line.name, plan.SPY, mode),)))

    async def _release(self, line: ChannelLine) -> None:
        """Let those go whom the leader has fetched into a conference; nobody, mostly."""
        if line.exten != Mode.BARGE:
            return
        extension = await self._switch.getvar(line.name, "HL_SPY_SEAT")
        await self._switch.setvar(line.name, "HL_BARGES", "")
        with suppress(ConflictError):  # their call has ended
            talk = await self.talk_of(extension)
            if plan.is_fetched(talk):
                await self._obey(plan.release(talk))

    async def end(self, leader: str) -> None:
        """Listen no more; who does not listen anyway is left alone."""
        line = plan.watching(await self._switch.channel_lines(), leader)
        if line is not None:
            await self._release(line)
            await self._switch.hangup(line.name)

    async def take_over(self, leader: str, talk: Talk, wanted_device: str = "") -> None:
        """The citizen talks with the leader from now on (接管), and the seat is free."""
        _check_keys(talk)
        line = plan.watching(await self._switch.channel_lines(), leader)
        if line is None:
            await self._ring(leader, plan.DESK, "s", {"HL_PEER": talk.citizen.name}, wanted_device)
        else:
            variables = {"HL_PEER": talk.citizen.name, "HL_BARGES": ""}
            await self._obey(Order({line.name: variables}, (Place(line.name, plan.DESK),)))
        peer = await self._at_desk(leader)
        # The talk may have ended, or moved to another seat, while the leader's telephone rang.
        now = await self.talk_of(talk.seat.seat)
        if now.call_id != talk.call_id:
            raise ConflictError("这个通话已经结束。")
        await self._obey(plan.take_over(now, leader=leader, peer=peer))

    async def end_call(self, talk: Talk) -> None:
        """The citizen hears goodbye; seat and line are free (强拆)."""
        _check_keys(talk)
        await self._switch.redirect(Place(talk.citizen.name, GOODBYE))
        await self._switch.hangup(talk.seat.name)

    async def survey(self, talk: Talk) -> None:
        """The citizen rates the talk, once more if need be, and hears goodbye; the seat is free (转评价)."""
        if not talk.is_together:
            raise ConflictError("请先接回市民，再转评价。")
        citizen = talk.citizen.name
        order = Order({citizen: {"HL_SURVEYED": ""}}, (Place(citizen, "hl-survey"),))
        await self._obey(order)
        await self._switch.hangup(talk.seat.name)

    async def watching(self, leader: str) -> Watch:
        """As `current`; nobody is a ConflictError."""
        watch = await self.current(leader)
        if watch is None:
            raise ConflictError(_NOT_LISTENING)
        return watch

    async def _at_desk(self, leader: str) -> str:
        """Name of the leader's channel, once it waits: one that is still on its way cannot be joined."""
        for _ in range(_LOOKS):
            lines = plan.channels_of(await self._switch.channel_lines(), leader)
            for line in lines:
                if line.context == plan.DESK and line.bridgeid:
                    return line.name
            await asyncio.sleep(_LOOK_EVERY_S)
        raise ConflictError(_NO_ANSWER)

    async def _ring(
        self, leader: str, context: str, exten: str, variables: Mapping[str, str], wanted_device: str
    ) -> None:
        device = device_of(await self._switch.device_states(), leader, wanted_device)
        result = await self._switch.ring_seat(
            device,
            context,
            exten,
            variables,
            True,
            channel_id=self._new_channel_id(),
            caller_id=variables.get("HL_SPY_SEAT", ""),
            ring_s=RING_S,
        )
        if result != "answered":
            raise ConflictError(_NO_ANSWER)

    async def _obey(self, order: Order) -> None:
        for channel, variables in order.variables.items():
            for name, value in variables.items():
                await self._switch.setvar(channel, name, value)
        await self._switch.redirect(*order.places)


def _check_keys(talk: Talk) -> None:
    if talk.citizen.context == "hl-pin":
        raise ConflictError("市民正在按键核对身份，请稍后再试。")


_NOT_LISTENING = "您没有在监听。"
_NO_ANSWER = "您的话机没有接听。"
