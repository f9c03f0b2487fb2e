"""Translates lines of the switch's CEL file into events of the ledger: the only file that knows CEL.

The field order is `asterisk_conf.contract.CEL_FIELDS`; every field is percent-encoded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote

from ivr.ledger import desk_events as d
from ivr.ledger import events as e
from ivr.queues import SWITCH_PREFIX, from_switch_name
from ivr.switch.recent import Recent
from ivr.switch.words import heard, heard_from_seat

TRUNK_CONTEXT = "from-trunk"
#: A SIP channel names its trunk. An E1 channel names its span and the caller; its trunk comes with TRUNK.
_TRUNK = re.compile(r"^(?:PJSIP/trunk-([A-Za-z0-9_]+)|DAHDI/i[0-9]+/.*)-[0-9a-f]+$", re.DOTALL)
#: A line the switch keeps for itself while it moves another has a name that does not fit: `<ZOMBIE>` …
SEAT_CHANNEL = re.compile(r"^PJSIP/(\d{3,6})w?-[0-9a-f]+$")
#: Extension of a channel that we opened ourselves: nobody dialled it. No number of ours is called so.
_NOT_DIALLED = "s"
#: Those of the contract.
FIELDS = (
    *("type", "time", "linked_id", "unique_id", "channel", "context", "exten", "app", "app_data"),
    *("user_type", "extra"),
)


class _Line(NamedTuple):
    type: str
    at: datetime
    linked_id: str
    unique_id: str
    channel: str
    context: str
    exten: str
    app: str
    app_data: str
    user_type: str
    extra: str


class CelError(ValueError):
    """A line of the CEL file is not what the dialplan writes."""


def translate(line: str, event_id: str) -> e.SwitchEvent | None:
    """One line → one event, or None for a line that says nothing about a citizen's call.

    Args:
        line: a line of the file, without its line break.
        event_id: position of the line; becomes the event's id.

    Raises:
        CelError: the line has the wrong number of fields, no time, or a NUL, which no database keeps.
    """
    cel = _parse(line)
    return _event(cel, _Common(event_id, cel.linked_id, cel.at), cel.unique_id == cel.linked_id)


class Translator:
    """Lines → events, in the order of the file.

    The switch gives joined calls the linked id of the oldest line among them. A call here is the citizen's
    line, so what is told under another linked id once joined, or was before, is brought to that call.
    """

    def __init__(self) -> None:
        #: Unique id of a line → the linked id it had last.
        self._linked: Recent[str] = Recent()
        self._citizens: Recent[None] = Recent()
        #: Linked id → the call it belongs to.
        self._threads: Recent[str] = Recent()
        #: Bridge → linked id of the line that entered it first.
        self._bridges: Recent[str] = Recent()

    def expect(self, calls: Iterable[str]) -> None:
        """Calls in progress, after a restart."""
        for call_id in calls:
            self._citizens[call_id] = None

    def read(self, line: str, event_id: str) -> list[e.SwitchEvent]:
        """The events of one line; raises as `translate` does."""
        cel = _parse(line)
        if cel.user_type == "SPY":
            return self._spied(cel, event_id)
        joined = self._follow(cel, event_id)
        is_citizen = cel.unique_id == cel.linked_id or cel.unique_id in self._citizens
        call_id = cel.unique_id if cel.unique_id in self._citizens else self._call(cel.linked_id)
        event = _event(cel, _Common(event_id, call_id, cel.at), is_citizen)
        if isinstance(event, e.CallArrived | e.CallPlaced):
            self._citizens[event.call_id] = None
        return [found for found in (joined, event) if found is not None]

    def _call(self, linked_id: str) -> str:
        return self._threads.get(linked_id, linked_id)

    def _follow(self, cel: _Line, event_id: str) -> e.SwitchEvent | None:
        """Two linked ids are one call once a line changes from one to the other, or two lines are joined."""
        before = self._linked.get(cel.unique_id, cel.linked_id)
        if cel.type == "HANGUP":
            self._linked.pop(cel.unique_id, None)
        else:
            self._linked[cel.unique_id] = cel.linked_id
        if cel.type == "BRIDGE_ENTER" and before == cel.linked_id and not _only_waits(cel):
            before = self._first_in(_bridge(cel), cel.linked_id)
        one, other = self._call(before), self._call(cel.linked_id)
        if one == other or (one in self._citizens) == (other in self._citizens):
            return None
        call_id, thread = (one, other) if one in self._citizens else (other, one)
        return self._join(call_id, thread, event_id, cel.at)

    def _first_in(self, bridge: str, linked_id: str) -> str:
        if bridge not in self._bridges:
            self._bridges[bridge] = linked_id
        return self._bridges[bridge]

    def _join(self, call_id: str, thread: str, event_id: str, at: datetime) -> e.SwitchEvent:
        self._threads[thread] = call_id
        return d.ThreadJoined(id=f"{event_id}+", call_id=call_id, at=at, thread=thread)

    def _spied(self, cel: _Line, event_id: str) -> list[e.SwitchEvent]:
        """A supervisor's own line; its end is told under its own linked id."""
        seat, by, mode, call_id = [*_value(cel).split(":"), "", "", "", ""][:4]
        if not call_id or call_id == cel.linked_id:
            return []
        spied = d.SeatSpied(
            id=event_id, call_id=call_id, at=cel.at, seat=seat, by=by, mode=mode, channel=cel.unique_id
        )
        return [self._join(call_id, cel.linked_id, event_id, cel.at), spied]


