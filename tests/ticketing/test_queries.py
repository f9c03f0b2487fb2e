"""ticketing.queries and .catalogue: one case whole, in as many statements however long its history."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import HotlineError
from core.tables import Account
from tests.ticketing.statements import counted
from ticketing import catalogue, moves, queries
from ticketing.tables import Case

Draft = Callable[..., Awaitable[Case]]


@pytest.fixture
async def session(sessions: SessionFactory) -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


async def test_detail_costs_the_same_however_long_the_history(
    engine: AsyncEngine,
    sessions: SessionFactory,
    clock: FixedClock,
    people: dict[str, Account],
    draft: Case,
    complete: dict[str, Any],
) -> None:
    counts = []
    for name, role in (("", ""), ("register", "seat"), ("establish", "shift_leader")):
        if name:
            draft = await moves.move(
                sessions,
                case_id=draft.id,
                move=name,
                actor=people[role],
                version=draft.version,
                fields=complete if name == "register" else None,
                clock=clock,
            )
        async with sessions() as session:
            with counted(engine) as statements:
                found = await queries.detail(session, draft.id, people["shift_leader"], clock.now())
        counts.append(len(statements))
    assert counts == [3, 3, 3]
    assert [line.actor for line in found.history] == [None, "王芳", "李强"]
    assert "close" in [one.move.name for one in found.moves]


async def test_no_such_case(session: AsyncSession, people: dict[str, Account], clock: FixedClock) -> None:
    with pytest.raises(HotlineError) as refusal:
        await queries.detail(session, 1, people["seat"], clock.now())
    assert refusal.value.status == 404


async def test_the_catalogue_loads_once_and_keeps_what_a_city_edited(sessions: SessionFactory) -> None:
    async with sessions() as session:
        assert await catalogue.load(session) == 139 + 197 + 403 + 45 + 471
        rows = {(row.kind, row.code): row for row in await catalogue.categories(session, "2013")}
        assert rows["部件", "0101"].minor == "上水井盖"
        assert rows["事件", "0101"].minor == "私搭乱建"
        rows["部件", "0101"].minor = "井盖"
        await session.commit()
    async with sessions() as session:
        assert await catalogue.load(session) == 0
        again = await catalogue.categories(session, "2013")
        assert len(again) == 197
        assert [row.minor for row in again if (row.kind, row.code) == ("部件", "0101")] == ["井盖"]
        assert await catalogue.categories(session, "1999") == []
        levels = [place.level for place in await catalogue.places(session)]
        assert levels == sorted(levels) and set(levels) == {2, 3, 4}


async def test_cases_of_calls(session: AsyncSession, draft: Case) -> None:
    assert await queries.ids_by_call(session, ["a-1", "a-2"]) == {"a-1": draft.id}
    assert await queries.ids_by_call(session, []) == {}
