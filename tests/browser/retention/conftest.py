"""Keeping and deleting in a real Chromium: the recordings' world, and what the daily processes do in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from recorder.retention.deletion import Eraser
from recorder.tables import Recording
from tests.browser.recordings.conftest import console, open_page, recorder, world
from tests.web.world import World
from web.retention_facts import LedgerFacts

__all__ = ["console", "open_page", "recorder", "world"]

Erase = Callable[[], Awaitable[None]]


@pytest.fixture
async def old(world: World) -> Recording:
    """Of a call that seat 1001 answered more than two years ago."""
    made = await world.add_recording(await world.add_call(seat="1001", queue="general"))
    world.clock.advance(timedelta(days=800))
    return made


@pytest.fixture
def erase(world: World) -> Erase:
    """Does what two people signed, as part `timers` would."""

    async def run() -> None:
        eraser = Eraser(world.settings, world.sessions, world.clock, LedgerFacts())
        while await eraser.run_one():
            pass

    return run
