"""Ten thousand callers who press whatever they like, through every delivered flow."""

from __future__ import annotations

import asyncio
import random
from datetime import date

import pytest

from ivr.flows import engine
from ivr.flows.fakes import FakeArticle, FakeCall, FakeCases, FakeVisits, a_world
from ivr.flows.listener import MAX_QUESTIONS
from ivr.flows.loader import PRESETS
from ivr.flows.model import (
    KEYS,
    LANGUAGES,
    Emergency,
    Flow,
    Forward,
    Queue,
    Terminal,
    ToForward,
    ToGoodbye,
    ToMessage,
)
from ivr.flows.ports import CallerHungUpError, CaseFacts, World
from tests.ivr.flows.presets import FLOWS

WALKS = 10_000
NUMBER = "2102022026112300001"
CALLER = "13800001234"
CASE = CaseFacts(NUMBER, "closed", date(2026, 11, 20), date(2026, 11, 23), (CALLER,))


def _world(dice: random.Random) -> World:
    """Sometimes the facts are away, sometimes there is nothing to choose, sometimes the number is hidden."""
    return a_world(
        FakeCases({NUMBER: CASE}, away=dice.random() < 0.2),
        FakeVisits(frozenset({NUMBER} if dice.random() < 0.5 else ())),
        caller=dice.choice(["", CALLER, "13912345678"]),
        articles=[FakeArticle("/t", "/a")] * dice.choice([0, 3, 20]),
        forwards=dice.choice([frozenset(), frozenset({"gas", "police"})]),
    )


def _keys(dice: random.Random) -> list[str]:
    """Random keys, with now and then what a caller who knows the case would key in."""
    keys: list[str] = []
    for _ in range(dice.randrange(0, 60)):
        keys += dice.choice([*((key,) for key in KEYS), ("",), tuple(NUMBER), tuple("1234")])
    return [*keys, "hangup"] if dice.random() < 0.1 else keys


def _ends(flow: Flow) -> set[Terminal]:
    """Every end the file names."""
    ends: set[Terminal] = set()
    for step in flow.steps.values():
        action = step.action
        if isinstance(action, Emergency | Forward):
            name = action.forward if isinstance(action, Emergency) else action.name
            ends.add(action.queue.terminal("zh_CN"))
            ends.add(ToForward(name, action.queue.queue, action.queue.priority))
        elif isinstance(action, Queue):
            ends |= {action.terminal(language) for language in LANGUAGES}
        elif isinstance(action, ToMessage | ToGoodbye):
            ends.add(action)
    return ends


@pytest.mark.parametrize("name", PRESETS)
def test_every_walk_ends_well(name: str) -> None:
    flow, dice = FLOWS[name], random.Random(name)
    ends, seen, steps = _ends(flow), set(), set()

    async def walk_all() -> None:
        for number in range(WALKS):
            call = FakeCall(_keys(dice))
            try:
                terminal = await engine.run(flow, call, _world(dice))
            except CallerHungUpError:
                continue
            finally:
                assert len(call.steps) <= engine.MAX_STEPS, number
                assert len(call.pressed) <= MAX_QUESTIONS + 1, number
                steps.update(call.steps)
            assert terminal in ends, number
            seen.add(terminal)

    asyncio.run(walk_all())
    assert steps == set(flow.steps), "the walks came everywhere"
    assert seen >= {end for end in ends if not isinstance(end, ToForward)} - {flow.to_person("en")}
