"""ISO weeks as the sampling counts them. Days are days in China."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from core.clock import CHINA


def week_of(day: date) -> str:
    """2026-W48."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def days_of(week: str) -> tuple[date, date]:
    """Monday and Sunday.

    Raises:
        ValueError: there is no such week.
    """
    year, _, number = week.partition("-W")
    monday = date.fromisocalendar(int(year), int(number), 1)
    return monday, monday + timedelta(days=6)


def today(now: datetime) -> date:
    return now.astimezone(CHINA).date()


def midnight(day: date) -> datetime:
    """The moment `day` begins in China."""
    return datetime.combine(day, time(), CHINA)
