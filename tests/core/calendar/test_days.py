"""What kind of day a day is: the official notice for 2026, and our own days over it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import Day, DayKind, OfficeCalendar
from core.calendar.china import known_years

CALENDAR = OfficeCalendar()
#: From the State Council's notice on the holidays of 2026: days off, and weekends worked instead.
OFF_2026 = [
    (date(2026, 1, 1), 3),
    (date(2026, 2, 15), 9),
    (date(2026, 4, 4), 3),
    (date(2026, 5, 1), 5),
    (date(2026, 6, 19), 3),
    (date(2026, 9, 25), 3),
    (date(2026, 10, 1), 7),
]
WORKED_2026 = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]


def test_the_year_2026_as_published() -> None:
    off = {first + timedelta(days=n) for first, count in OFF_2026 for n in range(count)}
    worked = {date.fromisoformat(day) for day in WORKED_2026}
    for day in CALENDAR.year(2026):
        expected = day.date in worked or (day.date not in off and day.date.weekday() < 5)
        assert day.is_workday == expected, day
    assert CALENDAR.known(2026)
    assert CALENDAR.day(date(2026, 10, 10)).kind is DayKind.MAKEUP
    assert CALENDAR.day(date(2026, 10, 7)).kind is DayKind.HOLIDAY


def test_a_local_day_goes_before_the_library() -> None:
    snow = date(2026, 11, 23)
    own = OfficeCalendar({snow: Day(snow, DayKind.SPECIAL, "暴雪停工", "local")})
    assert CALENDAR.is_workday(snow)
    assert not own.is_workday(snow)
    assert own.day(snow).name == "暴雪停工"
    assert own.next_workday(date(2026, 11, 22)) == date(2026, 11, 24)


def test_a_year_without_its_notice_is_not_guessed() -> None:
    year = max(known_years()) + 1
    days = CALENDAR.year(year)
    assert not CALENDAR.known(year)
    assert {day.kind for day in days} == {DayKind.WORKDAY, DayKind.WEEKEND}
    assert all(day.is_workday == (day.date.weekday() < 5) for day in days)
    assert OfficeCalendar(completed=frozenset({year})).known(year)


def test_a_calendar_that_closes_everything_is_an_error_not_a_loop() -> None:
    class Closed(OfficeCalendar):
        def is_workday(self, day: date) -> bool:
            return False

    with pytest.raises(ValueError, match="no workday"):
        Closed().next_workday(date(2026, 1, 1))


@given(st.dates(date(2008, 1, 1), date(2060, 12, 31)))
def test_every_day_has_a_kind_that_fits_the_week(day: date) -> None:
    found = CALENDAR.day(day)
    assert found.date == day
    is_weekend = day.weekday() >= 5
    assert found.kind is not DayKind.WORKDAY or not is_weekend
    assert found.kind not in (DayKind.WEEKEND, DayKind.MAKEUP) or is_weekend
    if day.year not in known_years():
        assert found.is_workday != is_weekend


@given(st.dates(date(2008, 1, 1), date(2060, 12, 31)))
def test_the_next_workday_is_the_nearest(day: date) -> None:
    following = CALENDAR.next_workday(day)
    assert following > day
    assert CALENDAR.is_workday(following)
    between = range(1, (following - day).days)
    assert not any(CALENDAR.is_workday(day + timedelta(days=n)) for n in between)
