"""ticketing.clocks: what the rules say, by hand; and against a clock that goes minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.calendar import Day, DayKind, OfficeCalendar
from core.clock import CHINA
from tests.ticketing.clocks.reference import OFFICE, compare
from ticketing.clocks import Limit, Pause, Timetable, TimeUnit, UnknownYearError, deadline, used

PLAIN = Timetable(OfficeCalendar(), OFFICE)
URGENT, WORK_HOUR, WORK_DAY, NATURAL = TimeUnit


def at(text: str) -> datetime:
    """A moment of 2026 in China: `11-23 09:30`; of another year when one stands before it."""
    year, rest = ("2026", text) if text.count("-") == 1 else text.split("-", 1)
    return datetime.fromisoformat(f"{year}-{rest}").replace(tzinfo=CHINA).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "value", "unit", "due"),
    [
        ("11-23 09:30", 2, URGENT, "11-23 11:30"),
        ("11-23 23:30", 2, URGENT, "11-24 01:30"),
        ("11-23 11:00", 2, WORK_HOUR, "11-23 15:00"),  # over the lunch break
        ("11-23 17:00", 2, WORK_HOUR, "11-24 09:00"),  # over the night
        ("11-27 17:00", 1, WORK_DAY, "11-30 17:00"),  # Friday → Monday
        ("11-21 10:00", 1, WORK_DAY, "11-23 18:00"),  # begun on a Saturday
        ("09-30 16:00", 2, WORK_DAY, "10-09 16:00"),  # over the National Day week
        ("10-09 16:00", 1, WORK_DAY, "10-10 16:00"),  # Saturday 10 October is worked (调休)
        ("11-27 17:00", 1, NATURAL, "11-28 17:00"),
        ("2025-12-31 17:00", 1, WORK_DAY, "2026-01-04 17:00"),  # New Year; Sunday 4 January is worked
    ],
)
def test_due(start: str, value: int, unit: TimeUnit, due: str) -> None:
    assert deadline(PLAIN, at(start), Limit(value, unit)).due_at == at(due)


def test_yellow_is_a_work_day_before_and_for_short_limits_half_time() -> None:
    assert deadline(PLAIN, at("11-23 09:00"), Limit(5, WORK_DAY)).yellow_at == at("11-27 09:00")
    assert deadline(PLAIN, at("11-23 09:00"), Limit(2, URGENT)).yellow_at == at("11-23 10:00")


def test_the_ladder_goes_on_in_days_of_the_limits_own_sort() -> None:
    found = deadline(PLAIN, at("11-23 09:00"), Limit(2, WORK_DAY), overdue_days=(0, 1, 3))
    assert found.ladder == (at("11-24 09:00"), at("11-25 09:00"), at("11-26 09:00"), at("11-30 09:00"))


def test_a_pause_does_not_count_and_a_delay_is_added() -> None:
    pauses = [Pause(at("11-23 10:00"), at("11-25 15:00")), Pause(at("11-25 14:00"), at("11-25 16:00"))]
    assert deadline(PLAIN, at("11-23 09:00"), Limit(1, WORK_DAY), pauses=pauses).due_at == at("11-26 15:00")
    extended = deadline(PLAIN, at("11-23 09:00"), Limit(1, WORK_DAY), extra=1, pauses=pauses)
    assert extended.due_at == at("11-27 15:00")
    spent = used(PLAIN, at("11-23 09:00"), at("11-26 15:00"), Limit(1, WORK_DAY), pauses)
    assert spent == timedelta(hours=8)


def test_a_local_day_counts() -> None:
    typhoon = {at("11-24 12:00").date(): Day(at("11-24 12:00").date(), DayKind.SPECIAL, "台风", "local")}
    closed = Timetable(OfficeCalendar(typhoon), OFFICE)
    assert deadline(closed, at("11-23 09:00"), Limit(1, WORK_DAY)).due_at == at("11-25 09:00")


def test_a_year_nobody_has_entered_is_asked_for_and_never_guessed() -> None:
    with pytest.raises(UnknownYearError) as asked:
        deadline(PLAIN, at("2098-12-31 17:00"), Limit(1, WORK_DAY))
    assert asked.value.year == 2098
    around_the_clock = deadline(PLAIN, at("2098-12-31 17:00"), Limit(1, NATURAL))
    assert around_the_clock.due_at == at("2099-01-01 17:00")
    entered = Timetable(OfficeCalendar(completed=frozenset({2098, 2099})), OFFICE)
    assert deadline(entered, at("2098-12-31 17:00"), Limit(1, WORK_DAY)).due_at == at("2099-01-01 17:00")


def test_as_by_the_minute() -> None:
    """A hundred thousand more: `python -m tests.ticketing.clocks.reference 100000`."""
    seen = compare(500, seed=6)
    assert min(seen[kind] for kind in ("urgent_hour", "work_hour", "work_day", "natural_day", "paused")) > 60
