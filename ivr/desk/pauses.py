"""Pausing a call's recording while the citizen says bank data (暂停录音), and making sure that it goes on.

Silence is recorded on both tracks meanwhile, so the recording stays as long as the call. What is muted is
written down first, with its end; whoever keeps the book (console and exchange, each by itself) has the
recording go on then. Are both away, the dialplan does so when the talk is over (recording.conf.j2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.clock import Clock
from ivr.desk.situation import HELD
from ivr.switch.errors import SwitchRefusedError, SwitchUnavailableError
from ivr.switch.hearing import CONNECTED, Hear
from ivr.switch.lines import ChannelLine

#: On the citizen's channel: why its recording is muted; empty: it is not.
MUTED = "HL_MUTED"
#: Whose mute this room ends; that of a PIN is ended by ivr.pin.
_OURS = ("bank", "hold")
#: The dialplan has had the recording of a call go on.
_GOES_ON = "HotlineRecording"
#: Seconds between two looks while a recording is paused, and while none is; who pauses one in this process
#: wakes the keeper.
LOOK_S, IDLE_S = 1.0, 5.0

log = structlog.get_logger()
_wakers: set[asyncio.Event] = set()


class RecordingSwitch(Protocol):
    """As much of the switch as this needs (ivr.switch.ami.Switch)."""

    def listen(self, names: Iterable[str], hear: Hear) -> None: ...

    async def channel_lines(self) -> Sequence[ChannelLine]: ...

    async def setvar(self, channel: str, name: str, value: str) -> None: ...

    async def getvar(self, channel: str, name: str) -> str: ...

    async def mute_recording(self, channel: str, *, muted: bool, both: bool = False) -> None: ...


class Gap(Protocol):
    """One that goes on, as it was written down."""

    @property
    def id(self) -> int: ...
    @property
    def call_id(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def until_at(self) -> datetime: ...


class Book(Protocol):
    """Where they are written down; may raise SQLAlchemyError."""

    async def open_gaps(self) -> Sequence[Gap]: ...

    async def end(self, gap_id: int, by: str) -> bool: ...


async def mute(switch: RecordingSwitch, channel: str, why: str) -> None:
    """Record silence on both tracks from now on.

    Raises:
        SwitchUnavailableError, SwitchRefusedError
    """
    await switch.setvar(channel, MUTED, why)
    await switch.mute_recording(channel, muted=True, both=True)
    for waker in _wakers:
        waker.set()


async def unmute(switch: RecordingSwitch, channel: str) -> None:
    """Record again; raises as `mute`."""
    await switch.mute_recording(channel, muted=False, both=True)
    await switch.setvar(channel, MUTED, "")


class PauseKeeper:
    """Ends what is due. Several may run: each thing is ended once, and ending it twice does no harm."""

    def __init__(self, switch: RecordingSwitch, book: Book, clock: Clock, *, look_s: float = LOOK_S) -> None:
        self._switch, self._book, self._clock, self._look_s = switch, book, clock, look_s
        #: As the book said last: when it is away, these end all the same.
        self._known: Sequence[Gap] = ()
        self._gone_on: set[str] = set()
        self._news = asyncio.Event()
        switch.listen(["UserEvent"], self._hear)

    async def run(self) -> None:
        """Look until cancelled."""
        _wakers.add(self._news)
        try:
            while True:
                self._news.clear()
                await self.look()
                pause = self._look_s if self._known else IDLE_S
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), pause)
        finally:
            _wakers.discard(self._news)

    async def look(self) -> None:
        """End what is due now."""
        gone_on, self._gone_on = self._gone_on, set()
        try:
            self._known = await self._book.open_gaps()
        except (SQLAlchemyError, OSError) as error:
            log.warning("the book of pauses is away; what is due ends all the same", why=str(error)[:200])
        if not self._known:
            return
        try:
            lines = {line.name: line for line in await self._switch.channel_lines()}
        except (SwitchUnavailableError, SwitchRefusedError):
            self._gone_on |= gone_on
            return
        for gap in self._known:
            if by := self._is_due(gap, lines.get(gap.channel), gone_on):
                await self._end(gap, by)

    def _is_due(self, gap: Gap, line: ChannelLine | None, gone_on: set[str]) -> str:
        if line is None:
            return "over"
        if gap.call_id in gone_on or (gap.why == "hold" and line.context != HELD):
            return "moved"
        return "limit" if gap.until_at <= self._clock.now() else ""

    async def _end(self, gap: Gap, by: str) -> None:
        if by != "over":
            try:
                if await self._switch.getvar(gap.channel, MUTED) in _OURS:
                    await unmute(self._switch, gap.channel)
            except SwitchUnavailableError:
                return  # looked at again in a moment
            except SwitchRefusedError as error:
                log.info("the call is over, or nothing is recorded", channel=gap.channel, why=str(error))
        try:
            if await self._book.end(gap.id, by):
                log.info("the recording goes on", call=gap.call_id, why=by)
        except (SQLAlchemyError, OSError) as error:
            log.warning("not written down yet that a recording goes on", why=str(error)[:200])

    def _hear(self, event: Mapping[str, str]) -> None:
        if event["event"] == CONNECTED:
            self._news.set()
        elif event.get("userevent") == _GOES_ON:
            self._gone_on.add(event.get("call", ""))
            self._news.set()
