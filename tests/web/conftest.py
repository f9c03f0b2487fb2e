"""A served web process for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.settings import Agi, Paths, Redis, Settings
from tests.conftest import RedisServer
from tests.ports import free_port
from tests.web.world import World, make_world


@pytest.fixture
async def world(
    sqlite_url: str, redis_server: RedisServer, redis_url: str, clock: FixedClock, tmp_path: Path
) -> AsyncIterator[World]:
    settings = Settings(
        paths=Paths(state=tmp_path / "state"), redis=Redis(port=redis_server.port), agi=Agi(port=free_port())
    )
    async with make_world(settings, sqlite_url, redis_url, clock, tmp_path / "dist") as made:
        yield made


@pytest.fixture
async def house(
    database_url: str, redis_server: RedisServer, redis_url: str, clock: FixedClock, tmp_path: Path
) -> AsyncIterator[World]:
    """As `world`, once on SQLite and once on PostgreSQL."""
    settings = Settings(
        paths=Paths(state=tmp_path / "state"), redis=Redis(port=redis_server.port), agi=Agi(port=free_port())
    )
    async with make_world(settings, database_url, redis_url, clock, tmp_path / "dist") as made:
        yield made
