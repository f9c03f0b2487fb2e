"""Translates lines of the switch's CEL file into events of the ledger: the only file that knows CEL.

The field order is `asterisk_conf.contract.CEL_FIELDS`; every field is percent-encoded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import unquote

from ivr.ledger import events as e
from ivr.queues import SWITCH_PREFIX, from_switch_name

TRUNK_CONTEXT = "from-trunk"
#: A SIP channel names its trunk. An E1 channel names its span and the caller; its trunk comes with TRUNK.
_TRUNK = re.compile(r"^(?:PJSIP/trunk-([A-Za-z0-9_]+)|DAHDI/i[0-9]+/.*)-[0-9a-f]+$", re.DOTALL)
_SEAT = re.compile(r"^PJSIP/(\d{3,6})w?-[0-9a-f]+$")
_WITHHELD = ("prohib", "unavailable")
_SMALL_NUMBER = re.compile(r"-?[0-9]{1,9}")
#: Extension of a trunk channel that we opened ourselves: nobody dialled it. No number of ours is called so.
_NOT_DIALLED = "s"


class _Line(NamedTuple):
    type: str
    time: str
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
    fields = line.split(" ")
    if len(fields) != len(_Line._fields):
        raise CelError(f"{len(fields)} fields instead of {len(_Line._fields)}: {line[:200]!r}")
    cel = _Line(*(unquote(f) for f in fields))
    if any("\0" in field for field in cel):
        raise CelError(f"NUL in {line[:200]!r}")
    try:
        at = datetime.fromtimestamp(float(cel.time), UTC)
    except (ValueError, OverflowError) as error:
        raise CelError(f"no time in {line[:200]!r}") from error
    common = _Common(event_id, cel.linked_id, at)
    if trunk := _TRUNK.match(cel.channel):
        # A call is the citizen's channel; any other trunk channel in it was dialled by us for the citizen.
        is_citizen = cel.unique_id == cel.linked_id
        return _trunk_event(cel, trunk[1] or "", common) if is_citizen else _forward_event(cel, common)
    if seat := _SEAT.match(cel.channel):
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
        case "APP_START" if cel.app == "Queue" and cel.app_data.startswith(SWITCH_PREFIX):
            return e.QueueJoined(**common, queue=from_switch_name(cel.app_data.split(",")[0]))
        case "APP_END" if cel.app == "Queue":
            return e.QueueLeft(**common)
        case "HANGUP":
            return e.CallerLeft(**common, by=_who(cel))
    return _user_event(cel, c) if cel.user_type else None


def _forward_event(cel: _Line, c: _Common) -> e.SwitchEvent | None:
    return e.ForwardConnected(**c._asdict()) if cel.type == "BRIDGE_ENTER" else None


def _user_event(cel: _Line, c: _Common) -> e.SwitchEvent | None:
    value = str(_extra(cel).get("extra", ""))
    make = _USER_EVENTS.get(cel.user_type)
    kind, fields = make(value) if make else (None, {})
    return kind(**c._asdict(), **fields) if kind else None


_Made = tuple[type[e.SwitchEvent] | None, dict[str, Any]]


def _caller(value: str) -> _Made:
    presentation, _, number = value.partition(":")
    withheld = any(word in presentation for word in _WITHHELD)
    return e.CallerNamed, {"number": number, "withheld": withheld}


def _queue(value: str) -> _Made:
    """Before Queue() itself: the wait is announced first, and some hang up there."""
    queue, _, priority = value.partition(":")
    return e.QueueJoined, {"queue": queue, "priority": _number(priority)}


def _message(value: str) -> _Made:
    return (e.MessageStarted, {}) if value == "start" else (e.MessageEnded, {"empty": value == "empty"})


def _survey(value: str) -> _Made:
    level = _number(value)
    return (e.SurveyAnswered, {"level": level}) if level in range(1, 6) else (None, {})


def _announcement(value: str) -> _Made:
    number = _number(value)
    return (None, {}) if number is None else (e.AnnouncementHeard, {"announcement": number})


def _number(text: str) -> int | None:
    return int(text) if _SMALL_NUMBER.fullmatch(text) else None


def _text(kind: type[e.SwitchEvent], field: str) -> Callable[[str], _Made]:
    return lambda value: (kind, {field: value})


#: Word of a user event → the event its value makes.
_USER_EVENTS: dict[str, Callable[[str], _Made]] = {
    "TRUNK": _text(e.TrunkNamed, "trunk"),
    "CALLER": _caller,
    "STEP": _text(e.StepEntered, "step"),
    "KEY": _text(e.KeyPressed, "key"),
    "QUEUE": _queue,
    "MESSAGE": _message,
    "LANGUAGE": _text(e.LanguageChosen, "language"),
    "MARK": _text(e.CallMarked, "mark"),
    "CLOSED": lambda _queue: (e.CallMarked, {"mark": "closed"}),
    "BUSY": _text(e.CallRefused, "pool"),
    "OUTBOUND": _text(e.OutboundStarted, "purpose"),
    "CALLBACK": _text(e.CallBackAsked, "callback"),
    "FORWARD": _text(e.ForwardTried, "name"),
    "ANNOUNCEMENT": _announcement,
    "SURVEY": _survey,
    "VISIT": _text(e.VisitAnswered, "answer"),
}


def _seat_event(cel: _Line, seat: str, c: _Common) -> e.SwitchEvent | None:
    common = c._asdict()
    match cel.type:
        case "BRIDGE_ENTER":
            return e.SeatConnected(**common, seat=seat)
        case "BRIDGE_EXIT":
            return e.SeatDisconnected(**common, seat=seat)
        case "HANGUP":
            return e.SeatHungUp(**common, seat=seat, by=_who(cel))
    return None


def _extra(cel: _Line) -> dict[str, object]:
    try:
        extra = json.loads(cel.extra or "{}")
    except ValueError:
        return {}
    return extra if isinstance(extra, dict) else {}


def _who(cel: _Line) -> e.Party:
    """Who ended it: the channel the switch names as the source of the hang-up."""
    source = str(_extra(cel).get("hangupsource", ""))
    if source == cel.channel if _TRUNK.match(cel.channel) else _TRUNK.match(source):
        return "caller"
    return "seat" if _SEAT.match(source) else "hotline"
