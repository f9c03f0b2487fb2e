"""The inbound handler as Asterisk sees it: variables exactly as the contract says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from agi_scripts import inbound, server
from agi_scripts.desk import Desk
from agi_scripts.server import FastAgiServer
from asterisk_conf.contract import VARIABLES
from core.clock import FixedClock
from core.settings import Agi, Flow, Forward, Paths, Settings
from ivr.flows import loader
from ivr.flows.fakes import FakeCases, FakeVisits
from ivr.flows.loader import FlowError
from ivr.flows.model import Flow as CallFlow
from ivr.flows.model import Step, ToGoodbye
from ivr.house import known
from ivr.house.known import Known
from ivr.house.model import Announcement, FlaggedNumber, House
from tests.agi_scripts.asterisk import FakeAsterisk
from tests.conftest import poll
from tests.ports import free_port

PERSON = {"HL_QUEUE": "general", "HL_PRIORITY": "0", "HL_NEXT": "queue"}
MESSAGE = {"HL_NEXT": "message"}
GOODBYE = {"HL_NEXT": "goodbye"}
CALLER = "13800001234"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        paths=Paths(state=tmp_path),
        agi=Agi(port=free_port()),
        flow=Flow(menu_wait_s=1.5),
        forward=Forward(numbers={"gas": "84301234"}),
    )


async def _is_up(settings: Settings) -> bool:
    try:
        (await asyncio.open_connection("127.0.0.1", settings.agi.port))[1].close()
    except OSError:
        return False
    return True


@pytest.fixture
async def port(settings: Settings) -> AsyncIterator[int]:
    """The process `agi` as it runs; there is no database."""
    stop = asyncio.Event()
    task = asyncio.create_task(server.main(settings, stop))
    await poll(lambda: _is_up(settings), "the server listens")
    yield settings.agi.port
    stop.set()
    await task


class Keeper:
    """A house that tests furnish."""

    def __init__(self, house: House) -> None:
        self.current = house


class Door:
    """A server with a desk of the test's own."""

    def __init__(self, settings: Settings, clock: FixedClock) -> None:
        self.settings = settings
        self.keeper = Keeper(House(self.flow("agent_first"), 0))
        self.desk = Desk(settings, self.keeper, FakeCases(), FakeVisits(), clock=clock)

    def flow(self, name: str) -> CallFlow:
        return Known.of(self.settings).parse(name, loader.packaged(name))

    def furnish(self, **what: object) -> None:
        self.keeper.current = replace(self.keeper.current, **what)  # type: ignore[arg-type]

    async def call(self, *keys: str, caller: str = CALLER, presentation: int = 0) -> FakeAsterisk:
        asterisk = FakeAsterisk(self.settings.agi.port, list(keys), caller, presentation)
        await asterisk.call()
        return asterisk


@pytest.fixture
async def door(settings: Settings, clock: FixedClock) -> AsyncIterator[Door]:
    door, stop = Door(settings, clock), asyncio.Event()
    handlers = {"inbound": partial(inbound.handle, desk=door.desk)}
    task = asyncio.create_task(FastAgiServer(handlers).serve("127.0.0.1", settings.agi.port, stop))
    await poll(lambda: _is_up(settings), "the server listens")
    yield door
    stop.set()
    await task


async def _call(port: int, *keys: str) -> FakeAsterisk:
    asterisk = FakeAsterisk(port, list(keys))
    await asterisk.call()
    return asterisk


@pytest.mark.parametrize(
    ("keys", "variables"),
    [
        ((), PERSON),
        (("0",), PERSON),
        (("#",), PERSON),
        (("9", "9", "9"), PERSON),
        (("2",), MESSAGE),
        (("*", "2"), MESSAGE),
    ],
)
async def test_variables(port: int, keys: tuple[str, ...], variables: dict[str, str]) -> None:
    asterisk = await _call(port, *keys)
    assert asterisk.variables == variables
    assert all(VARIABLES[name].startswith("inbound handler: ") for name in variables)


async def test_next_is_the_last_word(port: int) -> None:
    """The dialplan believes HL_NEXT only; a handler that dies before it has not decided."""
    asterisk = await _call(port, "0")
    assert asterisk.commands[-1] == ["SET", "VARIABLE", "HL_NEXT", "queue"]


