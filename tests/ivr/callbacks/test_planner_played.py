"""The planner in a queue that is played through, second by second: nobody starves, nobody is overtaken."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.callbacks.planner import AHEAD, HELD, Flight, Place, plan
from ivr.switch.lines import QueueLine, SeatLine, WaitingCaller

LONGEST_TALK_S, LONGEST_RING_S = 9, 4


@dataclass(frozen=True)
class Citizen:
    """Somebody who calls at second `joined`; with `hangs_up`, asks at once to be called back."""

    name: str
    joined: int
    talk_s: int
    hangs_up: bool = False
    ring_s: int = 1
    answers: bool = True
    priority: int = 0


@dataclass
class Seat:
    free_at: int = 0
    held: bool = False


@dataclass
class Centre:
    """Asterisk's queue as far as it matters here: free seats go to the first caller in the same instant."""

    seats: dict[str, Seat]
    now: int = 0
    waiting: list[tuple[Citizen, int]] = field(default_factory=list)
    places: list[Citizen] = field(default_factory=list)
    ringing: dict[str, tuple[Citizen, int, str]] = field(default_factory=dict)
    served: dict[str, int] = field(default_factory=dict)
    dialled: dict[str, int] = field(default_factory=dict)

    def second(self, arrivals: list[Citizen]) -> None:
        for one in arrivals:
            if one.hangs_up:
                self.places.append(one)
            else:
                self.waiting.append((one, self.now))
        self._pick_up()
        self._give_seats_away()
        self._plan()
        self._give_seats_away()
        self.now += 1

    def _pick_up(self) -> None:
        for name, (citizen, at, _) in list(self.ringing.items()):
            if at <= self.now:
                del self.ringing[name]
                if citizen.answers:
                    back = Citizen(citizen.name, citizen.joined, citizen.talk_s, priority=AHEAD)
                    self.waiting.append((back, self.now))

    def _give_seats_away(self) -> None:
        for seat in self.seats.values():
            if self.waiting and not seat.held and seat.free_at <= self.now:
                first = min(self.waiting, key=lambda one: (-one[0].priority, one[1], one[0].name))
                self.waiting.remove(first)
                seat.free_at = self.now + first[0].talk_s
                self.served[first[0].name] = self.now

    def _plan(self) -> None:
        self.places.sort(key=lambda one: (one.joined, one.name))
        places = [Place(n, "general", one.joined) for n, one in enumerate(self.places)]
        flights = [Flight(n, name, seat) for n, (name, (_, _, seat)) in enumerate(self.ringing.items())]
        chosen = plan(places, flights, [self._line()], now=self.now, wrap_up_s=0, guard_s=0, channels=99)
        for seat in chosen.hold:
            assert not self.seats[seat].held
            self.seats[seat].held = True
        for seat in chosen.release:
            assert self.seats[seat].held
            self.seats[seat].held = False
            self.ringing = {k: (c, a, "" if s == seat else s) for k, (c, a, s) in self.ringing.items()}
        dialled = [(self.places[n], seat) for n, seat in chosen.dial.items()]
        for citizen, seat in dialled:
            self._dial(citizen, seat)

    def _dial(self, citizen: Citizen, seat: str) -> None:
        assert self.seats[seat].held
        assert self.seats[seat].free_at <= self.now, "a seat that talks is not free"
        assert seat not in [busy for _, _, busy in self.ringing.values()], "two phones ring for one seat"
        overtaken = [one.name for one, joined in self.waiting if joined < citizen.joined]
        assert not overtaken, f"{citizen.name} goes before {overtaken}, who waited longer"
        assert not [one for one, _ in self.waiting if one.priority >= AHEAD], "before an emergency"
        first = min(self.places, key=lambda one: (one.joined, one.name))
        assert citizen == first, "places out of order"
        self.places.remove(citizen)
        self.dialled[citizen.name] = self.now
        self.ringing[f"back-{citizen.name}"] = (citizen, self.now + citizen.ring_s, seat)

    def _line(self) -> QueueLine:
        seats = tuple(
            SeatLine(
                name,
                "ready" if seat.free_at <= self.now else "talking",
                HELD if seat.held else None,
                in_call=False,
                last_call=0.0,
            )
            for name, seat in self.seats.items()
        )
        callers = tuple(
            WaitingCaller(one.name, float(self.now - joined), one.priority) for one, joined in self.waiting
        )
        return QueueLine("general", seats, callers)

    @property
    def is_quiet(self) -> bool:
        return not (self.waiting or self.places or self.ringing)


@st.composite
def citizens(draw: st.DrawFn) -> list[Citizen]:
    count = draw(st.integers(1, 25))
    joined, found = 0, []
    for n in range(count):
        joined += draw(st.integers(0, 4))
        found.append(
            Citizen(
                f"{n:02}",
                joined,
                talk_s=draw(st.integers(1, LONGEST_TALK_S)),
                hangs_up=draw(st.booleans()),
                ring_s=draw(st.integers(1, LONGEST_RING_S)),
                answers=draw(st.booleans()),
                priority=draw(st.sampled_from([0, 0, 0, 0, AHEAD])),
            )
        )
    return found


@settings(max_examples=300, deadline=None)
@given(citizens(), st.integers(1, 4))
def test_everybody_gets_their_turn_in_order(people: list[Citizen], seats: int) -> None:
    centre = Centre({f"S{n}": Seat() for n in range(seats)})
    longest = people[-1].joined + len(people) * (LONGEST_TALK_S + LONGEST_RING_S + 2) + 10
    while centre.now < longest and (centre.now <= people[-1].joined or not centre.is_quiet):
        centre.second([one for one in people if one.joined == centre.now])
    assert centre.is_quiet, f"still waiting: {centre.waiting} {centre.places} {centre.ringing}"
    assert set(centre.dialled) == {one.name for one in people if one.hangs_up}
    assert set(centre.served) == {one.name for one in people if one.answers or not one.hangs_up}
    for _ in range(2):
        centre.second([])
    assert not [name for name, seat in centre.seats.items() if seat.held], "held for nobody"


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 4), st.integers(1, LONGEST_TALK_S), st.integers(1, LONGEST_RING_S), st.booleans())
def test_in_a_crowd_without_end_the_place_is_kept(
    seats: int, talk_s: int, ring_s: int, answers: bool
) -> None:
    """Twice as many callers as the seats can serve: still the call-back comes when it is its turn."""
    centre = Centre({f"S{n}": Seat() for n in range(seats)})
    back = Citizen("back", 5, talk_s, hangs_up=True, ring_s=ring_s, answers=answers)
    for second in range(400):
        crowd = [Citizen(f"{second:03}-{n}", second, talk_s) for n in range(1 + 2 * seats // talk_s)]
        centre.second(crowd + ([back] if second == 5 else []))
        if "back" in centre.dialled:
            break
    ahead = 6 * (1 + 2 * seats // talk_s)
    assert centre.dialled["back"] <= 5 + (ahead // seats + 2) * talk_s + 2
    for second in range(centre.now, centre.now + ring_s + talk_s + 2):
        centre.second([Citizen(f"{second:03}", second, talk_s)])
    if answers:
        assert centre.served["back"] <= centre.dialled["back"] + ring_s + 1, "nobody is put before them"
    assert not any(seat.held for seat in centre.seats.values())
