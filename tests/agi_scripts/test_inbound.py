"""The inbound handler as Asterisk sees it: variables exactly as the contract says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from agi_scripts import inbound, server
from agi_scripts.server import FastAgiServer
from asterisk_conf.contract import VARIABLES
from core.settings import Agi, Flow, Paths, Settings
from ivr.flows.loader import FlowError
from ivr.flows.model import Flow as CallFlow
from ivr.flows.model import Step, ToGoodbye
from tests.agi_scripts.asterisk import FakeAsterisk
from tests.conftest import free_port, poll

GREETED = {"HL_GREETED": "1"}
PERSON = GREETED | {"HL_QUEUE": "general", "HL_NEXT": "queue"}
MESSAGE = GREETED | {"HL_NEXT": "message"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(paths=Paths(state=tmp_path), agi=Agi(port=free_port()), flow=Flow(menu_wait_s=1.5))


async def _is_up(settings: Settings) -> bool:
    try:
        (await asyncio.open_connection("127.0.0.1", settings.agi.port))[1].close()
    except OSError:
        return False
    return True


@pytest.fixture
async def port(settings: Settings) -> AsyncIterator[int]:
    """The process `agi` as it runs."""
    stop = asyncio.Event()
    task = asyncio.create_task(server.main(settings, stop))
    await poll(lambda: _is_up(settings), "the server listens")
    yield settings.agi.port
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
        (("", "", "2"), MESSAGE),
        (("2",), MESSAGE),
        (("*", "2"), MESSAGE),
    ],
)
async def test_variables(port: int, keys: tuple[str, ...], variables: dict[str, str]) -> None:
    asterisk = await _call(port, *keys)
    assert asterisk.variables == variables
    assert set(variables) <= set(VARIABLES)
    assert all(VARIABLES[name].startswith("inbound handler: ") for name in variables)


async def test_next_is_the_last_word(port: int) -> None:
    """The dialplan believes HL_NEXT only; a handler that dies before it has not decided."""
    asterisk = await _call(port, "0")
    assert asterisk.commands[-1] == ["SET", "VARIABLE", "HL_NEXT", "queue"]


async def test_the_ledger_sees_steps_and_keys_in_order(port: int, settings: Settings) -> None:
    asterisk = await _call(port, "9", "", "", "", "2")
    assert asterisk.events == ["STEP,greeting", "KEY,9", "KEY,2", "STEP,message"]
    assert asterisk.played == ["greeting", "invalid-key", "greeting", "menu-agent-first"]
    first = asterisk.commands[1]
    assert first == ["STREAM", "FILE", str(settings.prompts_dir / "zh_CN" / "greeting"), "0123456789*#"]
    assert ["WAIT", "FOR", "DIGIT", "1500"] in asterisk.commands


@pytest.mark.parametrize("heard", range(4))
async def test_hang_up_at_every_prompt(port: int, heard: int) -> None:
    asterisk = await _call(port, *["9", "", ""][:heard], "hangup")
    assert "HL_NEXT" not in asterisk.variables
    assert len(asterisk.played) == heard + 1
    assert (await _call(port)).variables == PERSON


async def test_greeted_is_said_once_and_only_after_the_greeting(port: int) -> None:
    asterisk = await _call(port)
    kinds = [words[0] + " " + words[2] if words[0] == "SET" else words[0] for words in asterisk.commands]
    assert kinds[:3] == ["EXEC", "STREAM", "SET HL_GREETED"]
    assert kinds.count("SET HL_GREETED") == 1
    gone = await _call(port, "hangup")
    assert gone.variables == {}


async def test_asterisk_refuses_a_prompt(port: int) -> None:
    """A missing sound file: 200 result=-1. The handler ends; the dialplan goes on."""
    asterisk = FakeAsterisk(port)
    await asterisk.call(
        answer=lambda words: "200 result=-1" if words[0] == "STREAM" else asterisk.obey(words)
    )
    assert asterisk.variables == {}


async def test_a_flow_can_end_with_goodbye(settings: Settings) -> None:
    flow = CallFlow("x", "x", "bye", {"bye": Step("bye", "再见", ToGoodbye())})
    stop = asyncio.Event()
    handlers = {"inbound": partial(inbound.handle, flow=flow, settings=settings)}
    task = asyncio.create_task(FastAgiServer(handlers).serve("127.0.0.1", settings.agi.port, stop))
    await poll(lambda: _is_up(settings), "the server listens")
    assert (await _call(settings.agi.port)).variables == {"HL_NEXT": "goodbye"}
    stop.set()
    await task


async def test_a_broken_flow_keeps_the_server_from_starting(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound, "QUEUES", {})
    with pytest.raises(FlowError, match="general"):
        await server.main(settings, asyncio.Event())
