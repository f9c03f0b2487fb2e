"""What the keeper does by itself for a seat. Pure: the seat now and before → steps, and when to look again.

Wrap-up (话后处理) begins when a talk with a citizen is over, and ends by time. A device that is away gives
way to the seat's other one; the one that was chosen is taken again when it is back. A seat nobody can reach
for long is logged out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.seat_settings import Seats
from ivr.seats.calls import TALKED, SeatCall
from ivr.seats.model import WRAP_UP, Kind, SeatFacts, interface, kind_of

#: Two devices of one seat in the queues: for this long somebody is just changing them, seconds.
_CHANGING_S = 3.0


@dataclass(frozen=True)
class Pause:
    """Keep callers away until then."""

    reason: str
    until: datetime


@dataclass(frozen=True)
class Ready:
    """Let callers in again."""


@dataclass(frozen=True)
class Move:
    """Ring another device of the seat from now on."""

    kind: Kind


@dataclass(frozen=True)
class Drop:
    """Take this device out of the queues: the seat's other one is in them."""

    device: str


@dataclass(frozen=True)
class LogOut:
    """Out of every queue."""


Step = Pause | Ready | Move | Drop | LogOut


@dataclass
class Watch:
    """What is remembered of a seat between two looks; Unix time in seconds."""

    away_since: float | None = None
    gone_since: float | None = None
    double_since: float | None = None
    #: The call whose wrap-up was begun last.
    wrapped: str = ""


@dataclass(frozen=True)
class Chosen:
    """What people chose for a seat (`ivr.seats.tables.SeatDesk`)."""

    account_id: int | None = None
    device: str = ""
    reason: str = ""
    until: datetime | None = None

    def end_of(self, reason: str | None) -> datetime | None:
        """When the pause for `reason` ends, if it is this one."""
        return self.until if reason and reason == self.reason else None


@dataclass
class Verdict:
    """Steps to take now, in order, and when to look again (Unix times)."""

    steps: list[Step] = field(default_factory=list)
    due: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Rules:
    """Durations in seconds."""

    wrap_up_s: int
    switch_after_s: float
    gone_s: float

    @classmethod
    def of(cls, seats: Seats, wrap_up_s: int) -> Rules:
        return cls(wrap_up_s, seats.switch_after_s, seats.gone_minutes * 60.0)


@dataclass(frozen=True)
class Look:
    """One seat at one moment."""

    extension: str
    facts: SeatFacts
    #: The call of the look before.
    call_before: SeatCall | None
    chosen: Chosen
    now: datetime


def judge(look: Look, watch: Watch, rules: Rules) -> Verdict:
    """What is to be done for a seat; `watch` is brought up to date."""
    verdict = Verdict()
    if not look.facts.members:
        watch.away_since = watch.gone_since = watch.double_since = None
        return verdict
    if look.facts.work.call is not None:
        watch.wrapped = ""  # a call that was lost comes back
    _pauses(look, watch, rules, verdict)
    if look.facts.work.call is None and not look.facts.work.supervises:
        _devices(look, watch, rules, verdict)
    return verdict


def _pauses(look: Look, watch: Watch, rules: Rules, verdict: Verdict) -> None:
    reason, until = look.facts.paused_as, look.chosen.end_of(look.facts.paused_as)
    if reason in (None, WRAP_UP) and rules.wrap_up_s and _has_talked(look, watch):
        end = look.now + timedelta(seconds=rules.wrap_up_s)
        verdict.steps.append(Pause(WRAP_UP, end))
        verdict.due.append(end.timestamp())
    elif reason == WRAP_UP and look.facts.work.call is None:
        if until is None or until <= look.now:
            verdict.steps.append(Ready())
        else:
            verdict.due.append(until.timestamp())
    elif until is not None and until > look.now:
        verdict.due.append(until.timestamp())


def _has_talked(look: Look, watch: Watch) -> bool:
    before = look.call_before
    if look.facts.work.call is not None or before is None or before.call_id == watch.wrapped:
        return False
    return before.state in TALKED and before.has_citizen


def _devices(look: Look, watch: Watch, rules: Rules, verdict: Verdict) -> None:
    facts, now = look.facts, look.now.timestamp()
    if len(facts.members) > 1:
        watch.double_since = watch.double_since or now
        verdict.due.append(watch.double_since + _CHANGING_S)
        if now - watch.double_since >= _CHANGING_S:
            verdict.steps += [Drop(device) for device in facts.members if device != _kept(look)]
        return
    watch.double_since = None
    used = kind_of(facts.device)
    other: Kind = "phone" if used == "browser" else "browser"
    if facts.reachable(look.extension, used):
        watch.away_since = watch.gone_since = None
        if look.chosen.device == other and facts.reachable(look.extension, other):
            verdict.steps.append(Move(other))
    elif facts.reachable(look.extension, other):
        watch.gone_since, watch.away_since = None, watch.away_since or now
        _after(watch.away_since, rules.switch_after_s, now, Move(other), verdict)
    else:
        watch.away_since, watch.gone_since = watch.away_since or now, watch.gone_since or now
        if rules.gone_s:
            _after(watch.gone_since, rules.gone_s, now, LogOut(), verdict)


def _kept(look: Look) -> str:
    """Of two devices the one that was chosen, or else one that answers."""
    if look.chosen.device in ("browser", "phone"):
        wanted = interface(look.extension, "browser" if look.chosen.device == "browser" else "phone")
        if wanted in look.facts.members:
            return wanted
    devices: Sequence[str] = list(look.facts.members)
    there = [one for one in devices if look.facts.reachable(look.extension, kind_of(one))]
    return (there or devices)[0]


def _after(since: float, seconds: float, now: float, step: Step, verdict: Verdict) -> None:
    if now - since >= seconds:
        verdict.steps.append(step)
    else:
        verdict.due.append(since + seconds)
