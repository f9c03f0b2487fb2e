"""Proof by keys as Asterisk sees it: what is played and set, and that no digit is left anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from agi_scripts import pin
from agi_scripts.server import FastAgiServer
from core.clock import FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.settings import Agi, Flow, Paths, Settings
from tests.agi_scripts.asterisk import FakeAsterisk
from tests.conftest import poll
from tests.ports import free_port
from ticketing.tables import Case, Stage


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(paths=Paths(state=tmp_path), agi=Agi(port=free_port()), flow=Flow(lookup_s=0.5))


@pytest.fixture
async def case_id(sessions: SessionFactory, settings: Settings, clock: FixedClock) -> AsyncIterator[int]:
    """A case with a telephone, while the handler is served."""
    now = clock.now()
    case = Case(stage=Stage.DRAFT, source="telephone", created_at=now, changed_at=now)
    case.callback_number = "13800001234"
    async with sessions.begin() as db:
        db.add(case)
        await db.flush()
    async with _served(settings, sessions):
        yield case.id


class _served:
    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings, self._stop = settings, asyncio.Event()
        handlers = {"pin": partial(pin.handle, settings=settings, sessions=sessions)}
        self._server = FastAgiServer(handlers)

    async def __aenter__(self) -> None:
        port = self._settings.agi.port
        self._task = asyncio.create_task(self._server.serve("127.0.0.1", port, self._stop))
        await poll(self._is_up, "the server listens")

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        await self._task

    async def _is_up(self) -> bool:
        try:
            (await asyncio.open_connection("127.0.0.1", self._settings.agi.port))[1].close()
        except OSError:
            return False
        return True


async def _ask(settings: Settings, case_id: object, *keys: str) -> FakeAsterisk:
    asterisk = FakeAsterisk(settings.agi.port, list(keys), argument=str(case_id))
    await asterisk.call("pin")
    return asterisk


@pytest.mark.parametrize(
    ("keys", "result"),
    [("1234", "right"), ("9999" * 3, "wrong"), ("*", "cancelled"), ("", "cancelled")],
)
async def test_only_the_result_leaves(
    settings: Settings, case_id: int, capfd: pytest.CaptureFixture[str], keys: str, result: str
) -> None:
    asterisk = await _ask(settings, case_id, *keys)
    assert (asterisk.variables, asterisk.events) == ({"HL_PIN": result}, [])
    written = [words for words in asterisk.commands if words[:2] != ["EXEC", "Read"]]
    assert "1234" not in f"{written}{capfd.readouterr()}"


@pytest.mark.parametrize("case", ["", "0", "999999", "x", "1;2"])
async def test_no_such_case_asks_nothing(settings: Settings, case_id: int, case: str) -> None:
    asterisk = await _ask(settings, case, "1", "2", "3", "4")
    assert asterisk.played == []
    assert asterisk.variables in ({}, {"HL_PIN": "cancelled"})


async def test_who_hangs_up_has_no_result(settings: Settings, case_id: int) -> None:
    assert (await _ask(settings, case_id, "1", "hangup")).variables == {}


async def test_a_database_that_is_away_costs_the_proof_only(settings: Settings, tmp_path: Path) -> None:
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path / 'nobody' / 'there.db'}")
    async with _served(settings, make_sessions(engine)):
        assert (await _ask(settings, 1, "1", "2", "3", "4")).commands == []
    await engine.dispose()
