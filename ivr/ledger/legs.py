"""From the events of one call to its legs. Pure: same events, same legs, in whatever order they came.

The legs of a call partition its time: each begins where the one before ends, the first with the call, and the
last ends with it. So do the seconds of a seat's leg (ring, talk, hold, consult and so on).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ivr.ledger import desk_events as d
from ivr.ledger import events as e
from ivr.ledger.event import SwitchEvent
from ivr.ledger.leg_tables import MAX_HOLDER, MAX_WHY, HolderKind, LegState, SeatRole
from ivr.ledger.parties import MENU, Doing, Holding
from ivr.ledger.scene import Scene

#: Between two people the switch needs an instant to say where the citizen is: nobody's seconds this short
#: belong to what comes after. Longer ones were spent in the menu.
HAND_OVER = timedelta(seconds=1)


@dataclass(frozen=True)
class LegOfCall:
    """A stretch of a call with one holder; field for field the row of `call_legs`."""

    n: int
    holder_kind: HolderKind
    holder: str
    state: LegState
    started_at: datetime
    #: None: it goes on.
    ended_at: datetime | None
    why: str


@dataclass(frozen=True)
class LegOfSeat:
    """A stretch of a seat's time on a call; field for field the row of `seat_legs`. Seconds."""

    n: int
    seat: str
    role: SeatRole
    ring_at: datetime
    started_at: datetime | None
    #: None: it goes on.
    ended_at: datetime | None
    ring_s: float = 0.0
    talk_s: float = 0.0
    hold_s: float = 0.0
    consult_s: float = 0.0
    conference_s: float = 0.0
    supervise_s: float = 0.0
    idle_s: float = 0.0


@dataclass(frozen=True)
class Legs:
    """All legs of a call, in order of time."""

    call: tuple[LegOfCall, ...] = ()
    seats: tuple[LegOfSeat, ...] = ()


@dataclass
class Film:
    """The scene after every event: what legs are cut from."""

    scene: Scene
    first: Holding = MENU
    holdings: list[tuple[datetime, Holding | None]] = field(default_factory=list)
    seats: list[tuple[datetime, dict[str, tuple[Doing, SeatRole | None]]]] = field(default_factory=list)

    def take(self, event: SwitchEvent) -> None:
        """The next event, in order of time."""
        self.scene.apply(event)
        self.holdings.append((event.at, self.scene.holding))
        self.seats.append((event.at, self.scene.seats))


def first_holding(events: Iterable[SwitchEvent]) -> Holding:
    """Who has the citizen to begin with: who rings them, if we placed the call."""
    for event in events:
        if isinstance(event, e.OutboundStarted):
            kind, _, seat = event.purpose.partition(":")
            is_seat = kind == "seat"
            holder = (HolderKind.SEAT, seat) if is_seat else (HolderKind.MENU, "")
            return Holding(*holder, LegState.RING, "outbound")
    return MENU


def knows_bridges(events: Sequence[SwitchEvent]) -> bool:
    """Whether the ledger knew bridges when it stored these."""
    return any(isinstance(event, d.CallerBridged) for event in events)


def cut(film: Film, started_at: datetime, ended_at: datetime | None) -> Legs:
    """The legs of a call that lasted from `started_at` to `ended_at`; None: it goes on."""
    return Legs(
        tuple(_call_legs(film.first, film.holdings, started_at, ended_at)),
        tuple(_seat_legs(film.seats, ended_at)),
    )


@dataclass
class _Run:
    """Time with one holder; `ended_at` None: to now."""

    holding: Holding | None
    started_at: datetime
    ended_at: datetime | None

    def lasts(self) -> bool:
        return self.ended_at is None or self.ended_at > self.started_at


def _call_legs(
    first: Holding, holdings: Sequence[tuple[datetime, Holding | None]], start: datetime, end: datetime | None
) -> Iterator[LegOfCall]:
    if end is not None and end <= start:
        return
    marks = [(start, first), *((at, holding) for at, holding in holdings if end is None or at < end)]
    ends = [*(max(at, start) for at, _ in marks[1:]), end]
    runs = [_Run(holding, max(at, start), until) for (at, holding), until in zip(marks, ends, strict=True)]
    for n, run in enumerate(_merged(_settled(_merged(run for run in runs if run.lasts()))), 1):
        kind, holder, state, why = run.holding or MENU
        yield LegOfCall(n, kind, holder[:MAX_HOLDER], state, run.started_at, run.ended_at, why[:MAX_WHY])


