"""The role the parts run as (PostgreSQL): it can do all the work, and alter nothing that only ever grows."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core import audit, migrate, trail
from core.clock import FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.errors import InvalidError
from hotline import database_role
from ticketing import catalogue, drafts
from ticketing.history import seal
from ticketing.history.verify import Check

ROLE = "hotline_app_test"


@pytest.fixture
async def restricted(postgresql: str) -> str:
    """A database of its own, and the URL of the role that does not own it."""
    connection = await asyncpg.connect(postgresql + "postgres")
    await connection.execute("DROP DATABASE IF EXISTS role_test WITH (FORCE)")
    await connection.execute("CREATE DATABASE role_test TEMPLATE template_hotline")
    await connection.close()
    owner = postgresql.replace("postgresql://", "postgresql+asyncpg://") + "role_test"
    url = await database_role.grant(owner, ROLE)
    assert url and f"{ROLE}:" in url
    assert await database_role.grant(owner, ROLE) is None  # again, after an upgrade: rights only
    return url


async def test_the_role_works_and_cannot_alter_the_past(restricted: str, clock: FixedClock) -> None:
    await migrate.upgrade(restricted)  # nothing to do needs no rights
    engine = make_engine(restricted)
    try:
        sessions = make_sessions(engine)
        await _work(sessions, clock)
        assert (await Check(sessions).run()).findings == []
        for table in database_role.APPEND_ONLY:
            for verb in ("DELETE FROM {}", "TRUNCATE {}", "ALTER TABLE {} DISABLE TRIGGER ALL"):
                await _refused(sessions, verb.format(table))
        await _refused(sessions, "UPDATE case_history SET note = 'x'")
        await _refused(sessions, "UPDATE audit_log SET subject = 'x'")
        await _refused(sessions, "SET session_replication_role = replica")
        async with engine.connect() as connection:
            assert await database_role.can_alter(connection) == []
    finally:
        await engine.dispose()


async def _work(sessions: SessionFactory, clock: FixedClock) -> None:
    async with sessions() as session:
        await catalogue.load(session)
        audit.record(session, at=clock.now(), actor_id=None, action="test:done")
        await session.commit()
    await drafts.open_draft(sessions, call_id="a", caller_number="", transcript="路灯不亮", clock=clock)
    assert await trail.take_in(sessions) == 1
    assert len(await seal.seal_day(sessions, clock)) == 1


async def _refused(sessions: SessionFactory, line: str) -> None:
    async with sessions() as session:
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            await session.execute(text(line))


async def test_the_owner_is_told_that_it_could(postgresql: str) -> None:
    engine = make_engine(postgresql.replace("postgresql://", "postgresql+asyncpg://") + "template_hotline")
    try:
        async with engine.connect() as connection:
            assert await database_role.can_alter(connection) == sorted(database_role.APPEND_ONLY)
    finally:
        await engine.dispose()


@pytest.mark.parametrize(
    ("url", "role"),
    [
        ("sqlite+aiosqlite:///x.db", "app"),
        ("postgresql+asyncpg://owner@127.0.0.1/x", "owner"),
        ("postgresql+asyncpg://owner@127.0.0.1/x", "a; DROP TABLE cases"),
        ("postgresql+asyncpg://owner@127.0.0.1/x", "App"),
    ],
)
async def test_what_is_no_role(url: str, role: str) -> None:
    with pytest.raises(InvalidError):
        await database_role.grant(url, role)
