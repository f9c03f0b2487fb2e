"""Keys pressed ahead, and bounds on them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ivr.flows.fakes import FakeCall
from ivr.flows.listener import MAX_AHEAD, Listener, PersonWanted, Question
from ivr.flows.ports import CallerHungUpError


class Impatient(FakeCall):
    """Presses one key a question, as fast as it is listened to."""

    def __init__(self, keys: Sequence[str], enough: asyncio.Event | None = None) -> None:
        super().__init__(keys)
        self._enough = enough

    async def ask(self, sounds: Sequence[str], wait_s: float) -> str:
        key = await super().ask(sounds, wait_s)
        if not key and self._enough:
            self._enough.set()
        return key


async def test_keys_pressed_during_a_lookup_answer_what_comes_next() -> None:
    enough = asyncio.Event()
    call = Impatient(["3", "1", "2"], enough)
    listener = Listener(call, 5)

    async def lookup() -> str:
        await enough.wait()
        return "found"

    assert await listener.during(lookup()) == "found"
    question = Question(("q",), "123", 1)
    assert [await listener.choose(question) for _ in range(3)] == ["3", "1", "2"]
    assert call.played == []


async def test_a_number_pressed_ahead_is_taken_up_to_its_hash() -> None:
    enough = asyncio.Event()
    call = Impatient([*"12345#", "7"], enough)
    listener = Listener(call, 5)
    await listener.during(enough.wait())
    assert await listener.number(("n",), 9) == "12345"
    assert await listener.choose(Question(("q",), "7", 1)) == "7"


async def test_the_rest_of_a_number_is_waited_for() -> None:
    enough = asyncio.Event()
    call = Impatient([*"12", "", *"345#"], enough)
    listener = Listener(call, 5)
    await listener.during(enough.wait())
    assert await listener.number(("n",), 9) == "12345"


async def test_no_more_keys_are_remembered_than_fit() -> None:
    enough = asyncio.Event()
    listener = Listener(Impatient(["9"] * 500, enough), 5)
    await listener.during(enough.wait())
    assert len(listener._ahead) == MAX_AHEAD


async def test_a_lookup_that_fails_says_so_and_is_not_left_running() -> None:
    async def fail() -> None:
        raise ValueError("away")

    with pytest.raises(ValueError, match="away"):
        await Listener(FakeCall(), 5).during(fail())


async def test_a_caller_who_hangs_up_during_a_lookup_ends_it() -> None:
    never = asyncio.get_running_loop().create_future()
    with pytest.raises(CallerHungUpError):
        await Listener(FakeCall(["1", "hangup"]), 5).during(never)
    assert never.cancelled()


async def test_zero_during_something_that_is_only_said() -> None:
    listener = Listener(FakeCall(["0"]), 5)
    listener.say("hello")
    with pytest.raises(PersonWanted):
        await listener.flush()
