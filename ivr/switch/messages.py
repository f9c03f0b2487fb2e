"""What the manager interface's messages mean: parsed here, for `ivr.switch.ami` only."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from ivr.switch.lines import ChannelLine, SeatLine, WaitingCaller

#: Asterisk's device states (QueueMember's Status), as the console names them.
_STATES = {
    "1": "ready",
    "2": "talking",
    "3": "busy",
    "4": "invalid",
    "5": "unavailable",
    "6": "ringing",
    "7": "ringing",
    "8": "hold",
}
#: OriginateResponse's Reason (Asterisk's control frames): rang to the end; answered.
_RANG_OUT, _ANSWERED = "3", "4"
#: How long a cause is waited for, seconds.
_CAUSE_S = 1.0
#: Hang-up cause (Q.850) → what became of a call nobody answered; 21 is a citizen who declines.
_CAUSES = {"17": "busy", "18": "no_answer", "19": "no_answer", "21": "busy"}


def call_result(reason: str) -> str | None:
    """`answered` or `no_answer`; None: only the cause of the hang-up says."""
    return {_ANSWERED: "answered", _RANG_OUT: "no_answer"}.get(reason)


def end_of(cause: str) -> str:
    """`busy`, `no_answer` or `failed`, from a hang-up cause (Q.850)."""
    return _CAUSES.get(cause, "failed")


def seat(message: Any) -> SeatLine:
    """A QueueMember event."""
    return SeatLine(
        interface=message.location,
        state=_STATES.get(message.status, "unknown"),
        held_as=message.pausedreason if message.paused == "1" else None,
        in_call=message.incall == "1",
        last_call=float(message.lastcall or 0),
        penalty=int(message.penalty or 0),
    )


def waiting(message: Any) -> WaitingCaller:
    """A QueueEntry event."""
    return WaitingCaller(
        call_id=message.uniqueid,
        waited_s=float(message.wait or 0),
        priority=int(message.priority or 0),
        channel=message.channel,
    )


def channel(message: Any) -> ChannelLine:
    """A CoreShowChannel event."""
    return ChannelLine(
        name=message.channel,
        is_up=message.channelstatedesc == "Up",
        is_bridged=bool(message.bridgeid),
        linkedid=message.linkedid or "",
        uniqueid=message.uniqueid or "",
        context=message.context or "",
        exten=message.exten or "",
        application=message.application or "",
        bridgeid=message.bridgeid or "",
        state=message.channelstatedesc or "",
    )


async def told_end(cause: asyncio.Future[str]) -> str:
    """`end_of` the cause the switch tells of, which may come just after the result of the call."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_CAUSE_S):
            return end_of(await cause)
    return end_of("")
