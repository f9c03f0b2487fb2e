"""Survey and result visit as Asterisk sees them: what is played, noted and set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from agi_scripts import survey, visit
from agi_scripts.server import FastAgiServer
from agi_scripts.speech import SpokenValues
from core.after_call import Survey
from core.settings import Agi, Paths, Settings
from tests.agi_scripts.asterisk import FakeAsterisk
from tests.conftest import poll
from tests.ports import free_port

NUMBER = "2102002026112300001"
TO_A_PERSON = {"HL_QUEUE": "general", "HL_PRIORITY": "5", "HL_NEXT": "queue"}


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    """Of a server that serves both handlers."""
    settings = Settings(
        paths=Paths(state=tmp_path),
        agi=Agi(port=free_port()),
        survey=Survey(not_after=["emergency"]),
    )
    handlers = {
        "survey": partial(survey.handle, settings=settings),
        "visit": partial(visit.handle, settings=settings, speech=SpokenValues()),
    }
    stop = asyncio.Event()
    task = asyncio.create_task(FastAgiServer(handlers).serve("127.0.0.1", settings.agi.port, stop))
    await poll(lambda: _is_up(settings), "the server listens")
    yield settings
    stop.set()
    await task


async def _is_up(settings: Settings) -> bool:
    try:
        (await asyncio.open_connection("127.0.0.1", settings.agi.port))[1].close()
    except OSError:
        return False
    return True


async def _call(settings: Settings, script: str, argument: str, *keys: str) -> FakeAsterisk:
    asterisk = FakeAsterisk(settings.agi.port, list(keys), argument=argument)
    await asterisk.call(script)
    return asterisk


@pytest.mark.parametrize("level", ["1", "2", "3"])
async def test_who_is_satisfied_is_thanked(settings: Settings, level: str) -> None:
    asterisk = await _call(settings, "survey", "general", level)
    assert asterisk.events == ["STEP,survey", f"KEY,{level}", f"SURVEY,{level}"]
    assert (asterisk.played, asterisk.variables) == (["survey-ask", "survey-thanks"], {})


@pytest.mark.parametrize("level", ["4", "5"])
async def test_who_is_not_may_leave_a_message(settings: Settings, level: str) -> None:
    asterisk = await _call(settings, "survey", "general", level, "1")
    assert asterisk.events == ["STEP,survey", f"KEY,{level}", f"SURVEY,{level}", "KEY,1"]
    assert (asterisk.played, asterisk.variables) == (["survey-ask", "survey-message"], {"HL_NEXT": "message"})
    silent = await _call(settings, "survey", "general", level)
    assert (silent.played[-1], silent.variables) == ("survey-thanks", {})


@pytest.mark.parametrize("keys", [(), ("9", "0"), ("#", "*"), ("hangup",), ("7", "hangup")])
async def test_silence_wrong_keys_or_hanging_up_is_no_answer(
    settings: Settings, keys: tuple[str, ...]
) -> None:
    asterisk = await _call(settings, "survey", "general", *keys)
    assert not [event for event in asterisk.events if event.startswith("SURVEY")]
    assert asterisk.variables == {}


async def test_a_level_counts_although_the_caller_hangs_up_next(settings: Settings) -> None:
    asterisk = await _call(settings, "survey", "general", "5", "hangup")
    assert "SURVEY,5" in asterisk.events


async def test_asked_in_the_language_the_caller_chose(settings: Settings) -> None:
    asterisk = FakeAsterisk(settings.agi.port, argument="english", language="en")
    await asterisk.call("survey")
    [asked] = [words[2] for words in asterisk.commands if words[:2] == ["EXEC", "Read"]]
    assert asked.split(",")[1] == str(settings.prompts_dir / "en" / "survey-ask")


async def test_one_wrong_key_is_forgiven(settings: Settings) -> None:
    asterisk = await _call(settings, "survey", "general", "8", "2")
    assert asterisk.events[-1] == "SURVEY,2"
    assert asterisk.played[1] == "invalid-key"


async def test_a_queue_after_which_nobody_is_asked(settings: Settings) -> None:
    asterisk = await _call(settings, "survey", "emergency", "1")
    assert asterisk.commands == []


@pytest.mark.parametrize(
    ("keys", "answers", "last", "variables"),
    [
        (("1",), ["1"], "visit-thanks", {}),
        (("5",), ["5"], "visit-sorry", {}),
        (("9",), ["refused"], "visit-call-refused", {}),
        (("0",), ["person"], "connecting", TO_A_PERSON),
        (("", "2"), ["2"], "visit-thanks", {}),
        (("7", "8"), [], "invalid-key", {}),
        (("",), [], "visit-call-ask", {}),
        (("hangup",), [], None, {}),
    ],
)
async def test_a_visit(
    settings: Settings,
    keys: tuple[str, ...],
    answers: list[str],
    last: str | None,
    variables: dict[str, str],
) -> None:
    asterisk = await _call(settings, "visit", NUMBER, *keys)
    assert [event for event in asterisk.events if event.startswith("VISIT")] == [
        f"VISIT,{answer}" for answer in answers
    ]
    assert last is None or asterisk.played[-1] == last
    assert asterisk.variables == variables


async def test_a_visit_says_the_number_and_nothing_else_of_the_case(settings: Settings) -> None:
    asterisk = await _call(settings, "visit", NUMBER)
    said = asterisk.played[: len(asterisk.played) // 2]
    assert (said[0], said[-1]) == ("visit-call", "visit-call-ask")
    digits = [sound for sound in said[1:-1] if sound.isdigit() or sound == "yao"]
    assert "".join("1" if sound == "yao" else sound for sound in digits) == NUMBER


async def test_a_number_that_cannot_be_spoken_ends_the_handler(settings: Settings) -> None:
    """The dialplan then says goodbye; nothing of it is played or noted."""
    asterisk = await _call(settings, "visit", "", "1")
    assert asterisk.commands == []
