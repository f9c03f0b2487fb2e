"""What placing a seat's call needs of the world, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ivr.outbound.dialler import DialResult
from ivr.switch.hearing import Hear
from ivr.switch.lines import ChannelLine
from ivr.switch.steering import Place


class CallState(StrEnum):
    """How far a seat's call has got; what became of it, in the words of `DialResult`."""

    RINGING_SEAT = "ringing_seat"  #: 正在呼叫坐席: the seat's own device rings
    DIALLING = "dialling"  #: 正在呼叫对方
    TALKING = "talking"  #: 已接通
    BUSY = "busy"  #: 对方忙
    NO_ANSWER = "no_answer"  #: 对方无人接听
    FAILED = "failed"  #: 未接通
    REFUSED = "refused"  #: 号码不允许外呼
    NO_CHANNEL = "no_channel"  #: 无空闲中继
    SEAT_NO_ANSWER = "seat_no_answer"  #: 坐席话机未接听
    CANCELLED = "cancelled"  #: 坐席已取消


#: The dialler's word → the seat's.
OF_RESULT: Mapping[DialResult, CallState] = {
    DialResult.ANSWERED: CallState.TALKING,
    DialResult.BUSY: CallState.BUSY,
    DialResult.NO_ANSWER: CallState.NO_ANSWER,
    DialResult.FAILED: CallState.FAILED,
    DialResult.UNKNOWN: CallState.FAILED,
    DialResult.REFUSED: CallState.REFUSED,
    DialResult.NO_CHANNEL: CallState.NO_CHANNEL,
}


@dataclass(frozen=True)
class Progress:
    """Where a seat's call stands."""

    extension: str
    call_id: str
    state: CallState


Tell = Callable[[Progress], None]


class CallSwitch(Protocol):
    """As much of the switch as a seat's call needs (ivr.switch.ami.Switch)."""

    def listen(self, names: Iterable[str], hear: Hear) -> None: ...

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

    async def hangup(self, channel: str, cause: int = 16) -> None: ...


class Callbacks(Protocol):
    """The list of call-backs, as far as seats work on it (ivr.callbacks.book.CallbackBook)."""

    async def begin(self, row_id: int, call_id: str) -> bool: ...

    async def dialled(self, row_id: int, call_id: str, result: DialResult) -> None: ...
