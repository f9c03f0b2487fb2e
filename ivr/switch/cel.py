"""Translates lines of the switch's CEL file into events of the ledger: the only file that knows CEL.

The field order is `asterisk_conf.contract.CEL_FIELDS`; every field is percent-encoded.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote

from ivr.ledger import events as e
from ivr.queues import from_switch_name

TRUNK_CONTEXT = "from-trunk"
_TRUNK = re.compile(r"^(?:PJSIP|DAHDI)/trunk-([A-Za-z0-9_]+)-[0-9a-f]+$")
_SEAT = re.compile(r"^PJSIP/(\d{3,6})w?-[0-9a-f]+$")
_WITHHELD = ("prohib", "unavailable")


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
        return _trunk_event(cel, trunk[1], common)
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
        case "CHAN_START" if cel.context == TRUNK_CONTEXT:
            return e.CallArrived(**common, trunk=trunk, did=cel.exten)
        case "ANSWER":
            return e.CallAnswered(**common)
        case "APP_START" if cel.app == "Queue":
            return e.QueueJoined(**common, queue=from_switch_name(cel.app_data.split(",")[0]))
        case "APP_END" if cel.app == "Queue":
            return e.QueueLeft(**common)
        case "HANGUP":
            return e.CallerLeft(**common, by=_who(cel))
    return _user_event(cel, common) if cel.user_type else None


def _user_event(cel: _Line, common: dict[str, object]) -> e.SwitchEvent | None:
    value = str(_extra(cel).get("extra", ""))
    match cel.user_type:
        case "CALLER":
            presentation, _, number = value.partition(":")
            withheld = any(word in presentation for word in _WITHHELD)
            return e.CallerNamed(**common, number=number, withheld=withheld)  # type: ignore[arg-type]
        case "STEP":
            return e.StepEntered(**common, step=value)  # type: ignore[arg-type]
        case "QUEUE":  # before Queue() itself: the wait is announced first, and some hang up there
            return e.QueueJoined(**common, queue=value)  # type: ignore[arg-type]
        case "KEY":
            return e.KeyPressed(**common, key=value)  # type: ignore[arg-type]
        case "MESSAGE" if value == "start":
            return e.MessageStarted(**common)  # type: ignore[arg-type]
        case "MESSAGE":
            return e.MessageEnded(**common, empty=value == "empty")  # type: ignore[arg-type]
    return None


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
    if _TRUNK.match(source):
        return "caller"
    return "seat" if _SEAT.match(source) else "hotline"
