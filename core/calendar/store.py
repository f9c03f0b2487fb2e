"""The door to this hotline's own calendar days: every change is audited in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.calendar.days import Day, DayKind, OfficeCalendar
from core.calendar.tables import CalendarDay, CalendarYear
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import NotFoundError
from core.tables import Account


async def read(session: AsyncSession) -> OfficeCalendar:
    """The calendar as it stands."""
    rows = await session.scalars(select(CalendarDay))
    local = {row.date: Day(row.date, DayKind(row.kind), row.name, "local") for row in rows}
    years = await session.scalars(select(CalendarYear.year))
    return OfficeCalendar(local, frozenset(years))


async def put_day(
    sessions: SessionFactory,
    day: date,
    kind: DayKind,
    name: str,
    *,
    actor: Account,
    address: str,
    clock: Clock,
) -> None:
    """Declare `day` to be of `kind`; again replaces what was declared before."""
    async with sessions.begin() as session:
        await begin_write(session)
        before = await session.get(CalendarDay, day)
        detail = {"kind": [before.kind if before else None, str(kind)], "name": name}
        row = CalendarDay(date=day, kind=kind, name=name, changed_by=actor.id, changed_at=clock.now())
        await session.merge(row)
        _audit(session, Action.CALENDAR_DAY_SET, day.isoformat(), detail, actor, address, clock)


async def remove_day(
    sessions: SessionFactory, day: date, *, actor: Account, address: str, clock: Clock
) -> None:
    """Let `day` be again what the library says.

    Raises:
        NotFoundError: nothing was declared of that day.
    """
    async with sessions.begin() as session:
        await begin_write(session)
        before = await session.get(CalendarDay, day)
        if before is None:
            raise NotFoundError
        await session.execute(delete(CalendarDay).where(CalendarDay.date == day))
        detail = {"kind": [before.kind, None], "name": before.name}
        _audit(session, Action.CALENDAR_DAY_REMOVED, day.isoformat(), detail, actor, address, clock)


async def complete_year(
    sessions: SessionFactory, year: int, *, actor: Account, address: str, clock: Clock
) -> None:
    """Declare that the days of `year` entered here are all there are; again changes nothing."""
    async with sessions.begin() as session:
        await begin_write(session)
        if await session.get(CalendarYear, year) is None:
            session.add(CalendarYear(year=year, completed_by=actor.id, completed_at=clock.now()))
            _audit(session, Action.CALENDAR_YEAR_COMPLETED, str(year), {}, actor, address, clock)


def _audit(
    session: AsyncSession,
    action: Action,
    subject: str,
    detail: Mapping[str, object],
    actor: Account,
    address: str,
    clock: Clock,
) -> None:
    audit.record(
        session,
        at=clock.now(),
        actor_id=actor.id,
        action=action,
        subject=f"calendar:{subject}",
        address=address,
        detail=dict(detail),
    )
