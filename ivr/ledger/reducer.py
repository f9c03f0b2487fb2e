"""From the events of one call to its ledger row. Pure: same events, same row, in whatever order they came,
however often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import unquote

from ivr.ledger import desk_events as d
from ivr.ledger import events as e
from ivr.ledger.leg_tables import HolderKind
from ivr.ledger.legs import Film, Legs, cut, first_holding, knows_bridges
from ivr.ledger.scene import Scene
from ivr.ledger.tables import DEFAULT_LANGUAGE, MAX_LANGUAGE, MAX_NAME, MAX_PURPOSE, Direction, Outcome

QUEUE_STEPS = ("queue",)
MESSAGE_STEP, SURVEY_STEP = "message", "survey"
#: What a result visit came to when no person picked up.
MACHINE = "machine"
T = TypeVar("T")
#: A message cut off by hang-up counts when it lasted at least this long, seconds.
SHORTEST_MESSAGE_S = 1.5


@dataclass
class CallRecord:
    """One call as the ledger knows it; field for field the row of `calls`. Seconds are wall-clock."""

    id: str
    direction: str = Direction.INBOUND
    #: Of an outbound call: `callback:<id>` or `visit:<id>`.
    purpose: str = ""
    trunk: str = ""
    #: As the carrier sent it.
    caller_raw: str = ""
    withheld: bool = False
    did: str = ""
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    language: str = DEFAULT_LANGUAGE
    #: confidential, emergency, nuisance:<path>, closed, busy:<pool>; each once.
    marks: list[str] = field(default_factory=list)
    #: Ids of the announcements that were played.
    announcements: list[int] = field(default_factory=list)
    menu_path: list[dict[str, Any]] = field(default_factory=list)
    #: The one a seat answered in; until then, or without, the last one joined.
    queue: str = ""
    priority: int = 0
    #: When the first queue was joined.
    queued_at: datetime | None = None
    wait_s: float = 0.0
    #: The first that answered.
    seat: str = ""
    #: Seats that had the citizen after it, in order, each once.
    handed_to: list[str] = field(default_factory=list)
    seat_answered_at: datetime | None = None
    #: With any seat, holds not counted.
    talk_s: float = 0.0
    message_at: datetime | None = None
    #: Name in the allow-list the call was handed to, connected or not.
    forwarded_to: str = ""
    survey_asked: bool = False
    #: 1 (very satisfied) to 5; the last answer given.
    survey: int | None = None
    #: What a result visit came to: see `ivr.ledger.events.VisitAnswered`.
    visit: str = ""
    outcome: Outcome = Outcome.IN_PROGRESS
    hung_up_by: str = ""

    @property
    def asked_for_help(self) -> bool:
        """The caller asked for a person or to leave a message, whatever came of it."""
        wanted_message = any(step["step"] == MESSAGE_STEP for step in self.menu_path)
        is_noted = self.queued_at is not None or self.message_at is not None
        return is_noted or wanted_message or bool(self.forwarded_to)

    @property
    def wants_draft(self) -> bool:
        """Such a call is worth a draft, if only to be called back (漏接回拨). Whom we called has a case
        already, the one the call is about; only a message must not be lost."""
        if self.direction == Direction.OUTBOUND:
            return self.message_at is not None
        return self.asked_for_help


#: Who has the citizen when nobody has: a seat that hung up before ended the call.
_NOBODY = frozenset({HolderKind.MENU, HolderKind.SURVEY, HolderKind.MESSAGE})


class _State:
    """What has to be remembered between events besides the record."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.queue_left_at: datetime | None = None
        self.talk_since: datetime | None = None
        self.message_since: datetime | None = None
        self.seat_ended_it = False
        self.lost = False
        self.placed_at: datetime | None = None
        self.refused = False
        self.wants_callback = False


def reduce(call_id: str, events: Iterable[e.SwitchEvent]) -> CallRecord | None:
    """The call's record after `events`; None when no INVITE from a trunk is among them and no citizen we
    called picked up."""
    ordered = _ordered(call_id, events)
    scene = Scene(knows_bridges=knows_bridges(ordered))
    return _record(call_id, ordered, scene, scene.apply) if ordered else None