async def test_the_ledger_sees_steps_and_keys_in_order(port: int, settings: Settings) -> None:
    asterisk = await _call(port, "9", "2")
    assert asterisk.events == ["STEP,greeting", "KEY,9", "KEY,2", "STEP,message"]
    assert asterisk.played == ["greeting", "invalid-key"]
    folder = settings.prompts_dir / "zh_CN"
    whole_menu = f"{folder / 'greeting'}&{folder / 'menu-agent-first'}"
    assert asterisk.commands[1] == ["EXEC", "Read", f"HL_KEY,{whole_menu},1,e,1,1.500"]


@pytest.mark.parametrize("heard", range(4))
async def test_hang_up_at_every_question(port: int, heard: int) -> None:
    asterisk = await _call(port, *["9", "*", "9"][:heard], "hangup")
    assert "HL_NEXT" not in asterisk.variables
    assert (await _call(port)).variables == PERSON


async def test_asterisk_refuses_a_prompt(port: int) -> None:
    """The handler ends; the dialplan goes on."""
    asterisk = FakeAsterisk(port)
    await asterisk.call(answer=lambda words: "200 result=-2" if words[1] == "Read" else asterisk.obey(words))
    assert asterisk.variables == {}


async def test_a_flow_can_end_with_goodbye(door: Door) -> None:
    door.furnish(flow=CallFlow("x", "x", "bye", {"bye": Step("bye", "再见", ToGoodbye())}))
    assert (await door.call()).variables == {"HL_NEXT": "goodbye"}


async def test_a_broken_flow_keeps_the_server_from_starting(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known.queues, "load", lambda _settings: {})
    with pytest.raises(FlowError, match="general"):
        await server.main(settings, asyncio.Event())


async def test_a_call_finishes_on_the_flow_it_started_with(door: Door) -> None:
    """Something else is published while the caller listens."""
    asterisk = FakeAsterisk(door.settings.agi.port, ["9", "2"])

    def obey(words: list[str]) -> str:
        if words[1] == "Read":
            door.furnish(flow=door.flow("no_menu"))
        return asterisk.obey(words)

    await asterisk.call(answer=obey)
    assert asterisk.variables == MESSAGE
    assert (await door.call("2")).variables == PERSON, "the next call meets the new one"


async def test_english_is_spoken_by_the_dialplan_too(door: Door) -> None:
    door.furnish(flow=door.flow("full_menu"))
    asterisk = await door.call("2", "0")
    english = str(door.settings.prompts_dir / "en")
    assert asterisk.variables == {
        "CHANNEL(language)": "en",
        "HL_PROMPTS": english,
        "HL_QUEUE": "english",
        "HL_PRIORITY": "0",
        "HL_NEXT": "queue",
    }
    assert asterisk.events[3:5] == ["STEP,english", "LANGUAGE,en"]
    asked = [words[2].split(",")[1] for words in asterisk.commands if words[1] == "Read"]
    assert asked[-1] == f"{english}/menu-main"
    assert asked[0].endswith("/zh_CN/menu-language&" + f"{english}/menu-english")


async def test_an_emergency_and_its_duty_phone(door: Door) -> None:
    door.furnish(flow=door.flow("full_menu"))
    urgent = {"HL_QUEUE": "emergency", "HL_PRIORITY": "10"}
    asterisk = await door.call("1", "3", "1", "1")
    assert asterisk.variables.items() >= (urgent | {"HL_FORWARD": "gas", "HL_NEXT": "forward"}).items()
    assert "MARK,emergency" in asterisk.events
    waiting = (await door.call("1", "3", "2")).variables
    assert waiting.items() >= (urgent | {"HL_NEXT": "queue"}).items()
    assert "HL_FORWARD" not in waiting


def _flag(path: str, clock: FixedClock) -> dict[str, FlaggedNumber]:
    return {CALLER: FlaggedNumber(CALLER, path, clock.now() + timedelta(hours=1))}  # type: ignore[arg-type]


