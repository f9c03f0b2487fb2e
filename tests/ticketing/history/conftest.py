"""An empty database of each sort."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
        return
    url: str = request.getfixturevalue("postgresql")
    connection = await asyncpg.connect(url + "postgres")
    await connection.execute("CREATE DATABASE from_before")
    yield url.replace("postgresql://", "postgresql+asyncpg://") + "from_before"
    await connection.execute("DROP DATABASE from_before WITH (FORCE)")
    await connection.close()