def reduce_whole(call_id: str, events: Iterable[e.SwitchEvent]) -> tuple[CallRecord, Legs] | None:
    """The same with the call's legs."""
    ordered = _ordered(call_id, events)
    first = first_holding(ordered)
    film = Film(Scene(knows_bridges=knows_bridges(ordered), first=first), first)
    record = _record(call_id, ordered, film.scene, film.take) if ordered else None
    if record is None or record.started_at is None:
        return None
    return record, cut(film, record.started_at, record.ended_at)


def _ordered(call_id: str, events: Iterable[e.SwitchEvent]) -> list[e.SwitchEvent]:
    """In order of time, each once; empty when they make no call."""
    once = {event.id: event for event in events}.values()
    begins = (v for v in once if isinstance(v, e.CallArrived | e.OutboundStarted) and v.call_id == call_id)
    return sorted(once, key=lambda event: (event.at, event.id)) if any(begins) else []


def _record(
    call_id: str, ordered: Sequence[e.SwitchEvent], scene: Scene, see: Callable[[e.SwitchEvent], None]
) -> CallRecord:
    record, state = CallRecord(call_id), _State(scene)
    for event in ordered:
        see(event)
        _follow(record, state, event)
        _apply(record, state, event)
    _settle(record, state)
    return record


def _follow(r: CallRecord, s: _State, event: e.SwitchEvent) -> None:
    """What the scene says of seats: who answered first, how long they talked, who ended it."""
    if s.scene.first_seat and not r.seat_answered_at:
        r.seat, r.seat_answered_at = s.scene.first_seat, event.at
    if s.scene.last_seat not in ("", r.seat):
        _once(r.handed_to, s.scene.last_seat)
    if s.talk_since and not s.scene.talks:
        r.talk_s += (event.at - s.talk_since).total_seconds()
        s.talk_since = None
    elif s.talk_since is None and s.scene.talks:
        s.talk_since = event.at
    if isinstance(event, e.SeatHungUp) and event.seat == s.scene.last_seat:
        s.seat_ended_it = event.by == "seat"
    elif s.seat_ended_it and (holding := s.scene.holding) and holding.kind not in _NOBODY:
        s.seat_ended_it = False


def _apply(r: CallRecord, s: _State, event: e.SwitchEvent) -> None:
    match event:
        case e.CallArrived(trunk=trunk, did=did):
            r.started_at, r.trunk, r.did = event.at, trunk, did
        case e.TrunkNamed(trunk=trunk):
            r.trunk = trunk
        case e.CallPlaced(trunk=trunk):
            s.placed_at, r.trunk = event.at, trunk
        case e.OutboundStarted(purpose=purpose):
            r.direction, r.purpose = Direction.OUTBOUND, purpose[:MAX_PURPOSE]
            r.started_at = r.started_at or s.placed_at or event.at
        case e.CallerNamed(number=number, withheld=withheld):
            r.caller_raw, r.withheld = unquote(number), withheld
        case e.CallAnswered():
            r.answered_at = r.answered_at or event.at
        case e.CallerLeft(by=by):
            r.ended_at, r.hung_up_by, s.lost = event.at, by, False
        case e.CallLost() if r.ended_at is None:
            r.ended_at, s.lost = event.at, True
        case _:
            _apply_menu(r, s, event)


