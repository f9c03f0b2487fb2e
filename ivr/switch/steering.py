"""The half of the manager adapter that places, moves and ends calls; `ivr.switch.ami.Switch` is the whole."""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.switch import messages as meaning
from ivr.switch.errors import SwitchRefusedError
from ivr.switch.lines import ChannelLine

#: Actions of this half.
ACTIONS = "CoreShowChannels", "Originate", "GetVar", "Setvar", "Redirect", "Hangup", "PlayDTMF"
#: The switch itself ends the ringing; this much later its word is given up.
_ORIGINATE_GRACE_S = 10.0
#: What a channel variable may be set to here: a comma would begin a second variable. Names of channels fit.
_VALUE = re.compile(r"[A-Za-z0-9_.:+*#/@-]*")
#: Headers phones and the desk page know as: answer by yourself.
_AUTO_ANSWER = (
    "PJSIP_HEADER(add,Call-Info)=<sip:hotline>;answer-after=0",
    "PJSIP_HEADER(add,Alert-Info)=<http://hotline>;info=alert-autoanswer",
)


@dataclass(frozen=True)
class Place:
    """Where a channel is sent to: an extension of a dialplan context."""

    channel: str
    context: str
    exten: str = "s"


class Steering(ABC):
    """Calls placed, moved and ended. Every method raises SwitchUnavailableError and SwitchRefusedError."""

    def __init__(self) -> None:
        #: Calls being placed: call id → the cause of its end.
        self._causes: dict[str, asyncio.Future[str]] = {}

    @abstractmethod
    async def _act(
        self,
        action: str,
        *,
        as_list: bool | None = False,
        within_s: float | None = None,
        **fields: str | list[str],
    ) -> list[Any]: ...

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
        """Ring `channel`; who answers is sent to extension s of `context`. Returns when that is decided.

        Returns `answered`, `busy`, `no_answer` or `failed`.

        `call_id` becomes the channel's unique id; the switch refuses one that is in use.

        Raises:
            SwitchUnavailableError: the connection was lost meanwhile; whether it rang nobody knows.
            SwitchRefusedError: nothing was dialled.
        """
        place = Place(channel, context)
        return await self._ring(place, caller_id, call_id, _assignments(variables), ring_s)

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
        """Ring a seat's device; what it answers with is sent to `exten` of `context`. As `originate`.

        Args:
            interface: `PJSIP/1001` or `PJSIP/1001w`.
            auto_answer: ask the device to answer by itself; one that does not know how simply rings.
            channel_id: unique id of the new channel.
        """
        assignments = _assignments(variables) + (list(_AUTO_ANSWER) if auto_answer else [])
        return await self._ring(Place(interface, context, exten), caller_id, channel_id, assignments, ring_s)

    async def _ring(
        self, place: Place, caller_id: str, channel_id: str, variables: list[str], ring_s: int
    ) -> str:
        cause = self._causes[channel_id] = asyncio.get_running_loop().create_future()
        try:
            messages = await self._act(
                "Originate",
                as_list=None,
                within_s=ring_s + _ORIGINATE_GRACE_S,
                Channel=place.channel,
                Context=place.context,
                Exten=place.exten,
                Priority="1",
                Async="true",
                CallerID=caller_id,
                ChannelId=channel_id,
                Timeout=str(ring_s * 1000),
                Variable=variables,
            )
            return meaning.call_result(messages[-1].reason) or await meaning.told_end(cause)
        finally:
            del self._causes[channel_id]

    async def redirect(self, *places: Place) -> None:
        """Send one channel, or two at the same moment, elsewhere in the dialplan.

        Two that talk with each other have to be moved together: who is left alone is hung up.

        Raises:
            SwitchRefusedError: a channel is gone, or a place has a character no channel or extension has.
        """
        if not 1 <= len(places) <= 2:
            raise ValueError("one channel or two")
        first, second = places[0], places[1] if len(places) == 2 else Place("", "", "")
        names = first.channel, first.exten, second.channel, second.exten
        _check(dict(zip(("Channel", "Exten", "ExtraChannel", "ExtraExten"), names, strict=True)))
        await self._act(
            "Redirect",
            Channel=first.channel,
            Context=first.context,
            Exten=first.exten,
            Priority="1",
            ExtraChannel=second.channel,
            ExtraContext=second.context,
            ExtraExten=second.exten,
            ExtraPriority="1" if second.channel else "",
        )

    async def setvar(self, channel: str, name: str, value: str) -> None:
        """Set a variable of a channel; letters, digits and what names of channels hold."""
        _check({name: value})
        await self._act("Setvar", Channel=channel, Variable=name, Value=value)

    async def getvar(self, channel: str, name: str) -> str:
        """A variable of a channel; empty when it has none."""
        [answer] = await self._act("GetVar", Channel=channel, Variable=name)
        return str(answer.value)

    async def hangup(self, channel: str, cause: int = 16) -> None:
        """Hang up a channel; `cause` as in Q.850. One that is gone already is no mistake."""
        try:
            await self._act("Hangup", Channel=channel, Cause=str(cause))
        except SwitchRefusedError as error:
            if "No such channel" not in str(error):
                raise

    async def play_key(self, channel: str, key: str) -> None:
        """Send one DTMF key to whom `channel` belongs."""
        await self._act("PlayDTMF", Channel=channel, Digit=key, Duration="150", Receive="false")

    async def channels(self) -> dict[str, str]:
        """Every channel of the switch: its name → the linked id of its call; raises as `_act` does."""
        return {line.name: line.linkedid for line in await self.channel_lines()}

    async def live_calls(self) -> set[str]:
        """Linked and unique ids of every call the switch is handling; raises as `_act` does.

        A citizen whom a seat has called has the linked id of that seat's line, which is older.
        """
        lines = await self.channel_lines()
        return {line.linkedid for line in lines} | {line.uniqueid for line in lines}

    async def channel_lines(self) -> tuple[ChannelLine, ...]:
        """Every channel, what it does and whom it talks with; raises as `_act` does."""
        messages = await self._act("CoreShowChannels", as_list=True)
        return tuple(meaning.channel(m) for m in messages if m.event == "CoreShowChannel")


def _assignments(variables: Mapping[str, str]) -> list[str]:
    _check(variables)
    return [f"{name}={value}" for name, value in variables.items()]


def _check(values: Mapping[str, str]) -> None:
    unfit = [name for name, value in values.items() if not _VALUE.fullmatch(value)]
    if unfit:
        raise SwitchRefusedError(f"{unfit[0]} has a character no variable may hold; nothing was sent")
