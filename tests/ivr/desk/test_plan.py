"""Each button in each situation: the orders it comes to, or why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import ConflictError
from ivr.desk.plan import HangUp, Move, Order, SetVar, Target, Verb, plan
from ivr.desk.situation import Situation, State
from ivr.switch.lines import ChannelLine
from tests.ivr.desk.test_situation import CALL, caller, colleague, district, seat

C, S, T = caller().name, seat().name, colleague().name
TO_SEAT, TO_QUEUE = Target("seat", "1002"), Target("queue", "english")
OUTSIDE = Target("external", "21", "041184301234")
NEEDS_TARGET = (Verb.TRANSFER, Verb.CONSULT)
#: Every button that can be pressed in a situation.
ALLOWED = {
    State.TALKING: {"hold", "hangup", "transfer", "consult", "park", "away"},
    State.HELD: {"resume", "hangup", "transfer", "consult", "park", "away"},
    State.CONSULTING: {"hangup", "complete", "cancel", "swap", "conference", "away"},
    State.ALTERNATE: {"hangup", "complete", "cancel", "swap", "conference", "away"},
    State.CONFERENCE: {"hangup", "leave", "away"},
    State.CONSULTED: {"hangup", "away"},
}


def _at(state: State, other: bool = True) -> Situation:
    return Situation(state, seat(), caller(), colleague() if other else None)


def _moves(orders: list[Order]) -> list[list[tuple[str, str, str]]]:
    moves = [order for order in orders if isinstance(order, Move)]
    return [[(place.channel, place.context, place.exten) for place in move.places] for move in moves]


def _set(orders: list[Order]) -> set[tuple[str, str, str]]:
    return {(one.channel, one.name, one.value) for one in orders if isinstance(one, SetVar)}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", Verb)
def test_what_can_be_done_when(state: State, verb: Verb) -> None:
    target = TO_SEAT if verb in NEEDS_TARGET else None
    if verb in ALLOWED[state]:
        assert plan(_at(state), verb, "1001", target)
    else:
        with pytest.raises(ConflictError, match="不能这样操作"):
            plan(_at(state), verb, "1001", target)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", Verb)
def test_variables_are_set_before_anybody_moves(state: State, verb: Verb) -> None:
    if verb not in ALLOWED[state]:
        return
    orders = plan(_at(state), verb, "1001", OUTSIDE if verb in NEEDS_TARGET else None)
    kinds = [type(order) for order in orders]
    first = next(n for n, kind in enumerate(kinds) if kind is not SetVar)
    assert SetVar not in kinds[first:]
    assert sum(isinstance(order, Move) for order in orders) <= 2


def test_hold_moves_both_at_once_and_says_who_waits_for_whom() -> None:
    orders = plan(_at(State.TALKING), Verb.HOLD, "1001")
    assert _moves(orders) == [[(C, "hl-held", "s"), (S, "hl-desk", "s")]]
    assert _set(orders) == {
        (C, "HL_BY", "1001"),
        (C, "HL_PEER", S),
        (S, "HL_PEER", C),
        (S, "HL_CALL", CALL),
    }


@pytest.mark.parametrize(
    ("target", "exten"), [(TO_SEAT, "seat-1002"), (TO_QUEUE, "queue-english"), (OUTSIDE, "external")]
)
def test_blind_frees_the_seat(target: Target, exten: str) -> None:
    orders = plan(_at(State.TALKING), Verb.TRANSFER, "1001", target)
    assert _moves(orders) == [[(C, "hl-transfer", exten)]]
    assert orders[-1] == HangUp(S)
    assert (C, "HL_BY", "1001") in _set(orders)
    assert ((C, "HL_NUMBER", "041184301234") in _set(orders)) == (target is OUTSIDE)


def test_the_number_is_written_on_the_channel_that_dials() -> None:
    orders = plan(_at(State.TALKING), Verb.CONSULT, "1001", OUTSIDE)
    assert _moves(orders) == [[(C, "hl-held", "consult"), (S, "hl-consult", "external")]]
    assert {(S, "HL_NUMBER", "041184301234"), (C, "HL_KIND", "external")} < _set(orders)


def test_nobody_transfers_to_themselves() -> None:
    with pytest.raises(ConflictError, match="自己"):
        plan(_at(State.TALKING), Verb.TRANSFER, "1002", TO_SEAT)


def test_a_seat_that_consults_a_queue_waits_in_it() -> None:
    orders = plan(_at(State.TALKING), Verb.CONSULT, "1001", TO_QUEUE)
    assert _moves(orders) == [[(C, "hl-held", "consult"), (S, "hl-consult", "queue-english")]]
    assert (C, "HL_KIND", "queue") in _set(orders)


@pytest.mark.parametrize("other", [None, colleague(up=False)])
def test_the_caller_takes_the_place_of_a_seat_that_still_waits(other: ChannelLine | None) -> None:
    waits = replace(seat(), context="hl-consult", exten="queue-english")
    orders = plan(Situation(State.CONSULTING, waits, caller(), other), Verb.COMPLETE, "1001")
    assert _moves(orders) == [[(C, "hl-transfer", "queue-english")]]
    assert _set(orders) == {(C, "HL_TARGET", "english"), (C, "HL_BY", "1001")}
    assert orders[-1] == HangUp(S)


def test_the_caller_talks_with_who_answered_in_the_queue() -> None:
    waits = replace(seat(), context="hl-consult", exten="queue-english")
    orders = plan(Situation(State.CONSULTING, waits, caller(), colleague()), Verb.COMPLETE, "1001")
    assert _moves(orders) == [[(C, "hl-join", "complete")]]
    assert {(C, "HL_PEER", T), (C, "HL_KIND", "seat"), (C, "HL_TARGET", "1002")} < _set(orders)


@pytest.mark.parametrize("verb", [Verb.COMPLETE, Verb.SWAP, Verb.CONFERENCE])
@pytest.mark.parametrize("other", [None, colleague(up=False)])
def test_who_has_not_answered_can_be_given_nobody(verb: Verb, other: object) -> None:
    now = Situation(State.CONSULTING, seat(), caller(), other)  # type: ignore[arg-type]
    with pytest.raises(ConflictError, match="没有接听"):
        plan(now, verb, "1001")


def test_complete_gives_the_caller_to_whom_was_asked() -> None:
    orders = plan(_at(State.CONSULTING), Verb.COMPLETE, "1001")
    assert _moves(orders) == [[(C, "hl-join", "complete")]]
    assert {(S, "HL_DONE", "1"), (C, "HL_PEER", T)} < _set(orders)


def test_the_seat_fetches_its_caller_itself() -> None:
    assert _moves(plan(_at(State.CONSULTING), Verb.CANCEL, "1001")) == [[(S, "hl-desk", "cancel")]]
    assert plan(_at(State.ALTERNATE), Verb.CANCEL, "1001") == [HangUp(T)]


def test_alternate_and_back() -> None:
    there = plan(_at(State.CONSULTING), Verb.SWAP, "1001")
    assert _moves(there) == [[(T, "hl-aside", "s"), (S, "hl-desk", "swap")]]
    assert {(T, "HL_PEER", S), (S, "HL_OTHER", T)} == _set(there)
    back = plan(_at(State.ALTERNATE), Verb.SWAP, "1001")
    assert _moves(back) == [[(C, "hl-held", "consult"), (S, "hl-consult", "again")]]


def test_three_in_a_conference() -> None:
    now = Situation(State.CONSULTING, seat(), caller(), district())
    orders = plan(now, Verb.CONFERENCE, "1001")
    assert _moves(orders) == [[(S, "hl-conf", "lead"), (district().name, "hl-conf", "person")]]
    assert (district().name, "HL_CALL", CALL) in _set(orders)


def test_ending_a_held_call_ends_it_for_the_caller_as_well() -> None:
    orders = plan(_at(State.HELD), Verb.HANGUP, "1001")
    assert _moves(orders) == [[(C, "hl-queue-outcome", "CONTINUE")]]
    assert orders[-1] == HangUp(S)
