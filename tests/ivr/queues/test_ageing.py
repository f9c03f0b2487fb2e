"""Ageing, as rules and as a simulated queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ivr.queues import Queue
from ivr.queues.ageing import Entry, aged, changes, next_step_s
from ivr.switch.lines import WaitingCaller

QUEUE = Queue("general", "综合", "General", ageing_s=60, ageing_limit=9)
ARRIVALS = st.lists(st.tuples(st.integers(0, 600), st.sampled_from([-5, 0, 0, 3, 10])), max_size=8)


def _caller(name: str, waited_s: float, priority: int) -> WaitingCaller:
    return WaitingCaller(name, waited_s, priority, f"PJSIP/trunk-{name}")


def _entries(*callers: WaitingCaller) -> dict[str, Entry]:
    return {caller.call_id: Entry(caller.priority, 0.0) for caller in callers}


def apply(
    waiting: Sequence[WaitingCaller], wanted: Sequence[tuple[WaitingCaller, int]]
) -> list[WaitingCaller]:
    """What the switch makes of it: whoever's priority is set goes behind those of the same priority."""
    line = list(waiting)
    for caller, priority in wanted:
        line = [one for one in line if one.call_id != caller.call_id]
        behind = next((n for n, one in enumerate(line) if one.priority < priority), len(line))
        line.insert(behind, replace(caller, priority=priority))
    return line


def test_one_point_a_minute_up_to_the_limit() -> None:
    assert [aged(QUEUE, Entry(0, 0.0), s) for s in (0, 59, 60, 540, 600, 9999)] == [0, 0, 1, 9, 9, 9]
    assert aged(QUEUE, Entry(-5, 0.0), 300) == 0
    assert aged(QUEUE, Entry(10, 0.0), 9999) == 10, "an emergency neither ages nor falls"
    assert aged(replace(QUEUE, ageing_s=0), Entry(0, 0.0), 9999) == 0
    assert aged(QUEUE, Entry(4, 100.0), 160) == 5, "what was counted before is not counted again"


def test_who_waited_six_minutes_goes_before_a_newcomer_of_priority_five() -> None:
    early, late = _caller("early", 360, 0), _caller("late", 1, 5)
    wanted = changes(QUEUE, [late, early], _entries(early, late))
    assert [c.call_id for c in apply([late, early], wanted)] == ["early", "late"]


def test_nothing_to_do_while_all_stand_as_they_should() -> None:
    callers = [_caller("a", 100, 0), _caller("b", 50, 0)]
    assert changes(QUEUE, callers, _entries(*callers)) == []
    assert next_step_s(QUEUE, callers, _entries(*callers)) is None, "the same priority ages the same"
    assert next_step_s(QUEUE, callers[:1], _entries(*callers)) is None
    assert next_step_s(QUEUE, [], {}) is None


def test_the_next_look_is_when_somebody_ages() -> None:
    callers = [_caller("a", 50, 3), _caller("b", 15, 0)]
    assert next_step_s(QUEUE, callers, _entries(*callers)) == 10


@given(ARRIVALS)
def test_the_switch_ends_up_in_the_right_order_and_then_rests(arrivals: list[tuple[int, int]]) -> None:
    callers = [_caller(str(n), waited, priority) for n, (waited, priority) in enumerate(arrivals)]
    entries = _entries(*callers)
    line = sorted(callers, key=lambda c: -c.priority)
    after = apply(line, changes(QUEUE, line, entries))
    assert sorted(c.call_id for c in after) == sorted(c.call_id for c in line)
    right = [aged(QUEUE, entries[c.call_id], c.waited_s) for c in after]
    assert right == sorted(right, reverse=True)
    assert changes(QUEUE, after, entries) == [], "put in order once, nothing more is to do"


@given(st.integers(0, 9), st.integers(1, 30))
def test_nobody_starves(priority: int, between_s: int) -> None:
    """However often callers of a higher priority come, one of 0 stands first before the limit is out."""
    waited = 0.0
    patient = Entry(0, 0.0)
    while waited < 60 * 10:
        waited += between_s
        newcomer = aged(QUEUE, Entry(priority, 0.0), 0.0)
        if aged(QUEUE, patient, waited) >= newcomer and waited > 0:
            return
    raise AssertionError("starved")