def _parse(line: str) -> _Line:
    fields = line.split(" ")
    if len(fields) != len(FIELDS):
        raise CelError(f"{len(fields)} fields instead of {len(FIELDS)}: {line[:200]!r}")
    named = dict(zip(FIELDS, map(unquote, fields), strict=True))
    if any("\0" in field for field in named.values()):
        raise CelError(f"NUL in {line[:200]!r}")
    try:
        at = datetime.fromtimestamp(float(named.pop("time")), UTC)
    except (ValueError, OverflowError) as error:
        raise CelError(f"no time in {line[:200]!r}") from error
    return _Line(at=at, **named)


def _event(cel: _Line, common: _Common, is_citizen: bool) -> e.SwitchEvent | None:
    if _only_waits(cel):
        return None
    if trunk := _TRUNK.match(cel.channel):
        # A call is the citizen's channel; any other trunk channel in it was dialled by us for the citizen.
        return _trunk_event(cel, trunk[1] or "", common) if is_citizen else _forward_event(cel, common)
    if seat := SEAT_CHANNEL.match(cel.channel):
        return _seat_event(cel, seat[1], common)
    return None


class _Common(NamedTuple):
    id: str
    call_id: str
    at: datetime


def _trunk_event(cel: _Line, trunk: str, c: _Common) -> e.SwitchEvent | None:
    common = c._asdict()
    match cel.type:
        case "CHAN_START" if cel.context == TRUNK_CONTEXT and cel.exten == _NOT_DIALLED:
            return e.CallPlaced(**common, trunk=trunk)
        case "CHAN_START" if cel.context == TRUNK_CONTEXT:
            return e.CallArrived(**common, trunk=trunk, did=cel.exten)
        case "ANSWER":
            return e.CallAnswered(**common)
        case "APP_START" if cel.app == "Queue":
            return _queue_event(cel.app_data.split(",")[0], c)
        case "APP_END" if cel.app == "Queue":
            return e.QueueLeft(**common)
        case "BRIDGE_ENTER":
            return d.CallerBridged(**common, bridge=_bridge(cel))
        case "BRIDGE_EXIT":
            return d.CallerUnbridged(**common, bridge=_bridge(cel))
        case "HANGUP":
            return e.CallerLeft(**common, by=_who(cel))
    return _user_event(cel, c) if cel.user_type else None


def _queue_event(name: str, c: _Common) -> e.SwitchEvent | None:
    """Every queue of a seat alone, and those callers ask for."""
    if not name.startswith((SWITCH_PREFIX, d.SEAT_QUEUE)):
        return None
    return d.QueueEntered(**c._asdict(), queue=from_switch_name(name))


def _forward_event(cel: _Line, c: _Common) -> e.SwitchEvent | None:
    common = c._asdict()
    match cel.type:
        case "BRIDGE_ENTER":
            return e.ForwardConnected(**common, channel=cel.unique_id, bridge=_bridge(cel))
        case "BRIDGE_EXIT":
            return e.ForwardDisconnected(**common, channel=cel.unique_id, bridge=_bridge(cel))
    return None


def _user_event(cel: _Line, c: _Common) -> e.SwitchEvent | None:
    kind, fields = heard(cel.user_type, _value(cel))
    return kind(**c._asdict(), **fields) if kind else None


def _seat_says(cel: _Line, c: _Common) -> e.SwitchEvent | None:
    kind, fields = heard_from_seat(cel.user_type, _value(cel))
    return kind(**c._asdict(), **fields) if kind else None


def _seat_event(cel: _Line, seat: str, c: _Common) -> e.SwitchEvent | None:
    its = {**c._asdict(), "seat": seat, "channel": cel.unique_id}
    match cel.type:
        case "CHAN_START" if cel.exten == _NOT_DIALLED:
            return d.SeatRang(**its)
        case "BRIDGE_ENTER":
            return e.SeatConnected(**its, bridge=_bridge(cel))
        case "BRIDGE_EXIT":
            return e.SeatDisconnected(**its, bridge=_bridge(cel))
        case "HANGUP":
            return e.SeatHungUp(**its, by=_who(cel))
        case "HOLD":
            return d.SeatHeld(**its)
        case "UNHOLD":
            return d.SeatResumed(**its)
    return _seat_says(cel, c) if cel.user_type else None


def _only_waits(cel: _Line) -> bool:
    """In or out of a bridge in which nobody hears anybody: a seat waits there for its caller."""
    return cel.type.startswith("BRIDGE_") and _extra(cel).get("bridge_technology") == "holding_bridge"


def _bridge(cel: _Line) -> str:
    return str(_extra(cel).get("bridge_id", ""))


def _value(cel: _Line) -> str:
    return str(_extra(cel).get("extra", ""))


def _extra(cel: _Line) -> dict[str, object]:
    try:
        extra = json.loads(cel.extra or "{}")
    except ValueError:
        return {}
    return extra if isinstance(extra, dict) else {}


def _who(cel: _Line) -> e.Party:
    """Who ended it: the channel the switch names as the source of the hang-up."""
    source = str(_extra(cel).get("hangupsource", ""))
    if SEAT_CHANNEL.match(source):
        return "seat"
    if not _TRUNK.match(source):
        return "hotline"
    return "caller" if source == cel.channel or not _TRUNK.match(cel.channel) else "external"
