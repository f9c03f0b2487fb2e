"""What holds of legs whatever the switch says: no second is lost, none is counted twice."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ivr.ledger import events as e
from ivr.ledger.legs import LegOfSeat, Legs
from ivr.ledger.reducer import CallRecord, reduce, reduce_whole
from tests.ivr.ledger.tables import START, call
from tests.ivr.ledger.test_legs import CALLS

_WORDS: dict[str, st.SearchStrategy[Any]] = {
    "seat": st.sampled_from(["1001", "1002", "1009"]),
    "by": st.sampled_from(["seat", "caller", "hotline", "1009"]),
    "channel": st.sampled_from(["S", "T", "M", ""]),
    "bridge": st.sampled_from(["b1", "b2", ""]),
    "queue": st.sampled_from(["general", "english", "seat-1001"]),
    "step": st.sampled_from(["queue", "message", "survey", "goodbye"]),
    "to": st.sampled_from(["1001", "general"]),
    "kind": st.sampled_from(["seat", "queue", "external", ""]),
    "what": st.sampled_from(["start", "right"]),
    "result": st.sampled_from(["completed", "cancelled", "failed"]),
}
_KINDS = st.sampled_from([kind for name, kind in e.EVENT_TYPES.items() if name != "ThreadJoined"])


@st.composite
def _event(draw: st.DrawFn) -> e.SwitchEvent:
    kind = draw(_KINDS)
    values: dict[str, Any] = {}
    for field in fields(kind):
        if field.name in ("id", "call_id", "at"):
            continue
        if str(field.type) == "bool":
            values[field.name] = draw(st.booleans())
        elif str(field.type).startswith("int"):
            values[field.name] = draw(st.integers(1, 5))
        else:
            values[field.name] = draw(_WORDS.get(field.name, st.sampled_from(["1001", "x"])))
    at = START + timedelta(milliseconds=draw(st.integers(0, 20_000)))
    return kind(id=f"f:{draw(st.integers(0, 10**6)):012d}", call_id="c", at=at, **values)


_FIRST = e.CallArrived(id="f:", call_id="c", at=START, trunk="demo", did="12319")
_ANY_CALL = st.lists(_event(), max_size=25).map(lambda events: [_FIRST, *events])
_REAL_CALL = st.sampled_from([call(table) for table, _, _ in CALLS.values()])


def _whole(events: list[e.SwitchEvent]) -> tuple[CallRecord, Legs]:
    reduced = reduce_whole("c", events)
    assert reduced is not None
    return reduced


def _partitions(record: CallRecord, legs: Legs) -> None:
    assert record.started_at is not None
    if not legs.call:
        assert record.ended_at is not None and record.ended_at <= record.started_at
        return
    assert legs.call[0].started_at == record.started_at
    assert legs.call[-1].ended_at == record.ended_at
    assert [leg.n for leg in legs.call] == list(range(1, len(legs.call) + 1))
    for one, following in pairwise(legs.call):
        assert one.ended_at == following.started_at, "a hole or an overlap"
        assert one.ended_at is not None and one.ended_at > one.started_at
        assert (one.holder_kind, one.holder, one.state) != (
            following.holder_kind,
            following.holder,
            following.state,
        ), "one leg in two"


def _adds_up(leg: LegOfSeat) -> None:
    spent = [getattr(leg, f.name) for f in fields(leg) if f.name.endswith("_s")]
    assert all(seconds >= 0 for seconds in spent)
    if leg.ended_at is not None:
        assert abs(sum(spent) - (leg.ended_at - leg.ring_at).total_seconds()) < 0.01
        assert leg.ring_at <= (leg.started_at or leg.ended_at) <= leg.ended_at


@given(_ANY_CALL)
def test_whatever_is_said_each_second_has_one_holder(events: list[e.SwitchEvent]) -> None:
    record, legs = _whole(events)
    _partitions(record, legs)
    for leg in legs.seats:
        _adds_up(leg)
    for seat in {leg.seat for leg in legs.seats}:
        own = [leg for leg in legs.seats if leg.seat == seat]
        for one, following in pairwise(own):
            assert one.ended_at is not None and one.ended_at <= following.ring_at, "a seat in two legs"


@given(st.one_of(_ANY_CALL, _REAL_CALL), st.data())
def test_order_and_repeats_do_not_matter(events: list[e.SwitchEvent], data: st.DataObject) -> None:
    once = list({event.id: event for event in events}.values())
    shuffled = data.draw(st.permutations([*once, *data.draw(st.lists(st.sampled_from(once)))]))
    assert _whole(shuffled) == _whole(once)
    assert reduce("c", shuffled) == _whole(once)[0], "the row is the same with and without legs"


@given(_REAL_CALL, st.data())
def test_any_part_of_a_call_has_legs(events: list[e.SwitchEvent], data: st.DataObject) -> None:
    """The console asks in mid-call."""
    reduced = reduce_whole("c", events[: data.draw(st.integers(1, len(events)))])
    if reduced is not None:  # whom we call is no call before they pick up
        _partitions(*reduced)


@given(_REAL_CALL)
def test_talk_of_the_row_is_that_of_the_legs(events: list[e.SwitchEvent]) -> None:
    record, legs = _whole(events)
    with_seat = [
        leg for leg in legs.call if leg.holder_kind == "seat" and leg.state in ("talk", "conference")
    ]
    spent = sum((leg.ended_at - leg.started_at).total_seconds() for leg in with_seat if leg.ended_at)
    assert abs(spent - record.talk_s) < 0.5
