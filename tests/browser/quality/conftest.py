"""The recordings' world: real sound, taken in by the real recorder, in a real Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.browser.recordings.conftest import console, open_page, recorder, world
from tests.web.live_world import running
from tests.web.world import World

__all__ = ["console", "open_page", "recorder", "world"]


@pytest.fixture
async def live(world: World) -> AsyncIterator[None]:
    """Consoles are told what happens."""
    async with running(world):
        yield
