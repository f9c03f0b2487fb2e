"""Which call a seat is in, from the channels there are. Pure.

A call is the citizen's channel; its id is that channel's unique id. A seat's own channel says by its place in
the dialplan what it does with the call (contexts of docs/architecture.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from ivr.desk.situation import Situation, situation
from ivr.desk.situation import State as DeskState
from ivr.switch.lines import ChannelLine

Direction = Literal["inbound", "outbound"]
PeerKind = Literal["seat", "queue", "external"]
CallState = Literal["ringing", "talking", "hold", "consult", "conference", "pin", "dialling"]
#: A seat that was in one of these has talked with a citizen.
TALKED = frozenset({"talking", "hold", "consult", "conference", "pin"})
_WITH = frozenset({"ringing", "talking", "dialling"})
#: What a seat does that is alone in one of these contexts.
_ALONE: dict[str, CallState] = {"hl-desk": "hold", "hl-seat-call": "dialling"}
#: Where calls begin that a seat makes.
_OUTBOUND = frozenset({"hl-seat-call", "hl-seat-out"})
#: Stages of a seat's call control, in the words of consoles.
_DESK: dict[DeskState, CallState] = {
    DeskState.TALKING: "talking",
    DeskState.HELD: "hold",
    DeskState.CONSULTING: "consult",
    DeskState.ALTERNATE: "consult",
    DeskState.CONFERENCE: "conference",
    DeskState.CONSULTED: "talking",
}
#: Channels that run what another dialled have no dialplan of their own.
_DIALLED = frozenset({"AppDial", "AppQueue", "AppDial2"})


@dataclass(frozen=True)
class Peer:
    """The other person of a consultation, or of a talk without a citizen."""

    kind: PeerKind
    value: str
    label: str
    state: Literal["ringing", "talking"]


@dataclass(frozen=True)
class SeatCall:
    """The call a seat is in."""

    call_id: str
    state: CallState
    direction: Direction
    queue: str
    since: datetime
    peer: Peer | None = None
    #: It talks with a citizen, or keeps one waiting; not: it is only consulted.
    has_citizen: bool = True

    def to_json(self) -> dict[str, Any]:
        return {
            "call_id": self.call_id,
            "state": self.state,
            "direction": self.direction,
            "queue": self.queue,
            "since": self.since.isoformat(),
            "with": vars(self.peer) if self.peer else None,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> SeatCall:
        """What `to_json` made, but for `has_citizen`, which is a guess.

        Raises:
            KeyError, TypeError, ValueError: it is not of `to_json`.
        """
        peer = Peer(**body["with"]) if body["with"] else None
        return cls(
            call_id=body["call_id"],
            state=body["state"],
            direction=body["direction"],
            queue=body["queue"],
            since=datetime.fromisoformat(body["since"]),
            peer=peer,
            has_citizen=peer is None or body["state"] not in _WITH,
        )


@dataclass(frozen=True)
class Work:
    """What a seat's channels are there for."""

    call: SeatCall | None = None
    supervises: bool = False
    #: A channel of its own without anybody else: it logs in, or records an announcement.
    is_busy: bool = False


def work_of(extension: str, channels: Sequence[ChannelLine], held: bool, now: datetime) -> Work:
    """
    Args:
        held: its telephone's own hold key is pressed.
        now: since when, where nobody knows better.
    """
    own = [line for line in channels if line.seat == extension]
    if not own:
        return Work()
    mine = max(own, key=lambda line: (line.is_up, line.is_bridged, line.state == "Ringing"))
    if mine.context == "hl-spy":
        return Work(supervises=True)
    others = [line for line in channels if _belongs(line, mine) and line.seat != extension]
    if not others:
        return Work(is_busy=True) if mine.context != "hl-seat-call" else Work(_dialling(mine, now))
    desk, citizen = situation(channels, extension), _citizen(others)
    state = _state(mine, citizen, desk, held)
    contexts = {mine.context, citizen.context if citizen else ""}
    call = SeatCall(
        call_id=citizen.uniqueid if citizen else mine.linkedid,
        state=state,
        direction="outbound" if contexts & _OUTBOUND else "inbound",
        queue="",
        since=now,
        peer=_peer(mine, others, desk),
        has_citizen=citizen is not None and (state not in _WITH or _together(mine, citizen)),
    )
    return Work(call)


def carried_on(call: SeatCall, before: SeatCall | None, queue: str) -> SeatCall:
    """`call` with what is only known from before: since when, over which queue, in which direction."""
    if before is not None and before.state == "dialling" and before.call_id != call.call_id:
        return replace(call, direction="outbound")  # the seat waited alone for whom it called
    if before is None or before.call_id != call.call_id:
        return replace(call, queue=queue)
    is_outbound = "outbound" in (before.direction, call.direction)
    since = before.since if before.state == call.state else call.since
    direction: Direction = "outbound" if is_outbound else "inbound"
    return replace(call, queue=before.queue or queue, direction=direction, since=since)


def _belongs(line: ChannelLine, mine: ChannelLine) -> bool:
    return _together(mine, line) or (bool(mine.linkedid) and line.linkedid == mine.linkedid)


def _together(one: ChannelLine, other: ChannelLine) -> bool:
    """Whether they hear each other."""
    return bool(one.bridgeid) and one.bridgeid == other.bridgeid


def _citizen(lines: Sequence[ChannelLine]) -> ChannelLine | None:
    """The call's own channel; one that was dialled out to somebody for it is not."""
    found = [line for line in lines if line.is_trunk and line.application not in _DIALLED]
    found.sort(key=lambda line: line.uniqueid != line.linkedid)
    return found[0] if found else None


def _dialling(mine: ChannelLine, now: datetime) -> SeatCall:
    return SeatCall(mine.linkedid, "dialling", "outbound", "", now)


def _state(mine: ChannelLine, citizen: ChannelLine | None, desk: Situation | None, held: bool) -> CallState:
    if not mine.is_up:
        return "dialling" if mine.state == "Ring" else "ringing"
    if citizen is not None and citizen.context == "hl-pin":
        return "pin"
    state = _DESK[desk.state] if desk is not None else _ALONE.get(mine.context, "talking")
    return "hold" if held and state == "talking" else state


def _peer(mine: ChannelLine, others: Sequence[ChannelLine], desk: Situation | None) -> Peer | None:
    """Whom it consults, has in conference, or talks with instead of a citizen."""
    if desk is not None:
        if desk.queue and (desk.other is None or not desk.other.is_up):
            return Peer("queue", desk.queue, desk.queue, "ringing")
        return _of(desk.other) if desk.other is not None else None
    if any(line.is_trunk and (_together(mine, line) or not mine.is_up) for line in others):
        return None
    seats = [line for line in others if line.seat and (_together(mine, line) or not mine.is_up)]
    return _of(seats[0]) if seats else None


def _of(line: ChannelLine) -> Peer:
    state: Literal["ringing", "talking"] = "talking" if line.is_up else "ringing"
    if line.seat:
        return Peer("seat", line.seat, line.seat, state)
    return Peer("external", "", "外线", state)
