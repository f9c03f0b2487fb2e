"""Walking flows: whatever a caller does, the way ends."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.flows import engine
from ivr.flows.engine import MAX_STEPS
from ivr.flows.fakes import FakeCall, a_world
from ivr.flows.listener import MAX_QUESTIONS
from ivr.flows.loader import PRESETS
from ivr.flows.model import (
    Emergency,
    Flow,
    Menu,
    Queue,
    Say,
    Step,
    Terminal,
    ToForward,
    ToMessage,
    ToQueue,
)
from ivr.flows.ports import CallerHungUpError, World
from tests.ivr.flows.presets import FLOWS

PERSON = ToQueue("general")


def _walk(flow: Flow, keys: list[str], world: World | None = None) -> tuple[Terminal, FakeCall]:
    call = FakeCall(keys)
    return asyncio.run(engine.run(flow, call, world or a_world())), call


def _flow(**actions: object) -> Flow:
    steps = {name: Step(name, name, action) for name, action in actions.items()}  # type: ignore[arg-type]
    return Flow("x", "x", next(iter(steps)), steps)


@pytest.mark.parametrize("name", PRESETS)
def test_keys_that_are_the_same_in_every_flow(name: str) -> None:
    for keys in (["0"], ["#"], []):
        assert _walk(FLOWS[name], keys)[0] == PERSON, keys


@pytest.mark.parametrize("name", ["agent_first", "full_menu"])
def test_wrong_keys_end_at_a_person_and_are_noted(name: str) -> None:
    terminal, call = _walk(FLOWS[name], ["9"] * 300)
    assert terminal == PERSON
    menus = 1 if name == "agent_first" else 2
    assert call.pressed == ["9"] * 3 * menus, "three tries a menu"
    assert call.played.count("invalid-key") == 2 * menus, "nobody is asked to choose again who cannot"


def test_silence_hears_every_prompt_once() -> None:
    terminal, call = _walk(FLOWS["agent_first"], [])
    assert terminal == PERSON
    assert call.played == ["greeting", "menu-agent-first"]
    assert call.steps == ["greeting", "person"]
    assert call.pressed == []


def test_a_silent_caller_hears_the_full_menu_twice() -> None:
    terminal, call = _walk(FLOWS["full_menu"], [])
    assert terminal == PERSON
    assert call.played.count("menu-main") == 2
    assert call.steps == ["greeting", "language", "main", "person"]


def test_a_wrong_key_is_told_and_the_prompts_come_again() -> None:
    terminal, call = _walk(FLOWS["agent_first"], ["9", "2"])
    assert terminal == ToMessage()
    assert call.played == ["greeting", "invalid-key"]
    assert call.pressed == ["9", "2"]


def test_star_repeats_and_counts_as_no_try() -> None:
    terminal, call = _walk(FLOWS["agent_first"], ["*", "*", "*", "*", "2"])
    assert terminal == ToMessage()
    assert call.steps == ["greeting", "message"]


def test_hash_goes_one_menu_up_and_at_the_top_to_a_person() -> None:
    _, call = _walk(FLOWS["full_menu"], ["1", "1", "#", "#", "#"])
    assert call.steps == ["greeting", "language", "mandarin", "main", "report", "main", "language", "person"]


def test_after_going_up_and_down_hash_still_goes_up() -> None:
    _, call = _walk(FLOWS["full_menu"], ["1", "3", "6", "#", "6", "#", "#", "#", "#"])
    down = ["main", "emergency", "rescue", "emergency", "rescue"]
    assert call.steps[3:] == [*down, "emergency", "main", "language", "person"]


def test_english_speaks_english_and_waits_for_an_english_person() -> None:
    terminal, call = _walk(FLOWS["full_menu"], ["2", "0"])
    assert terminal == ToQueue("english")
    assert call.languages == ["en"]


def test_keys_pressed_ahead_during_an_announcement_count() -> None:
    flow = _flow(
        hello=Say(("hello",), "ask"),
        ask=Menu(("menu",), {"2": "message"}, "wrong", 3, "person"),
        message=ToMessage(),
        person=Queue("general"),
    )
    terminal, call = _walk(flow, ["2"])
    assert terminal == ToMessage()
    assert call.played == ["hello"], "the menu is not read to who knows it"


def test_an_emergency_jumps_the_queue_whatever_the_caller_presses() -> None:
    for keys in ([], ["0"], ["9"], ["1"]):
        terminal, call = _walk(FLOWS["full_menu"], ["1", "3", "1", *keys])
        assert terminal == ToQueue("emergency", 10), keys
        assert call.marks == ["emergency"]


def test_the_advice_of_an_emergency_can_be_heard_again() -> None:
    terminal, call = _walk(FLOWS["full_menu"], ["1", "3", "2", "*"])
    assert (terminal, call.played[-2:]) == (ToQueue("emergency", 10), ["emergency-water", "emergency-water"])


def test_an_emergency_can_be_put_through_to_a_duty_phone_that_has_a_number() -> None:
    world = a_world(forwards={"gas"})
    assert _walk(FLOWS["full_menu"], ["1", "3", "1", "1"], world)[0] == ToForward("gas", "emergency", 10)
    for keys in ([], ["0"], ["9"]):
        assert _walk(FLOWS["full_menu"], ["1", "3", "1", *keys], world)[0] == ToQueue("emergency", 10), keys
    back, call = _walk(FLOWS["full_menu"], ["1", "3", "1", "#", "2", "1"], world)
    assert (back, call.steps[-1]) == (ToQueue("emergency", 10), "water"), "water has no number"


def test_a_forward_without_a_number_is_a_person() -> None:
    keys = ["1", "3", "6", "1"]
    assert _walk(FLOWS["full_menu"], keys)[0] == ToQueue("emergency", 10)
    forwarded = _walk(FLOWS["full_menu"], keys, a_world(forwards={"police"}))[0]
    assert forwarded == ToForward("police", "emergency", 10)


def test_a_confidential_report_is_marked_before_anything_is_said() -> None:
    terminal, call = _walk(FLOWS["full_menu"], ["1", "5", "2"])
    assert (terminal, call.marks) == (ToMessage(), ["confidential"])


def test_a_caller_who_goes_round_for_ever_gets_a_person() -> None:
    flow = _flow(
        ask=Menu(("a",), {"1": "again"}, "wrong", 3, "person"),
        again=Menu(("b",), {"1": "ask"}, "wrong", 3, "person"),
        person=Queue("general"),
    )
    terminal, call = _walk(flow, ["1"] * 100)
    assert terminal == PERSON
    assert len(call.steps) == MAX_STEPS


@pytest.mark.parametrize("keys", [["*"] * 1000, ["9", "*"] * 500, ["1", "2", "*"] * 400])
def test_ten_minutes_of_keys_end_at_a_person(keys: list[str]) -> None:
    terminal, call = _walk(FLOWS["full_menu"], keys)
    assert terminal == PERSON
    assert len(call.pressed) <= MAX_QUESTIONS


def test_a_person_reached_by_going_round_is_not_kept_from_it_by_what_was_to_be_said() -> None:
    flow = _flow(
        ask=Menu(("a",), {"1": "hello"}, "wrong", 9, "person"),
        hello=Say(("hello",), "ask"),
        person=Queue("general"),
    )
    terminal, call = _walk(flow, ["*"] * MAX_QUESTIONS + ["1"] * 9)
    assert (terminal, call.steps[-1]) == (PERSON, "person")


async def test_hang_up_at_every_question() -> None:
    for heard in range(4):
        call = FakeCall([*["9", "*", "9"][:heard], "hangup"])
        with pytest.raises(CallerHungUpError):
            await engine.run(FLOWS["agent_first"], call, a_world())


def test_what_is_said_first_comes_first_and_can_be_cut_short() -> None:
    call = FakeCall(["2"])
    assert asyncio.run(engine.run(FLOWS["agent_first"], call, a_world(), ["storm"])) == ToMessage()
    assert call.played == ["storm"]


_NAMES = ["a", "b", "c", "d"]
_TARGET = st.sampled_from([*_NAMES, "person"])
_MENUS = st.builds(
    lambda keys, otherwise, tries, rounds: Menu(("m",), keys, "w", tries, otherwise, rounds),
    st.dictionaries(st.sampled_from("123456789"), _TARGET, min_size=1, max_size=4),
    _TARGET,
    st.integers(1, 9),
    st.integers(1, 3),
)
_ACTIONS = st.one_of(
    _MENUS,
    st.builds(lambda target: Say(("s",), target), _TARGET),
    st.just(Emergency(("e",), Queue("emergency", priority=10), "gas")),
)


@settings(max_examples=300, deadline=None)
@given(
    actions=st.lists(_ACTIONS, min_size=len(_NAMES), max_size=len(_NAMES)),
    keys=st.lists(st.sampled_from("0123456789*#"), max_size=200),
)
def test_no_flow_at_all_keeps_a_caller_for_ever(actions: list[object], keys: list[str]) -> None:
    """Even flows the loader would refuse."""
    flow = _flow(**dict(zip(_NAMES, actions, strict=True)), person=Queue("general"))
    terminal, call = _walk(flow, keys, a_world(forwards={"gas"}))
    assert isinstance(terminal, ToQueue | ToForward)
    assert len(call.steps) <= MAX_STEPS
    assert len(call.pressed) <= MAX_QUESTIONS + 1
