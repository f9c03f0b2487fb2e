"""Walking flows: whatever a caller does, the way ends."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.settings import Settings
from ivr.flows import engine, loader
from ivr.flows.engine import MAX_STEPS, CallerHungUpError
from ivr.flows.fakes import FakeCall
from ivr.flows.model import KEYS, Flow, Menu, Step, Terminal, ToMessage, ToQueue
from ivr.prompts import catalogue
from ivr.queues import QUEUES

NAMES = sorted(path.stem for path in loader.FOLDER.glob("*.toml"))
PROMPTS = catalogue.load(Settings.model_construct())
FLOWS = {name: loader.load(name, PROMPTS, QUEUES) for name in NAMES}


def _walk(flow: Flow, keys: list[str]) -> tuple[Terminal, FakeCall]:
    call = FakeCall(keys)
    return asyncio.run(engine.run(flow, call, menu_wait_s=1.5)), call


def test_there_are_flows() -> None:
    assert "agent_first" in NAMES


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=2000, deadline=None)
@given(keys=st.lists(st.sampled_from([*KEYS, "", "hangup"]), max_size=120))
def test_any_caller_arrives_or_hangs_up(name: str, keys: list[str]) -> None:
    call = FakeCall(keys)
    try:
        terminal = asyncio.run(engine.run(FLOWS[name], call, menu_wait_s=1.5))
    except CallerHungUpError:
        assert "hangup" in keys
    else:
        ends = [step.action for step in FLOWS[name].steps.values() if not isinstance(step.action, Menu)]
        assert terminal in [*ends, ToQueue("general")]
    assert 1 <= len(call.steps) <= MAX_STEPS


@pytest.mark.parametrize("name", NAMES)
def test_keys_that_are_the_same_in_every_flow(name: str) -> None:
    for keys in (["0"], ["#"], []):
        assert isinstance(_walk(FLOWS[name], keys)[0], ToQueue), keys
    assert _walk(FLOWS[name], ["2"])[0] == ToMessage()


@pytest.mark.parametrize("name", NAMES)
def test_wrong_keys_end_at_a_person_and_are_noted(name: str) -> None:
    terminal, call = _walk(FLOWS[name], ["9"] * 300)
    assert isinstance(terminal, ToQueue)
    assert call.pressed == ["9", "9", "9"]


def test_silence_hears_every_prompt_once() -> None:
    terminal, call = _walk(FLOWS["agent_first"], [])
    assert terminal == ToQueue("general")
    assert call.played == ["greeting", "menu-agent-first"]
    assert call.steps == ["greeting", "person"]
    assert call.pressed == []


def test_a_key_after_the_prompts_counts() -> None:
    terminal, call = _walk(FLOWS["agent_first"], ["", "", "2"])
    assert (terminal, call.pressed) == (ToMessage(), ["2"])


def test_a_wrong_key_is_told_and_the_prompts_come_again() -> None:
    terminal, call = _walk(FLOWS["agent_first"], ["9", "", "", "", "2"])
    assert terminal == ToMessage()
    assert call.played == ["greeting", "invalid-key", "greeting", "menu-agent-first"]
    assert call.pressed == ["9", "2"]


def test_a_caller_who_goes_round_for_ever_gets_a_person() -> None:
    menu = Menu(("hello",), {"*": "ask"}, "again", 3, "person")
    steps = {"ask": Step("ask", "", menu), "person": Step("person", "", ToMessage())}
    terminal, call = _walk(Flow("round", "", "ask", steps), ["*"] * 100)
    assert terminal == ToQueue("general")
    assert call.steps == ["ask"] * MAX_STEPS


async def test_hang_up_at_every_prompt() -> None:
    for heard in range(4):
        call = FakeCall([*["9", "", ""][:heard], "hangup"])
        with pytest.raises(CallerHungUpError):
            await engine.run(FLOWS["agent_first"], call, menu_wait_s=1.5)
        assert len(call.played) == heard + 1
