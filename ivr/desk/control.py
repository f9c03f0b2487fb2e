"""A seat's buttons on the switch. Stateless: each looks at the switch anew, and a restart loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Sequence
from contextlib import suppress
from typing import Protocol

import structlog

from core.errors import ConflictError, NotFoundError
from ivr.desk.parked import Parked, parked
from ivr.desk.plan import HangUp, Move, Order, SetVar, Target, Verb, plan
from ivr.desk.situation import Situation, State, lost_callers, situation
from ivr.switch.lines import ChannelLine
from ivr.switch.steering import Place

#: How long an order may take to be seen on the switch: so many looks, seconds between them.
_LOOKS, _LOOK_EVERY_S = 20, 0.05
#: How often a refusal is looked at again: on a busy machine a phone is up before the switch has connected it.
_SECOND_LOOKS = 16
#: What a verb leads to; others leave the seat without a call.
_LEADS_TO = {
    Verb.HOLD: {State.HELD},
    Verb.RESUME: {State.TALKING},
    Verb.CONSULT: {State.CONSULTING},
    Verb.CANCEL: {State.TALKING},
    Verb.SWAP: {State.CONSULTING, State.ALTERNATE},
    Verb.CONFERENCE: {State.CONFERENCE},
}

_Planned = tuple[Situation, list[Order]]

log = structlog.get_logger()


class DeskSwitch(Protocol):
    """As much of the switch as a seat's buttons need (ivr.switch.ami.Switch)."""

    async def channel_lines(self) -> Sequence[ChannelLine]: ...

    async def redirect(self, *places: Place) -> None: ...

    async def setvar(self, channel: str, name: str, value: str) -> None: ...

    async def getvar(self, channel: str, name: str) -> str: ...

    async def hangup(self, channel: str, cause: int = 16) -> None: ...

    async def play_key(self, channel: str, key: str) -> None: ...


class CallControl:
    """Every method raises SwitchUnavailableError, SwitchRefusedError, and ConflictError with the reason."""

    def __init__(self, switch: DeskSwitch) -> None:
        self._switch = switch

    async def now(self, extension: str) -> Situation | None:
        """The call a seat is in."""
        return situation(await self._switch.channel_lines(), extension)

    async def press(self, extension: str, verb: Verb, target: Target | None = None) -> str:
        """Do it, and return when the switch shows that it is done.

        Returns:
            The call id.
        """
        before, orders = await self._planned(extension, verb, target)
        for order in orders:
            await self._send(order)
        await self._settled(extension, verb, before)
        return before.call_id

    async def _planned(self, extension: str, verb: Verb, target: Target | None) -> _Planned:
        """Who has just answered is not connected yet: a refusal counts when it stands for a moment."""
        for _ in range(_SECOND_LOOKS):
            with suppress(ConflictError):
                return await self._look(extension, verb, target)
            await asyncio.sleep(_LOOK_EVERY_S)
        return await self._look(extension, verb, target)

    async def _look(self, extension: str, verb: Verb, target: Target | None) -> _Planned:
        before = await self.now(extension)
        if before is None:
            raise ConflictError("没有正在进行的通话。")
        return before, plan(before, verb, extension, target)

    async def end_any(self, extension: str) -> None:
        """Hang up what the seat has without a caller: a call between seats, or one being dialled."""
        own = [line for line in await self._switch.channel_lines() if line.seat == extension]
        if not own:
            raise ConflictError("没有正在进行的通话。")
        for line in own:
            await self._switch.hangup(line.name)

    async def fetch_lost(self, extension: str) -> str:
        """Ring the seat for the caller it lost; its device answers by itself.

        Returns:
            The call id.
        """
        for line in lost_callers(await self._switch.channel_lines()):
            if await self._switch.getvar(line.name, "HL_BY") == extension:
                await self._rung(line.name, extension, "resume")
                return line.uniqueid
        raise ConflictError("没有可恢复的通话。")

    async def parked(self) -> list[Parked]:
        """Who waits to be fetched."""
        return await parked(self._switch)

    async def retrieve(self, extension: str, call_id: str) -> None:
        """Ring the seat for a parked caller; its device answers by itself.

        Raises:
            NotFoundError: that caller is parked no more.
        """
        lines = await self._switch.channel_lines()
        if any(line.seat == extension for line in lines):
            raise ConflictError("请先结束当前通话。")
        found = [one for one in await parked(self._switch) if one.call_id == call_id]
        if not found:
            raise NotFoundError("这个来电已不在驻留。")
        await self._rung(found[0].channel, extension, "retrieve")

    async def keys(self, extension: str, digits: str) -> str:
        """Send DTMF keys to whom the seat talks with; the call id."""
        now = await self.now(extension)
        if now is None or now.state in (State.HELD, State.CONFERENCE):
            raise ConflictError("没有正在进行的通话。")
        with_seat = now.other if now.state in (State.CONSULTING, State.CONSULTED) else now.caller
        if with_seat is None or not with_seat.is_up:
            raise ConflictError("对方还没有接听。")
        for key in digits:
            await self._switch.play_key(with_seat.name, key)
        return now.call_id

    async def _rung(self, channel: str, extension: str, why: str) -> None:
        await self._switch.setvar(channel, "HL_TARGET", extension)
        await self._switch.setvar(channel, "HL_BY", extension)
        await self._switch.redirect(Place(channel, "hl-ring", why))

    async def _send(self, order: Order) -> None:
        match order:
            case SetVar(channel, name, value):
                await self._switch.setvar(channel, name, value)
            case Move(places):
                await self._switch.redirect(*places)
            case HangUp(channel):
                await self._switch.hangup(channel)

    async def _settled(self, extension: str, verb: Verb, before: Situation) -> None:
        """So that the next button finds the switch as this one leaves it."""
        wanted = _LEADS_TO.get(verb)
        for _ in range(_LOOKS):
            lines = await self._switch.channel_lines()
            now = situation(lines, extension)
            gone = all(line.name != before.seat.name for line in lines)
            if gone if wanted is None else (now is not None and _has_become(now, before, verb, wanted)):
                return
            await asyncio.sleep(_LOOK_EVERY_S)
        log.warning("the switch takes its time", seat=extension, verb=str(verb), call_id=before.call_id)


def _has_become(now: Situation, before: Situation, verb: Verb, wanted: Container[State]) -> bool:
    """Whether the verb has led there; whom a seat turns to again has to be with it, too."""
    is_new = (now.state, now.seat.name) != (before.state, before.seat.name)
    is_met = verb is not Verb.SWAP or (now.other is not None and now.other.is_up)
    return is_new and is_met and now.state in wanted
