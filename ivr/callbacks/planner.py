"""Whose turn it is. Pure: the queues at one moment and the places kept in them → whom to dial, on which seat.

A call-back is a place in the queue without anybody standing in it. It is reached when nobody who joined
earlier waits any more; emergencies go before it. Then a free seat is held back for it, the citizen is
dialled, and the seat is let go when the citizen has entered the queue (or is not reached). So there are never
more phones ringing than seats held, and a held seat was free or finished its own call first.

Neither side starves: whoever waits now goes before every place taken later; and when people wait without end,
so that no seat is ever seen free, a talking seat is held back for the place that was reached: its next call
is that citizen. Missed callers kept no place: they are called when nobody waits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ivr.outbound.pools import ready_seats
from ivr.switch.lines import QueueLine, SeatLine, WaitingCaller

#: Why a seat is paused (示忙原因): held back for a call-back (预留给回拨).
HELD = "callback"
#: A caller of this priority goes before every place: emergencies, and citizens already called back.
AHEAD = 10
_TALKING = ("talking", "busy", "ringing", "hold")


@dataclass(frozen=True)
class Place:
    """A call-back that may be dialled now. `joined` is Unix time in seconds."""

    id: int
    queue: str
    joined: float
    missed: bool = False


@dataclass(frozen=True)
class Flight:
    """A citizen's phone that rings, or who has picked up and is not yet in the queue."""

    id: int
    call_id: str
    #: The seat held back for it; empty: it had to be given up.
    seat: str


@dataclass(frozen=True)
class Plan:
    """What to do now."""

    #: Place → seat held for it.
    dial: dict[int, str] = field(default_factory=dict)
    hold: frozenset[str] = frozenset()
    release: frozenset[str] = frozenset()


def plan(
    places: Sequence[Place],
    flights: Sequence[Flight],
    lines: Sequence[QueueLine],
    *,
    now: float,
    wrap_up_s: float,
    guard_s: float,
    channels: int,
) -> Plan:
    """
    Args:
        places: in the order they are to be served.
        wrap_up_s: a seat that is held back finishes its wrap-up (话后处理) before the citizen is dialled.
        guard_s: a seat that is not has none left once this has passed since its call and it is not paused.
        channels: trunk channels outbound calls may take.
    """
    hall = _Hall(lines, flights, now, wrap_up_s, guard_s)
    dial: dict[int, str] = {}
    wanted: set[str] = set()
    for place in places:
        line = hall.lines.get(place.queue)
        if line is None or len(dial) >= channels or hall.somebody_is_before(place, line):
            continue
        if seat := hall.free_seat(place, line):
            dial[place.id] = seat
        elif place.missed or not hall.callers(line) or not (seat := hall.busy_seat(line)):
            continue
        hall.taken.add(seat)
        wanted.add(seat)
    needed = wanted | hall.kept()
    return Plan(dial, frozenset(wanted - hall.held), frozenset(hall.held - needed))


class _Hall:
    """The seats and callers of all queues together."""

    def __init__(
        self,
        lines: Sequence[QueueLine],
        flights: Sequence[Flight],
        now: float,
        wrap_up_s: float,
        guard_s: float,
    ) -> None:
        self.lines = {line.name: line for line in lines}
        self.now, self._wrap_up_s = now, wrap_up_s
        self._ours = {flight.call_id for flight in flights}
        self.ready = {line.name: ready_seats(line, now, guard_s) for line in lines}
        self._seats = {seat.interface: seat for line in lines for seat in line.seats}
        self.held = {name for name, seat in self._seats.items() if seat.held_as == HELD}
        self._in_flight = {flight.seat for flight in flights if flight.seat}
        #: Seats nobody else may have any more.
        self.taken: set[str] = set(self._in_flight)

    def callers(self, line: QueueLine) -> list[WaitingCaller]:
        """Who waits, but for citizens we have just called."""
        return [caller for caller in line.waiting if caller.call_id not in self._ours]

    def _goes_before(self, caller: WaitingCaller, place: Place) -> bool:
        earlier = self.now - caller.waited_s < place.joined
        return place.missed or earlier or caller.priority >= AHEAD

    def _before(self, place: Place, line: QueueLine) -> int:
        return sum(1 for caller in self.callers(line) if self._goes_before(caller, place))

    def somebody_is_before(self, place: Place, line: QueueLine) -> bool:
        return self._before(place, line) > 0

    def free_seat(self, place: Place, line: QueueLine) -> str:
        """A seat for the place: one already held back and idle, or a ready one that is owed to nobody."""
        names = {seat.interface for seat in line.seats}
        idle = sorted(name for name in (self.held & names) - self.taken if self._is_idle(self._seats[name]))
        if idle:
            return idle[0]
        free = self.ready[line.name] - self.taken
        if len(free) <= sum(self._owed(place, other, free) for other in self.lines.values()):
            return ""
        return min(free, key=lambda name: (self._queues_of(name), self._seats[name].last_call, name))

    def _owed(self, place: Place, line: QueueLine, free: Collection[str]) -> int:
        """Seats of `free` that callers of another queue need before this place."""
        if line.name == place.queue or not self.ready[line.name] & set(free):
            return 0
        own = len(self.ready[line.name] - set(free) - self.taken)
        return max(0, self._before(place, line) - own)

    def busy_seat(self, line: QueueLine) -> str:
        """A seat that talks now, to be held back when it is done; the one already held first."""
        busy = [
            seat
            for seat in line.seats
            if seat.interface not in self.taken and (seat.state in _TALKING or seat.in_call)
        ]
        chosen = [seat for seat in busy if seat.interface in self.held or seat.held_as is None]
        chosen.sort(key=lambda s: (s.interface not in self.held, self._queues_of(s.interface), s.interface))
        return chosen[0].interface if chosen else ""

    def kept(self) -> set[str]:
        """Seats of flights, but for those an emergency needs."""
        return {seat for seat in self._in_flight if not self._is_needed(seat)}

    def _is_needed(self, seat: str) -> bool:
        return any(
            self._emergencies(line) > 0 and not self.ready[line.name]
            for line in self.lines.values()
            if any(one.interface == seat for one in line.seats)
        )

    def _emergencies(self, line: QueueLine) -> int:
        """Callers who go before all others and for whom no seat rings yet."""
        ringing = sum(1 for seat in line.seats if seat.state == "ringing")
        return sum(1 for caller in self.callers(line) if caller.priority >= AHEAD) - ringing

    def _queues_of(self, seat: str) -> int:
        return sum(1 for line in self.lines.values() if any(one.interface == seat for one in line.seats))

    def _is_idle(self, seat: SeatLine) -> bool:
        is_done = self.now - seat.last_call >= self._wrap_up_s
        return seat.state == "ready" and not seat.in_call and is_done
