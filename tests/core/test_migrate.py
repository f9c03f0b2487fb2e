"""core.migrate: the scripts make exactly the tables the rooms declare, once, on both databases."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

import core.calendar.tables
import core.tables
import ivr.board.tables
import ivr.callbacks.tables
import ivr.directory.tables
import ivr.house.tables
import ivr.ledger.leg_tables
import ivr.ledger.tables
import ivr.queues.tables
import ivr.reconciliation.tables
import ivr.seats.tables
import ivr.trunks.tables
import ivr.visits.tables
import recorder.capture.tables
import recorder.marks.tables
import recorder.proof.tables
import recorder.quality.tables
import recorder.retention.tables
import recorder.rights.tables
import recorder.search.tables
import recorder.tables
import recorder.transcribe.tables
import ticketing.catalogue.tables
import ticketing.exchange.tables
import ticketing.history.tables
import ticketing.notices.tables
import ticketing.places.tables
import ticketing.routing.tables
import ticketing.sources.tables
import ticketing.tables
import ticketing.webhooks.tables
from core import audit, migrate
from core.clock import FixedClock
from core.db import Base, SessionFactory

ROOMS = (
    core.calendar.tables,
    core.tables,
    ivr.board.tables,
    ivr.callbacks.tables,
    ivr.directory.tables,
    ivr.house.tables,
    ivr.ledger.leg_tables,
    ivr.ledger.tables,
    ivr.queues.tables,
    ivr.reconciliation.tables,
    ivr.seats.tables,
    ivr.trunks.tables,
    ivr.visits.tables,
    recorder.capture.tables,
    recorder.marks.tables,
    recorder.proof.tables,
    recorder.retention.tables,
    recorder.rights.tables,
    recorder.quality.tables,
    recorder.search.tables,
    recorder.tables,
    recorder.transcribe.tables,
    ticketing.exchange.tables,
    ticketing.notices.tables,
    ticketing.places.tables,
    ticketing.history.tables,
    ticketing.catalogue.tables,
    ticketing.routing.tables,
    ticketing.sources.tables,
    ticketing.tables,
    ticketing.webhooks.tables,
)


def _is_declared(name: str | None, kind: str, _parents: object) -> bool:
    """Full-text words lie in tables of each database's own sort, for which there is no class."""
    return not (kind == "table" and str(name).startswith(("recording_words", "case_words")))


def _differences(connection: Connection) -> list[object]:
    opts = {"compare_type": True, "include_name": _is_declared}
    context = MigrationContext.configure(connection, opts=opts)
    return list(compare_metadata(context, Base.metadata))


async def test_migrations_make_the_declared_tables(engine: AsyncEngine) -> None:
    for room in ROOMS:
        assert any(mapper.class_.__module__ == room.__name__ for mapper in Base.registry.mappers)
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_a_missing_column_would_be_noticed(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE cases DROP COLUMN reporter_name"))
        assert await connection.run_sync(_differences) != []


async def test_two_processes_may_migrate_at_once(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"
    assert not await migrate.is_current(url)
    await asyncio.gather(*(migrate.upgrade(url) for _ in range(3)))
    assert await migrate.is_current(url)


async def test_two_processes_may_migrate_postgresql_at_once(postgresql: str) -> None:
    connection = await asyncpg.connect(postgresql + "postgres")
    await connection.execute("CREATE DATABASE at_once")
    await connection.close()
    url = postgresql.replace("postgresql://", "postgresql+asyncpg://") + "at_once"
    await asyncio.gather(*(migrate.upgrade(url) for _ in range(3)))
    assert await migrate.is_current(url)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log", "DELETE FROM audit_log WHERE id = 1"],
)
async def test_the_audit_trail_cannot_be_changed(
    sessions: SessionFactory, clock: FixedClock, statement: str
) -> None:
    async with sessions() as session:
        audit.record(session, at=clock.now(), actor_id=None, action="test:done")
        await session.commit()
    async with sessions() as session:
        with pytest.raises(DBAPIError, match="only ever added"):
            await session.execute(text(statement))
