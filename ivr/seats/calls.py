"""Which call a seat is in, from the channels there are. Pure.

A call is the citizen's channel; its id is that channel's unique id. A seat's own channel says by its place in
the dialplan what it does with the call (contexts of docs/architecture.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from ivr.switch.lines import ChannelLine

Direction = Literal["inbound", "outbound"]
PeerKind = Literal["seat", "queue", "external"]
CallState = Literal["ringing", "talking", "hold", "consult", "conference", "pin", "dialling"]
#: A seat that was in one of these has talked with a citizen.
TALKED = frozenset({"talking", "hold", "consult", "conference", "pin"})
_WITH = frozenset({"ringing", "talking", "dialling"})
#: What a seat does that is alone in one of these contexts.
_ALONE: dict[str, CallState] = {"hl-desk": "hold", "hl-seat-call": "dialling"}
_TARGETS: dict[str, PeerKind] = {"seat": "seat", "queue": "queue", "dir": "external", "num": "external"}
#: Where calls begin that a seat makes.
_OUTBOUND = frozenset({"hl-seat-call", "hl-seat-out"})
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
    citizen = _citizen(others)
    if not others:
        return Work(is_busy=True) if mine.context != "hl-seat-call" else Work(_dialling(mine, now))
    state = _state(mine, citizen, others, held)
    contexts = {mine.context, citizen.context if citizen else ""}
    call = SeatCall(
        call_id=citizen.uniqueid if citizen else mine.linkedid,
        state=state,
        direction="outbound" if contexts & _OUTBOUND else "inbound",
        queue="",
        since=now,
        peer=_peer(mine, others, state),
        has_citizen=citizen is not None and (state not in _WITH or _together(mine, citizen)),
    )
    return Work(call)


def carried_on(call: SeatCall, before: SeatCall | None, queue: str) -> SeatCall:
    """`call` with what is only known from before: since when, over which queue, in which direction."""
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


def _state(
    mine: ChannelLine, citizen: ChannelLine | None, others: Sequence[ChannelLine], held: bool
) -> CallState:
    if not mine.is_up:
        return "dialling" if mine.state == "Ring" else "ringing"
    if mine.context == "hl-conf" or mine.application == "ConfBridge":
        return "conference"
    if mine.context == "hl-consult":
        return "consult"
    if citizen is not None and citizen.context == "hl-pin":
        return "pin"
    if mine.context in _ALONE and not any(_together(mine, line) for line in others):
        return _ALONE[mine.context]
    return "hold" if held else "talking"


def _peer(mine: ChannelLine, others: Sequence[ChannelLine], state: CallState) -> Peer | None:
    """Whom it consults, or the seat it talks with."""
    seats = [line for line in others if line.seat]
    if state == "consult":
        kind, _, value = mine.exten.partition("-")
        talks = any(_together(mine, line) for line in others)
        return Peer(_TARGETS.get(kind, "external"), value, value, "talking" if talks else "ringing")
    if state in ("talking", "ringing", "dialling"):
        with_me = [line for line in seats if _together(mine, line) or not mine.is_up]
        if with_me and not any(line.is_trunk and _together(mine, line) for line in others):
            other = with_me[0].seat
            return Peer("seat", other, other, "talking" if mine.is_up else "ringing")
    return None
