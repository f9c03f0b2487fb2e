"""This hotline's own days: set, removed, audited, and read by who keeps them in memory."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from core import accounts
from core.calendar import DayKind, store
from core.calendar.keeper import CalendarKeeper, unknown_years
from core.clock import FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.errors import NotFoundError
from core.tables import Account, AuditEntry, Role

DAY = date(2026, 12, 24)


@pytest.fixture
async def admin(sessions: SessionFactory, clock: FixedClock) -> Account:
    async with sessions.begin() as session:
        return await accounts.create(
            session,
            username="admin",
            display_name="管理员",
            role=Role.ADMINISTRATOR,
            password="an honest password",
            clock=clock,
        )


async def test_a_day_is_set_changed_and_removed(
    sessions: SessionFactory, admin: Account, clock: FixedClock
) -> None:
    who = {"actor": admin, "address": "192.0.2.1", "clock": clock}
    keeper = CalendarKeeper(sessions, clock)
    await store.put_day(sessions, DAY, DayKind.HOLIDAY, "市庆", **who)  # type: ignore[arg-type]
    await store.put_day(sessions, DAY, DayKind.SPECIAL, "暴雪", **who)  # type: ignore[arg-type]
    await keeper.refresh()
    assert (keeper.current.day(DAY).kind, keeper.current.day(DAY).name) == (DayKind.SPECIAL, "暴雪")
    assert not keeper.current.is_workday(DAY)
    await store.remove_day(sessions, DAY, **who)  # type: ignore[arg-type]
    await keeper.refresh()
    assert keeper.current.is_workday(DAY)
    with pytest.raises(NotFoundError):
        await store.remove_day(sessions, DAY, **who)  # type: ignore[arg-type]
    async with sessions() as session:
        query = select(AuditEntry).where(AuditEntry.action.startswith("calendar:")).order_by(AuditEntry.id)
        trail = [(e.action, e.subject, e.detail["kind"]) for e in await session.scalars(query)]
    subject = "calendar:2026-12-24"
    assert trail == [
        ("calendar:set", subject, [None, "holiday"]),
        ("calendar:set", subject, ["holiday", "special"]),
        ("calendar:removed", subject, ["special", None]),
    ]


async def test_a_year_is_asked_for_until_somebody_completes_it(
    sessions: SessionFactory, admin: Account
) -> None:
    clock = FixedClock(datetime(2031, 12, 1, tzinfo=UTC))
    keeper = CalendarKeeper(sessions, clock)
    assert unknown_years(keeper.current, clock) == [2031, 2032]
    for _ in range(2):
        await store.complete_year(sessions, 2031, actor=admin, address="", clock=clock)
    await keeper.refresh()
    assert unknown_years(keeper.current, clock) == [2032]


async def test_the_library_serves_without_a_database(clock: FixedClock) -> None:
    engine = make_engine("sqlite+aiosqlite:////nowhere/at/all.db")
    keeper = CalendarKeeper(make_sessions(engine), clock)
    await keeper.refresh()
    assert not keeper.current.is_workday(date(2026, 10, 1))
    await engine.dispose()