async def test_a_flagged_caller_waits_longer(door: Door, clock: FixedClock) -> None:
    door.furnish(flags=_flag("slow_queue", clock))
    asterisk = await door.call("0")
    assert asterisk.variables == PERSON | {"HL_PRIORITY": "-5"}
    assert asterisk.events[0] == "MARK,nuisance:slow_queue"
    assert (await door.call("0", caller="13912345678")).variables == PERSON


async def test_an_emergency_of_a_flagged_caller_is_one(door: Door, clock: FixedClock) -> None:
    door.furnish(flags=_flag("slow_queue", clock), flow=door.flow("full_menu"))
    assert (await door.call("1", "3", "2")).variables["HL_PRIORITY"] == "10"


async def test_a_flagged_caller_is_warned_and_served(door: Door, clock: FixedClock) -> None:
    door.furnish(flags=_flag("warning", clock))
    asterisk = await door.call()
    assert asterisk.variables == PERSON
    assert asterisk.played == ["nuisance-warning", "greeting", "menu-agent-first"]


async def test_a_flagged_caller_may_leave_a_message_only(door: Door, clock: FixedClock) -> None:
    door.furnish(flags=_flag("message_only", clock))
    asterisk = await door.call("0", "0", "0")
    assert asterisk.variables == MESSAGE | {"HL_MESSAGE_ONLY": "1"}


@pytest.mark.parametrize(("caller", "presentation"), [(CALLER, 0x20), ("unknown", 0), ("", 0x43)])
async def test_a_number_that_is_not_to_be_shown_is_nobodys(
    door: Door, clock: FixedClock, caller: str, presentation: int
) -> None:
    door.furnish(flags=_flag("message_only", clock))
    assert (await door.call("0", caller=caller, presentation=presentation)).variables == PERSON


async def test_a_flag_that_is_over_is_none(door: Door, clock: FixedClock) -> None:
    door.furnish(flags=_flag("message_only", clock))
    clock.advance(timedelta(hours=2))
    assert (await door.call("0")).variables == PERSON


def _storm(clock: FixedClock, mode: str, *queues: str) -> tuple[Announcement, ...]:
    start, end = clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1)
    return (Announcement(7, "台风", mode, "/s/storm", start, end, queues),)  # type: ignore[arg-type]


async def test_an_announcement_before_the_menu(door: Door, clock: FixedClock) -> None:
    door.furnish(announcements=_storm(clock, "before"))
    asterisk = await door.call()
    assert (asterisk.variables, asterisk.events[0]) == (PERSON, "ANNOUNCEMENT,7")
    assert asterisk.played == ["zh_CN", "greeting", "menu-agent-first"]
    assert (await door.call("2")).variables == MESSAGE, "a key pressed during it counts"


@pytest.mark.parametrize(
    ("keys", "variables"), [((), GOODBYE), (("0",), PERSON), (("#",), GOODBYE), (("*", "0"), PERSON)]
)
async def test_an_announcement_instead_of_the_menu(
    door: Door, clock: FixedClock, keys: tuple[str, ...], variables: dict[str, str]
) -> None:
    door.furnish(announcements=_storm(clock, "instead"))
    asterisk = await door.call(*keys)
    assert asterisk.variables == variables
    assert asterisk.events[0] == "ANNOUNCEMENT,7"
    assert asterisk.played[0] == "greeting", "callers are told that they are recorded"


async def test_an_announcement_for_one_queue(door: Door, clock: FixedClock) -> None:
    door.furnish(announcements=_storm(clock, "before", "general"))
    asterisk = await door.call("0")
    assert (asterisk.variables, asterisk.played[-1]) == (PERSON, "zh_CN")
    assert "ANNOUNCEMENT,7" not in (await door.call("2")).events
    door.furnish(announcements=_storm(clock, "instead", "general"))
    assert (await door.call("0")).variables == GOODBYE
    assert (await door.call("0", "0")).variables == PERSON


async def test_a_long_answer_fits_into_asterisks_lines(door: Door, clock: FixedClock) -> None:
    long = tuple(replace(one, sound="/s/" + "x" * 900) for one in _storm(clock, "before") * 4)
    door.furnish(announcements=long)
    asterisk = await door.call("", "", "", "2")
    assert asterisk.variables == MESSAGE
    assert max(len(" ".join(words).encode()) for words in asterisk.commands) < 2048
