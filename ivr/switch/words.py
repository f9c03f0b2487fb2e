"""What the dialplan's own words (CELGenUserEvent) mean: word and value → event.

The words and their values are those of `asterisk_conf.contract`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ivr.ledger import desk_events as d
from ivr.ledger import events as e

_WITHHELD = ("prohib", "unavailable")
_SMALL_NUMBER = re.compile(r"-?[0-9]{1,9}")

#: Event type, and its fields; no type: the value says nothing.
Made = tuple[type[e.SwitchEvent] | None, dict[str, Any]]


def _caller(value: str) -> Made:
    presentation, _, number = value.partition(":")
    withheld = any(word in presentation for word in _WITHHELD)
    return e.CallerNamed, {"number": number, "withheld": withheld}


def _queue(value: str) -> Made:
    """Before Queue() itself: the wait is announced first, and some hang up there."""
    queue, _, priority = value.partition(":")
    return e.QueueJoined, {"queue": queue, "priority": _number(priority)}


def _message(value: str) -> Made:
    return (e.MessageStarted, {}) if value == "start" else (e.MessageEnded, {"empty": value == "empty"})


def _survey(value: str) -> Made:
    level = _number(value)
    return (e.SurveyAnswered, {"level": level}) if level in range(1, 6) else (None, {})


def _announcement(value: str) -> Made:
    number = _number(value)
    return (None, {}) if number is None else (e.AnnouncementHeard, {"announcement": number})


def _number(text: str) -> int | None:
    return int(text) if _SMALL_NUMBER.fullmatch(text) else None


def _text(kind: type[e.SwitchEvent], field: str) -> Callable[[str], Made]:
    return lambda value: (kind, {field: value})


def _texts(kind: type[e.SwitchEvent], *fields: str) -> Callable[[str], Made]:
    """`a:b:c`; what is missing is empty."""

    def made(value: str) -> Made:
        parts = [*value.split(":", len(fields) - 1), *[""] * len(fields)]
        return kind, dict(zip(fields, parts, strict=False))

    return made


#: Word of a user event → the event its value makes.
_USER_EVENTS: dict[str, Callable[[str], Made]] = {
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
#: What is said of people who have the citizen; a seat's line may say it too.
_DESK_EVENTS: dict[str, Callable[[str], Made]] = {
    "HELD": _text(d.CallHeld, "seat"),
    "RESUMED": _text(d.CallResumed, "seat"),
    "TRANSFER": _texts(d.CallTransferred, "how", "by", "kind", "target"),
    "RETURNED": _texts(d.CallReturned, "to", "why"),
    "CONSULT": _texts(d.ConsultStarted, "seat", "target"),
    "CONSULTOVER": _texts(d.ConsultEnded, "seat", "result"),
    "CONFERENCE": lambda value: (d.ConferenceChanged, {"on": value == "start"}),
    "PARKED": _text(d.CallParked, "seat"),
    "RETRIEVED": _text(d.CallRetrieved, "seat"),
    "SEATLOST": _text(d.SeatLost, "seat"),
    "TAKEOVER": _texts(d.CallTakenOver, "seat", "by"),
    "PIN": _text(d.PinAsked, "what"),
}


def heard(word: str, value: str) -> Made:
    """The event a word on the citizen's line makes with its value; without a type when it says nothing."""
    make = _USER_EVENTS.get(word) or _DESK_EVENTS.get(word)
    return make(value) if make else (None, {})


def heard_from_seat(word: str, value: str) -> Made:
    """The same for a word on a seat's line."""
    make = _DESK_EVENTS.get(word)
    return make(value) if make else (None, {})
