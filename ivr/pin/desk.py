"""Sending a citizen to key in digits, and muting that stretch of the recording (身份核对).

The recording is muted before the citizen is sent; when that fails, nobody is sent. It is opened again as soon
as the dialplan says that it is over, by the console and by the part exchange, each on its own: one of them
may be away, and looks after all calls when it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from core.errors import ConflictError
from ivr.pin.talk import PinResult
from ivr.supervision.plan import Talk
from ivr.switch.errors import SwitchRefusedError, SwitchUnavailableError
from ivr.switch.hearing import CONNECTED, Hear
from ivr.switch.lines import ChannelLine
from ivr.switch.steering import Place

PIN, WAITING = "hl-pin", "hl-pin-wait"
_OVER = "HotlinePin"
#: On the citizen's channel: why its recording is muted. The dialplan ends that, should nobody else.
_MUTED = "HL_MUTED"

log = structlog.get_logger()


class PinSwitch(Protocol):
    """As much of the switch as this needs (ivr.switch.ami.Switch)."""

    def listen(self, names: Iterable[str], hear: Hear) -> None: ...

    async def channel_lines(self) -> Sequence[ChannelLine]: ...

    async def redirect(self, *places: Place) -> None: ...

    async def setvar(self, channel: str, name: str, value: str) -> None: ...

    async def getvar(self, channel: str, name: str) -> str: ...

    async def mute_recording(self, channel: str, *, muted: bool, both: bool = False) -> None: ...


@dataclass(frozen=True)
class PinOver:
    """All that is told of it."""

    extension: str
    call_id: str
    result: PinResult


class PinDesk:
    """Sends citizens there and hears how it went."""

    def __init__(self, switch: PinSwitch, tell: Callable[[PinOver], None]) -> None:
        self._switch, self._tell = switch, tell
        self._opening: set[asyncio.Task[None]] = set()
        switch.listen(["UserEvent"], self._hear)

    async def begin(self, talk: Talk, case_id: int) -> None:
        """The citizen is asked, the seat hears music.

        Raises:
            ConflictError: they do not talk with each other just now.
            SwitchUnavailableError, SwitchRefusedError
        """
        if not talk.is_together:
            raise ConflictError("请先接回市民，再请其按键核对。")
        citizen = talk.citizen.name
        if await self._switch.getvar(citizen, _MUTED):
            raise ConflictError("录音已暂停，请先继续录音，再请市民按键核对。")
        await self._switch.mute_recording(citizen, muted=True)
        try:
            await self._switch.setvar(citizen, _MUTED, "pin")
            variables = {"HL_BY": talk.seat.seat, "HL_PEER": talk.seat.name, "HL_PIN_CASE": str(case_id)}
            for name, value in variables.items():
                await self._switch.setvar(citizen, name, value)
            await self._switch.setvar(talk.seat.name, "HL_PEER", citizen)
            await self._switch.redirect(Place(citizen, PIN), Place(talk.seat.name, WAITING))
        except (SwitchRefusedError, SwitchUnavailableError):
            await self._open(citizen)
            raise

    async def cancel(self, talk: Talk) -> None:
        """The seat wants its citizen back.

        Raises:
            ConflictError: nobody is being asked.
        """
        if talk.citizen.context != PIN:
            raise ConflictError("市民没有在按键核对。")
        await self._switch.redirect(Place(talk.citizen.name, PIN, PinResult.CANCELLED))

    async def idle(self) -> None:
        """Wait until all is opened that is to be: for tests."""
        await asyncio.gather(*self._opening)

    async def close(self) -> None:
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)

    def _hear(self, event: Mapping[str, str]) -> None:
        if event["event"] == CONNECTED:
            self._soon(self._open_all())
        elif event.get("userevent") == _OVER:
            self._soon(self._open(event["channel"]))
            self._tell(PinOver(event.get("seat", ""), event.get("call", ""), PinResult(event["result"])))

    def _soon(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open_all(self) -> None:
        """What came to an end while nobody listened."""
        try:
            lines = await self._switch.channel_lines()
        except (SwitchRefusedError, SwitchUnavailableError) as error:
            log.warning("muted recordings are not looked for", why=str(error))
            return
        for line in lines:
            if line.is_trunk and line.is_up and line.context != PIN:
                await self._open_unless_paused(line.name)

    async def _open_unless_paused(self, citizen: str) -> None:
        """A seat's pause ends by itself (ivr.desk.pauses)."""
        try:
            why = await self._switch.getvar(citizen, _MUTED)
        except (SwitchRefusedError, SwitchUnavailableError):
            return
        if why in ("", "pin"):
            await self._open(citizen)

    async def _open(self, citizen: str) -> None:
        try:
            await self._switch.mute_recording(citizen, muted=False)
            await self._switch.setvar(citizen, _MUTED, "")
        except (SwitchRefusedError, SwitchUnavailableError) as error:
            log.info("not opened: nothing is recorded, or the call is over", channel=citizen, why=str(error))