def _merged(runs: Iterator[_Run]) -> list[_Run]:
    """Neighbours that say the same as one."""
    merged: list[_Run] = []
    for run in runs:
        if merged and _same(merged[-1].holding, run.holding):
            merged[-1].ended_at = run.ended_at
        else:
            merged.append(run)
    return merged


def _same(one: Holding | None, other: Holding | None) -> bool:
    return (one and one[:3]) == (other and other[:3])


def _settled(runs: list[_Run]) -> Iterator[_Run]:
    """Instants between two holders go to the one that comes; longer ones nobody accounts for, to the menu."""
    for n, run in reversed(list(enumerate(runs))):
        following = runs[n + 1].holding if n + 1 < len(runs) else None
        is_short = run.ended_at is not None and run.ended_at - run.started_at < HAND_OVER
        if is_short and following and _leads_to(run.holding, following):
            run.holding = following
        elif run.holding is None:
            run.holding = runs[n - 1].holding if n and is_short and following is None else MENU
    yield from runs


def _leads_to(holding: Holding | None, following: Holding) -> bool:
    """Whether `holding` is but the way to `following`: nobody's, or the ringing or hold it begins with."""
    if holding is None:
        return True
    is_way = holding.state == LegState.RING or following.state == LegState.CONSULT
    return is_way and holding[:2] == following[:2] and following.state != LegState.RING


@dataclass
class _Presence:
    """A seat on the call, from its first line to the end of its last."""

    seat: str
    began_at: datetime
    role: SeatRole | None
    doing: Doing
    since: datetime
    answered_at: datetime | None = None
    seconds: dict[Doing, float] = field(default_factory=dict)

    def go_on(self, at: datetime) -> None:
        """It did what it does until `at`."""
        spent = (at - self.since).total_seconds()
        self.seconds[self.doing] = self.seconds.get(self.doing, 0.0) + spent
        self.since = at

    def turn(self, at: datetime, doing: Doing) -> None:
        self.go_on(at)
        self.doing = doing
        if doing != Doing.RING:
            self.answered_at = self.answered_at or at


_Found = list[tuple[_Presence, datetime | None]]


def _seat_legs(
    seats: Sequence[tuple[datetime, dict[str, tuple[Doing, SeatRole | None]]]], end: datetime | None
) -> Iterator[LegOfSeat]:
    here: dict[str, _Presence] = {}
    found: _Found = []
    for at, there in seats:
        for seat in here.keys() - there.keys():
            here[seat].go_on(at)
            found.append((here.pop(seat), at))
        for seat, (doing, role) in there.items():
            _see(here, found, seat, at, doing, role)
    last = max([end, *(at for at, _ in seats[-1:])]) if end is not None else None
    for presence in here.values():
        presence.go_on(last or presence.since)
        found.append((presence, last))
    found.sort(key=lambda one: (one[0].began_at, one[0].seat))
    for n, (presence, until) in enumerate(found, 1):
        yield _leg(n, presence, until)


def _see(
    here: dict[str, _Presence], found: _Found, seat: str, at: datetime, doing: Doing, role: SeatRole | None
) -> None:
    now = here.get(seat)
    if now is not None and now.role is not None and role not in (None, now.role):
        if at - now.began_at < HAND_OVER:
            now.role = role  # it was but on its way to this one
        else:
            now.go_on(at)
            found.append((now, at))
            now = None
    if now is None:
        now = here[seat] = _Presence(seat, at, role, doing, at)
    now.role = now.role or role
    now.turn(at, doing)


def _leg(n: int, of: _Presence, until: datetime | None) -> LegOfSeat:
    seconds = {f"{doing}_s": round(spent, 3) for doing, spent in of.seconds.items()}
    role = of.role or SeatRole.OWNER
    return LegOfSeat(n, of.seat, role, of.began_at, of.answered_at, until, **seconds)
