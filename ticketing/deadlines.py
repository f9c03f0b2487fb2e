"""The clock of a case: what `ticketing.clocks` reckons, kept in the case's columns.

It starts when the case is dispatched (派遣), halts while it is suspended or deferred (挂账, 缓办) and while
others look at what the unit reported, and stops when the case is closed.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.calendar import Hours, OfficeCalendar, store
from core.case_settings import Cases
from ticketing.clocks import Limit, Pause, Timetable, TimeUnit, UnknownYearError, deadline
from ticketing.tables import Case, CasePause


class ClockState(StrEnum):
    """Of a case; empty: not started."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class Warned(StrEnum):
    """How urgent the time limit has become."""

    NONE = ""
    YELLOW = "yellow"  #: 黄牌: less than a day left
    RED = "red"  #: 红牌: overdue


def is_overdue(case: Case, now: datetime) -> bool:
    """Whether the limit was used up before the clock halted, or is by now."""
    if not case.clock or case.due_at is None:
        return False
    return (case.clock_halted_at or now) >= case.due_at


def warned(case: Case, now: datetime) -> Warned:
    """Yellow, red, or nothing; the fact stays when the clock stops."""
    if is_overdue(case, now):
        return Warned.RED
    if case.clock == ClockState.RUNNING and case.yellow_at is not None and now >= case.yellow_at:
        return Warned.YELLOW
    return Warned.NONE


def default_limit(case: Case, rules: Cases) -> Limit:
    """The limit of a case nobody gave one, by its urgency (setting)."""
    if case.urgency == "critical":
        return Limit(rules.critical_hours, TimeUnit.URGENT_HOUR)
    if case.urgency == "urgent":
        return Limit(rules.urgent_hours, TimeUnit.URGENT_HOUR)
    return Limit(rules.limit_value, TimeUnit(rules.limit_unit))


def set_limit(case: Case, limit: Limit) -> None:
    case.limit_value, case.limit_unit = limit.value, str(limit.unit)


def start(case: Case, now: datetime) -> None:
    """Begin anew; pauses of an earlier run no longer count."""
    reset(case)
    case.clock, case.clock_started_at = ClockState.RUNNING, now


def reset(case: Case) -> None:
    case.clock, case.extra_value, case.escalated = "", 0, 0
    case.clock_started_at = case.clock_halted_at = case.due_at = case.yellow_at = case.escalate_at = None
    case.unknown_year = None


def pause(session: AsyncSession, case: Case, now: datetime) -> None:
    if case.clock == ClockState.RUNNING:
        case.clock, case.clock_halted_at = ClockState.PAUSED, now
        session.add(CasePause(case_id=case.id, began_at=now))


async def resume(session: AsyncSession, case: Case, now: datetime) -> None:
    if case.clock == ClockState.PAUSED:
        await _end_pause(session, case, now)
        case.clock, case.clock_halted_at = ClockState.RUNNING, None


async def stop(session: AsyncSession, case: Case, now: datetime) -> None:
    """For good; what was paused stays at the moment it was paused."""
    if case.clock == ClockState.PAUSED:
        await _end_pause(session, case, now)
    elif case.clock == ClockState.RUNNING:
        case.clock_halted_at = now
    if case.clock:
        case.clock = ClockState.STOPPED
    case.escalate_at = None


async def reckon(
    session: AsyncSession, case: Case, rules: Cases, calendar: OfficeCalendar | None = None
) -> None:
    """Write due time, warning and next escalation of a started clock into the case.

    A limit that reaches into a year whose holidays nobody has entered has no due time; `unknown_year` says
    which year is asked for.
    """
    if not case.clock or case.clock_started_at is None or case.limit_value is None:
        return
    if calendar is None:
        calendar = await store.read(session)
    timetable = Timetable(calendar, Hours.parse(rules.office_hours))
    try:
        found = deadline(
            timetable,
            case.clock_started_at,
            Limit(case.limit_value, TimeUnit(case.limit_unit)),
            extra=case.extra_value,
            pauses=await _pauses(session, case),
            overdue_days=rules.escalate_days,
        )
    except UnknownYearError as error:
        case.due_at = case.yellow_at = case.escalate_at = None
        case.unknown_year = error.year
        return
    case.due_at, case.yellow_at, case.unknown_year = found.due_at, found.yellow_at, None
    waits = case.clock == ClockState.RUNNING and case.escalated < len(found.ladder)
    case.escalate_at = found.ladder[case.escalated] if waits else None


async def _pauses(session: AsyncSession, case: Case) -> list[Pause]:
    query = select(CasePause).where(
        CasePause.case_id == case.id,
        CasePause.began_at >= case.clock_started_at,
        CasePause.ended_at.is_not(None),
    )
    return [Pause(row.began_at, row.ended_at) for row in await session.scalars(query) if row.ended_at]


async def _end_pause(session: AsyncSession, case: Case, now: datetime) -> None:
    query = select(CasePause).where(CasePause.case_id == case.id, CasePause.ended_at.is_(None))
    for row in await session.scalars(query):
        row.ended_at = now
    await session.flush()
