"""Whose turn it is, case by case; a whole queue is played through in test_planner_played.py."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.callbacks.planner import HELD, Flight, Place, Plan, plan
from ivr.switch.lines import QueueLine, SeatLine, WaitingCaller

NOW = 1000.0


def seat(name: str, state: str = "ready", held_as: str | None = None, last_call: float = 0.0) -> SeatLine:
    return SeatLine(name, state, held_as, in_call=False, last_call=last_call)


def caller(waited_s: float, priority: int = 0, call_id: str = "h-1.1") -> WaitingCaller:
    return WaitingCaller(call_id, waited_s, priority)


def queue(*seats: SeatLine, waiting: Sequence[WaitingCaller] = (), name: str = "general") -> QueueLine:
    return QueueLine(name, seats, tuple(waiting))


def place(id: int = 1, joined: float = NOW - 30, queue: str = "general", *, missed: bool = False) -> Place:
    return Place(id, queue, joined, missed)


def planned(
    places: Sequence[Place], *lines: QueueLine, flights: Sequence[Flight] = (), channels: int = 10
) -> Plan:
    return plan(places, flights, lines, now=NOW, wrap_up_s=5, guard_s=5, channels=channels)


def test_a_free_seat_is_held_and_the_citizen_is_dialled() -> None:
    assert planned([place()], queue(seat("A"))) == Plan({1: "A"}, hold=frozenset({"A"}))


def test_whoever_joined_earlier_goes_first() -> None:
    assert planned([place()], queue(seat("A"), waiting=[caller(31)])) == Plan()


def test_whoever_joined_later_does_not() -> None:
    assert planned([place()], queue(seat("A"), waiting=[caller(29)])).dial == {1: "A"}


def test_an_emergency_goes_first() -> None:
    assert planned([place()], queue(seat("A"), waiting=[caller(1, priority=10)])) == Plan()


def test_missed_callers_are_called_when_nobody_waits() -> None:
    missed = place(missed=True)
    assert planned([missed], queue(seat("A"), waiting=[caller(1)])) == Plan()
    assert planned([missed], queue(seat("A", "talking"))) == Plan(), "no seat is held back for them"
    assert planned([missed], queue(seat("A"))).dial == {1: "A"}


def test_no_more_phones_ring_than_seats_are_free() -> None:
    places = [place(n, NOW - 50 + n) for n in range(4)]
    seats = [seat("A"), seat("B", "talking"), seat("C", "unavailable"), seat("D", held_as="lunch")]
    assert planned(places, queue(*seats)).dial == {0: "A"}


def test_no_more_phones_ring_than_channels_are_free() -> None:
    seats = [seat(name) for name in "ABC"]
    places = [place(n) for n in range(3)]
    assert planned(places, queue(*seats), channels=2).dial == {0: "A", 1: "B"}
    assert planned(places, queue(*seats), channels=0) == Plan()


def test_the_seat_of_a_ringing_phone_is_kept_and_counts() -> None:
    flight = Flight(1, "h-2.1", "A")
    line = queue(seat("A", held_as=HELD))
    assert planned([place(2)], line, flights=[flight]) == Plan()


def test_wrap_up_is_left_in_peace() -> None:
    assert planned([place()], queue(seat("A", last_call=NOW - 2))) == Plan()


def test_a_seat_held_for_nothing_is_let_go() -> None:
    assert planned([], queue(seat("A", held_as=HELD))) == Plan(release=frozenset({"A"}))


def test_a_pause_of_the_seats_own_is_not_ours_to_end() -> None:
    assert planned([], queue(seat("A", held_as="lunch"), seat("B", held_as=""))) == Plan()


def test_when_people_wait_without_end_a_talking_seat_is_held_for_the_place() -> None:
    """It would never be seen free: the queue gives it to the next caller within the same instant."""
    waiting = [caller(10), caller(5)]
    first = planned([place()], queue(seat("A", "talking"), seat("B", "talking"), waiting=waiting))
    assert first == Plan(hold=frozenset({"A"}))
    still = planned([place()], queue(seat("A", "talking", HELD), seat("B", "talking"), waiting=waiting))
    assert still == Plan()
    done = planned([place()], queue(seat("A", held_as=HELD), seat("B", "talking"), waiting=waiting))
    assert done == Plan({1: "A"})


def test_without_anybody_waiting_a_talking_seat_is_left_alone() -> None:
    assert planned([place()], queue(seat("A", "talking"))) == Plan()


def test_an_emergency_takes_the_seat_of_a_ringing_phone() -> None:
    flight = Flight(1, "h-2.1", "A")
    line = queue(seat("A", held_as=HELD), seat("B", "talking"), waiting=[caller(1, priority=10)])
    assert planned([], line, flights=[flight]) == Plan(release=frozenset({"A"}))


def test_an_emergency_that_rings_already_needs_no_other_seat() -> None:
    flight = Flight(1, "h-2.1", "A")
    line = queue(seat("A", held_as=HELD), seat("B", "ringing"), waiting=[caller(1, priority=10)])
    assert planned([], line, flights=[flight]) == Plan()


def test_the_citizen_who_was_called_back_is_nobodys_rival() -> None:
    flight = Flight(1, "h-2.1", "A")
    line = queue(seat("A", held_as=HELD), seat("B"), waiting=[caller(0, 10, "h-2.1")])
    assert planned([place(2)], line, flights=[flight]).dial == {2: "B"}


def test_seats_of_two_queues_are_owed_to_who_waits_in_the_other() -> None:
    english = queue(seat("A"), waiting=[caller(60)], name="english")
    assert planned([place()], queue(seat("A")), english) == Plan()
    assert planned([place()], queue(seat("A"), seat("B")), english).dial == {1: "B"}
    later = queue(seat("A"), waiting=[caller(10)], name="english")
    assert planned([place()], queue(seat("A")), later).dial == {1: "A"}


def test_a_seat_of_fewer_queues_is_taken_first() -> None:
    english = queue(seat("A"), name="english")
    assert planned([place()], queue(seat("A"), seat("B")), english).dial == {1: "B"}


def test_a_queue_that_is_gone_has_no_turn() -> None:
    assert planned([place(queue="gone")], queue(seat("A"))) == Plan()
