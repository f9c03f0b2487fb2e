"""What the switch says happened to a call: frozen, typed, ids and plain values only."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

import ivr.ledger.desk_events  # noqa: F401 - its events are known by name too
from ivr.ledger.event import SwitchEvent as SwitchEvent

#: `external`: whoever outside the citizen was talking with.
Party = Literal["caller", "seat", "external", "hotline", ""]


@dataclass(frozen=True, kw_only=True)
class CallArrived(SwitchEvent):
    """An INVITE came in on a trunk for the number `did`."""

    trunk: str
    did: str


@dataclass(frozen=True, kw_only=True)
class TrunkNamed(SwitchEvent):
    """The trunk of a call whose channel does not tell it (E1)."""

    trunk: str


@dataclass(frozen=True, kw_only=True)
class CallPlaced(SwitchEvent):
    """We began to dial a citizen on a trunk; a row only once `OutboundStarted` says that they picked up."""

    trunk: str


@dataclass(frozen=True, kw_only=True)
class OutboundStarted(SwitchEvent):
    """The citizen we called is on the line; `purpose` is `callback:<id>` or `visit:<id>`."""

    purpose: str


@dataclass(frozen=True, kw_only=True)
class CallRefused(SwitchEvent):
    """No room for the call: `pool` says which limit was reached, `trunk` or `ivr`."""

    pool: str


@dataclass(frozen=True, kw_only=True)
class CallerNamed(SwitchEvent):
    """The citizen's number, percent-encoded, and whether it may be shown."""

    number: str
    withheld: bool


@dataclass(frozen=True, kw_only=True)
class CallAnswered(SwitchEvent):
    """We picked up."""


@dataclass(frozen=True, kw_only=True)
class StepEntered(SwitchEvent):
    """The caller came to a step of the flow or of the dialplan."""

    step: str


@dataclass(frozen=True, kw_only=True)
class KeyPressed(SwitchEvent):
    """The caller pressed a key in a menu."""

    key: str


@dataclass(frozen=True, kw_only=True)
class QueueJoined(SwitchEvent):
    """The caller entered a queue; `priority` where the dialplan says it, higher goes first."""

    queue: str
    priority: int | None = None


@dataclass(frozen=True, kw_only=True)
class LanguageChosen(SwitchEvent):
    """The caller chose a language: zh_CN or en."""

    language: str


@dataclass(frozen=True, kw_only=True)
class CallMarked(SwitchEvent):
    """Something to know about the call: confidential, emergency, nuisance:<path>, closed."""

    mark: str


@dataclass(frozen=True, kw_only=True)
class AnnouncementHeard(SwitchEvent):
    """A temporary announcement was played."""

    announcement: int


@dataclass(frozen=True, kw_only=True)
class CallBackAsked(SwitchEvent):
    """The caller wants to be called back and keep the place in the queue."""

    callback: str


@dataclass(frozen=True, kw_only=True)
class ForwardTried(SwitchEvent):
    """The call is handed to an outside number of the allow-list, known by its name."""

    name: str


@dataclass(frozen=True, kw_only=True)
class ForwardConnected(SwitchEvent):
    """Whoever is outside, and was dialled for the call, has been joined with who else is in the bridge."""

    channel: str = ""
    bridge: str = ""


@dataclass(frozen=True, kw_only=True)
class ForwardDisconnected(SwitchEvent):
    """That outside line has left the bridge."""

    channel: str = ""
    bridge: str = ""


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(SwitchEvent):
    """The caller rated the talk: 1 (best) to 5."""

    level: int


@dataclass(frozen=True, kw_only=True)
class VisitAnswered(SwitchEvent):
    """What a result visit we placed came to: `<level>`, refused, person or machine."""

    answer: str


@dataclass(frozen=True, kw_only=True)
class QueueLeft(SwitchEvent):
    """The caller left the queue: after a talk, or because nobody came."""


@dataclass(frozen=True, kw_only=True)
class SeatConnected(SwitchEvent):
    """A seat has been joined with who else is in the bridge: the caller, as a rule."""

    seat: str
    channel: str = ""
    bridge: str = ""


@dataclass(frozen=True, kw_only=True)
class SeatDisconnected(SwitchEvent):
    """It has left the bridge."""

    seat: str
    channel: str = ""
    bridge: str = ""


@dataclass(frozen=True, kw_only=True)
class SeatHungUp(SwitchEvent):
    """A seat's phone is on the hook again; `by` says who put it there."""

    seat: str
    by: Party
    channel: str = ""


@dataclass(frozen=True, kw_only=True)
class MessageStarted(SwitchEvent):
    """The tone has sounded; what follows is the message."""


@dataclass(frozen=True, kw_only=True)
class MessageEnded(SwitchEvent):
    """The message is over; `empty` when nothing was said."""

    empty: bool


@dataclass(frozen=True, kw_only=True)
class CallerLeft(SwitchEvent):
    """The caller's line is free again; the call is over."""

    by: Party


@dataclass(frozen=True, kw_only=True)
class CallLost(SwitchEvent):
    """The switch stopped without telling how the call ended (crash, power)."""


EVENT_TYPES: dict[str, type[SwitchEvent]] = {kind.__name__: kind for kind in SwitchEvent.__subclasses__()}
_COMMON = {f.name for f in fields(SwitchEvent)}


def body_of(event: SwitchEvent) -> dict[str, Any]:
    """The fields of an event beyond id, call and time."""
    return {f.name: getattr(event, f.name) for f in fields(event) if f.name not in _COMMON}