def _apply_menu(r: CallRecord, s: _State, event: e.SwitchEvent) -> None:
    match event:
        case e.StepEntered(step=step):
            _walk(r, event.at, step)
            r.survey_asked = r.survey_asked or step == SURVEY_STEP
            if step in QUEUE_STEPS:
                r.queued_at = r.queued_at or event.at
        case e.KeyPressed(key=key):
            if r.menu_path:
                r.menu_path[-1]["key"] += key
        case e.QueueJoined(queue=queue, priority=priority):
            _join(r, event.at, queue, priority)
        case d.QueueEntered(queue=queue) if not queue.startswith(d.SEAT_QUEUE):
            _join(r, event.at, queue, None)
        case e.LanguageChosen(language=language):
            r.language = language[:MAX_LANGUAGE]
        case e.CallMarked(mark=mark):
            _once(r.marks, mark[:MAX_NAME])
        case e.CallRefused(pool=pool):
            s.refused = True
            _once(r.marks, f"busy:{pool}"[:MAX_NAME])
        case e.AnnouncementHeard(announcement=number):
            _once(r.announcements, number)
        case e.CallBackAsked():
            s.wants_callback = True
        case e.ForwardTried(name=name):
            r.forwarded_to = name[:MAX_NAME]
        case _:
            _apply_talk(r, s, event)


def _join(r: CallRecord, at: datetime, queue: str, priority: int | None) -> None:
    """Into a queue; the row keeps what led to the first answer."""
    r.queued_at = r.queued_at or at
    if r.seat_answered_at is None:
        r.queue = queue
        r.priority = r.priority if priority is None else priority


def _once(known: list[T], new: T) -> None:
    if new not in known:
        known.append(new)


def _walk(r: CallRecord, at: datetime, step: str) -> None:
    """Add a step to the path; flow and dialplan both name the one they hand over at, which counts once."""
    if not r.menu_path or r.menu_path[-1]["step"] != step or r.menu_path[-1]["key"]:
        r.menu_path.append({"at": at.isoformat(), "step": step, "key": ""})


def _apply_talk(r: CallRecord, s: _State, event: e.SwitchEvent) -> None:
    match event:
        case e.QueueLeft():
            s.queue_left_at = event.at
        case e.MessageStarted():
            s.message_since = event.at
        case e.MessageEnded(empty=empty):
            if not empty:
                r.message_at = s.message_since or r.message_at  # recorded again: the last one counts
            s.message_since = None
        case e.SurveyAnswered(level=level):
            r.survey = level
        case e.VisitAnswered(answer=answer):
            r.visit = answer[:MAX_NAME]


def _settle(r: CallRecord, s: _State) -> None:
    """What can only be said once all events are in."""
    if r.ended_at and s.talk_since:
        r.talk_s += (r.ended_at - s.talk_since).total_seconds()
    if r.ended_at and s.message_since:
        spoken = (r.ended_at - s.message_since).total_seconds()
        r.message_at = s.message_since if spoken >= SHORTEST_MESSAGE_S else r.message_at
    waited_until = r.seat_answered_at or s.queue_left_at or r.ended_at
    if r.queued_at and waited_until:
        r.wait_s = round((waited_until - r.queued_at).total_seconds(), 3)
    r.talk_s = round(r.talk_s, 3)
    if r.hung_up_by == "hotline" and (s.seat_ended_it or s.scene.outside_left):
        r.hung_up_by = "seat" if s.seat_ended_it else "external"
    if s.lost:
        r.hung_up_by = ""
    r.outcome = _outcome(r, s)


def _outcome(r: CallRecord, s: _State) -> Outcome:
    if r.ended_at is None:
        return Outcome.IN_PROGRESS
    if r.seat_answered_at:
        return Outcome.ANSWERED
    if s.scene.was_outside:
        return Outcome.FORWARDED
    if s.wants_callback:
        return Outcome.CALLBACK
    if r.message_at:
        return Outcome.MESSAGE
    return _outcome_without_a_person(r, s)


def _outcome_without_a_person(r: CallRecord, s: _State) -> Outcome:
    if any(step["step"] == "unknown_number" for step in r.menu_path):
        return Outcome.UNKNOWN_NUMBER
    if s.refused:
        return Outcome.BUSY
    if r.direction == Direction.OUTBOUND and r.visit and r.queued_at is None:
        return Outcome.FAILED if r.visit == MACHINE else Outcome.VISITED
    if s.lost or (r.answered_at is None and r.direction == Direction.INBOUND):
        return Outcome.FAILED
    return Outcome.ABANDONED if r.asked_for_help else Outcome.HUNG_UP_IN_MENU
