"""SQLite through SQLAlchemy: how often its thread is asked, and what a cancelled trip leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core import sqlite
from core.db import SessionFactory, begin_write, make_engine, make_sessions


@pytest.fixture
async def sessions(tmp_path: Path) -> AsyncIterator[SessionFactory]:
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path / 'own.db'}")
    made = make_sessions(engine)
    async with made() as session:
        await session.execute(text("CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"))
        await session.commit()
    yield made
    await engine.dispose()


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    made: list[object] = []
    real = sqlite.Connection.in_thread

    async def counted(self: sqlite.Connection, work: object) -> object:
        made.append(work)
        return await real(self, work)  # type: ignore[arg-type]

    monkeypatch.setattr(sqlite.Connection, "in_thread", counted)
    return made


async def test_reading_is_one_trip_and_writing_three(sessions: SessionFactory, trips: list[object]) -> None:
    async with sessions() as session:
        assert (await session.execute(text("SELECT 1 UNION SELECT 2"))).scalars().all() == [1, 2]
    assert len(trips) == 1
    async with sessions() as session:
        await begin_write(session)
        await session.execute(text("INSERT INTO thing (name) VALUES ('a')"))
        await session.commit()
    assert len(trips) == 4


async def test_rows_and_errors_are_those_of_the_database(sessions: SessionFactory) -> None:
    insert = text("INSERT INTO thing (name) VALUES (:name)")
    async with sessions() as session:
        await session.execute(insert, [{"name": "a"}, {"name": "b"}])
        await session.commit()
        with pytest.raises(IntegrityError):
            await session.execute(insert, {"name": "a"})
        await session.rollback()
        assert (await session.scalars(text("SELECT name FROM thing ORDER BY name"))).all() == ["a", "b"]


async def test_a_rolled_back_change_is_gone(sessions: SessionFactory) -> None:
    async with sessions() as session:
        await session.execute(text("INSERT INTO thing (name) VALUES ('a')"))
    async with sessions() as session:
        assert await session.scalar(text("SELECT count(*) FROM thing")) == 0


async def test_who_is_cancelled_while_waiting_for_the_lock_does_not_keep_it(sessions: SessionFactory) -> None:
    async def write() -> None:
        async with sessions() as session:
            await begin_write(session)

    async with sessions() as holder:
        await begin_write(holder)
        waiting = asyncio.create_task(write())
        _, pending = await asyncio.wait([waiting], timeout=0.2)
        assert pending, "two write at the same time"
        waiting.cancel()
        await holder.commit()
    await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(8), sessions() as session:  # less than the busy timeout
        await begin_write(session)
        await session.execute(text("INSERT INTO thing (name) VALUES ('after')"))
        await session.commit()
