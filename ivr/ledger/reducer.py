"""From the events of one call to its ledger row. Pure: same events, same row, in whatever order they came,
however often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from ivr.ledger import events as e
from ivr.ledger.tables import Outcome

QUEUE_STEPS = ("queue",)
MESSAGE_STEP = "message"
#: A message cut off by hang-up counts when it lasted at least this long, seconds.
SHORTEST_MESSAGE_S = 1.5


@dataclass
class CallRecord:
    """One call as the ledger knows it; field for field the row of `calls`. Seconds are wall-clock."""

    id: str
    trunk: str = ""
    #: As the carrier sent it.
    caller_raw: str = ""
    withheld: bool = False
    did: str = ""
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    menu_path: list[dict[str, Any]] = field(default_factory=list)
    queue: str = ""
    queued_at: datetime | None = None
    wait_s: float = 0.0
    seat: str = ""
    seat_answered_at: datetime | None = None
    talk_s: float = 0.0
    message_at: datetime | None = None
    outcome: Outcome = Outcome.IN_PROGRESS
    hung_up_by: str = ""

    @property
    def asked_for_help(self) -> bool:
        """The caller asked for a person or to leave a message, whatever came of it."""
        return asked_for_help(self.queued_at, self.message_at, self.menu_path)


def asked_for_help(
    queued_at: datetime | None, message_at: datetime | None, menu_path: list[dict[str, Any]]
) -> bool:
    """The same of a stored row: such a call is worth a draft, if only to be called back (漏接回拨)."""
    wanted_message = any(step["step"] == MESSAGE_STEP for step in menu_path)
    return queued_at is not None or message_at is not None or wanted_message


class _State:
    """What has to be remembered between events besides the record."""

    def __init__(self) -> None:
        self.queue_left_at: datetime | None = None
        self.talk_since: datetime | None = None
        self.message_since: datetime | None = None
        self.seat_ended_it = False
        self.lost = False


def reduce(call_id: str, events: Iterable[e.SwitchEvent]) -> CallRecord | None:
    """The call's record after `events`; None when no INVITE from a trunk is among them."""
    once = {event.id: event for event in events}.values()
    ordered = sorted(once, key=lambda event: (event.at, event.id))
    if not any(isinstance(event, e.CallArrived) for event in ordered):
        return None
    record, state = CallRecord(call_id), _State()
    for event in ordered:
        _apply(record, state, event)
    _settle(record, state)
    return record


def _apply(r: CallRecord, s: _State, event: e.SwitchEvent) -> None:
    match event:
        case e.CallArrived(trunk=trunk, did=did):
            r.started_at, r.trunk, r.did = event.at, trunk, did
        case e.CallerNamed(number=number, withheld=withheld):
            r.caller_raw, r.withheld = unquote(number), withheld
        case e.CallAnswered():
            r.answered_at = r.answered_at or event.at
        case e.StepEntered(step=step):
            _walk(r, event.at, step)
            if step in QUEUE_STEPS:
                r.queued_at = r.queued_at or event.at
        case e.KeyPressed(key=key):
            if r.menu_path:
                r.menu_path[-1]["key"] += key
        case e.QueueJoined(queue=queue):
            r.queue, r.queued_at = queue, r.queued_at or event.at
        case e.CallerLeft(by=by):
            r.ended_at, r.hung_up_by, s.lost = event.at, by, False
        case e.CallLost() if r.ended_at is None:
            r.ended_at, s.lost = event.at, True
        case _:
            _apply_talk(r, s, event)


def _walk(r: CallRecord, at: datetime, step: str) -> None:
    """Add a step to the path; flow and dialplan both name the one they hand over at, which counts once."""
    if not r.menu_path or r.menu_path[-1]["step"] != step or r.menu_path[-1]["key"]:
        r.menu_path.append({"at": at.isoformat(), "step": step, "key": ""})


def _apply_talk(r: CallRecord, s: _State, event: e.SwitchEvent) -> None:
    match event:
        case e.QueueLeft():
            s.queue_left_at = event.at
        case e.SeatConnected(seat=seat):
            r.seat, r.seat_answered_at = seat, r.seat_answered_at or event.at
            s.talk_since = event.at
        case e.SeatDisconnected() if s.talk_since:
            r.talk_s += (event.at - s.talk_since).total_seconds()
            s.talk_since = None
        case e.SeatHungUp(seat=seat, by=by) if seat == r.seat:
            s.seat_ended_it = by == "seat"
        case e.MessageStarted():
            s.message_since = event.at
        case e.MessageEnded(empty=empty):
            if not empty:
                r.message_at = r.message_at or s.message_since
            s.message_since = None


def _settle(r: CallRecord, s: _State) -> None:
    """What can only be said once all events are in."""
    if r.ended_at and s.talk_since:
        r.talk_s += (r.ended_at - s.talk_since).total_seconds()
    if r.ended_at and s.message_since and not r.message_at:
        spoken = (r.ended_at - s.message_since).total_seconds()
        r.message_at = s.message_since if spoken >= SHORTEST_MESSAGE_S else None
    waited_until = r.seat_answered_at or s.queue_left_at or r.ended_at
    if r.queued_at and waited_until:
        r.wait_s = round((waited_until - r.queued_at).total_seconds(), 3)
    r.talk_s = round(r.talk_s, 3)
    if r.hung_up_by == "hotline" and s.seat_ended_it:
        r.hung_up_by = "seat"
    if s.lost:
        r.hung_up_by = ""
    r.outcome = _outcome(r, s)


def _outcome(r: CallRecord, s: _State) -> Outcome:
    if r.ended_at is None:
        return Outcome.IN_PROGRESS
    if r.seat_answered_at:
        return Outcome.ANSWERED
    if r.message_at:
        return Outcome.MESSAGE
    if any(step["step"] == "unknown_number" for step in r.menu_path):
        return Outcome.UNKNOWN_NUMBER
    if s.lost or r.answered_at is None:
        return Outcome.FAILED
    return Outcome.ABANDONED if r.asked_for_help else Outcome.HUNG_UP_IN_MENU
