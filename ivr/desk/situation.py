"""What a seat is doing with its call, read off the channels there are. Pure.

C is the caller's channel, S the seat's, T that of somebody S consults. Where each stands in the dialplan
(asterisk_conf/templates/dialplan/desk.conf.j2) and who is bridged with whom says everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ivr.switch.lines import ChannelLine

HELD, DESK, CONSULT, ASIDE, CONFERENCE = "hl-held", "hl-desk", "hl-consult", "hl-aside", "hl-conf"
#: Exten of hl-held for a caller whose seat broke off.
LOST = "lost"
#: Extens of hl-consult for queues begin so.
QUEUE = "queue-"


class State(StrEnum):
    """What the seat does with its call."""

    TALKING = "talking"  #: 通话
    HELD = "held"  #: 保持
    CONSULTING = "consulting"  #: 咨询: S calls T or talks with T, C hears music
    ALTERNATE = "alternate"  #: 切换: S talks with C, T hears music
    CONFERENCE = "conference"  #: 三方
    CONSULTED = "consulted"  #: 被咨询: somebody else's C waits meanwhile


@dataclass(frozen=True)
class Situation:
    """One seat's call."""

    state: State
    seat: ChannelLine
    caller: ChannelLine
    #: Whom it consults.
    other: ChannelLine | None = None

    @property
    def call_id(self) -> str:
        return self.caller.uniqueid

    @property
    def queue(self) -> str:
        """The queue the seat consults; empty: none."""
        consults = self.state is State.CONSULTING and self.seat.exten.startswith(QUEUE)
        return self.seat.exten.removeprefix(QUEUE) if consults else ""


def situation(lines: Sequence[ChannelLine], extension: str) -> Situation | None:
    """The call `extension` is in now; None: in none with a caller."""
    for seat in lines:
        if seat.seat != extension or not seat.is_up:
            continue
        related = [line for line in lines if line is not seat and _related(seat, line)]
        caller = _caller(related)
        if caller is not None:
            others = [line for line in related if line is not caller]
            if found := _of(seat, caller, others):
                return found
    return None


def _of(seat: ChannelLine, caller: ChannelLine, others: Sequence[ChannelLine]) -> Situation | None:
    with_seat = next((line for line in others if _together(seat, line)), None)
    if seat.context == CONFERENCE and caller.context == CONFERENCE:
        return Situation(State.CONFERENCE, seat, caller, with_seat)
    if _together(seat, caller):
        waiting = next((line for line in others if line.context == ASIDE), None)
        return Situation(State.ALTERNATE if waiting else State.TALKING, seat, caller, waiting)
    if caller.context == HELD and seat.context == CONSULT and not _is_dialled(seat):
        ringing = next((line for line in others if not line.is_up), None)
        return Situation(State.CONSULTING, seat, caller, with_seat or ringing)
    if caller.context == HELD and seat.context == DESK:
        return Situation(State.HELD, seat, caller)
    if with_seat is not None or seat.context == ASIDE:
        return Situation(State.CONSULTED, seat, caller, with_seat)
    return None


def lost_callers(lines: Sequence[ChannelLine]) -> list[ChannelLine]:
    """Callers who wait for a seat that broke off."""
    return [line for line in lines if line.context == HELD and line.exten == LOST]


def caller_of(lines: Sequence[ChannelLine], device: str, linkedid: str) -> ChannelLine | None:
    """The caller of the call `linkedid`, for which `device` (a channel's name, gone perhaps) has been."""
    return _caller([line for line in lines if line.linkedid == linkedid and line.name != device])


def _related(seat: ChannelLine, line: ChannelLine) -> bool:
    return _together(seat, line) or (bool(seat.linkedid) and line.linkedid == seat.linkedid)


def _together(one: ChannelLine, other: ChannelLine) -> bool:
    """Whether they hear each other."""
    return bool(one.bridgeid) and one.bridgeid == other.bridgeid


def _is_dialled(line: ChannelLine) -> bool:
    """It runs no dialplan of its own: somebody else's Dial() rang it."""
    return line.application.startswith("App") or not line.application


def _caller(lines: Sequence[ChannelLine]) -> ChannelLine | None:
    """The caller's own channel; somebody outside whom a seat called in is none."""
    found = [
        line
        for line in lines
        if line.is_trunk
        and not _is_dialled(line)
        and line.context not in (ASIDE, CONSULT)
        and (line.context, line.exten) != (CONFERENCE, "person")
    ]
    return min(found, key=lambda line: line.uniqueid != line.linkedid, default=None)
