"""Opening hours: how they are written, when they are open, when they next open."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import ALWAYS, Day, DayKind, Hours, OfficeCalendar, next_open, open_at
from core.clock import CHINA, zone_of

CALENDAR = OfficeCalendar()
OFFICE = Hours.parse("08:30-12:00,13:30-17:30")
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(CHINA))  # noqa: DTZ001


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23T08:29:59", False),
        ("2026-11-23T08:30:00", True),
        ("2026-11-23T12:00:00", False),
        ("2026-11-23T17:29:59", True),
        ("2026-11-23T17:30:00", False),
        ("2026-11-22T10:00:00", False),  # Sunday
        ("2026-10-05T10:00:00", False),  # 国庆节, a Monday
        ("2026-10-10T10:00:00", True),  # 调休上班, a Saturday
    ],
)
def test_office_hours(at: str, expected: bool) -> None:
    assert open_at(CALENDAR, OFFICE, _at(at)) == expected
    assert open_at(CALENDAR, OFFICE, _at(at).astimezone(UTC)) == expected


def test_daily_hours_do_not_look_at_the_calendar() -> None:
    assert open_at(CALENDAR, Hours.parse("daily 08:00-20:00"), _at("2026-10-01T10:00:00"))
    assert Hours.parse("22:00-24:00").ranges == ((1320, 1440),)


@pytest.mark.parametrize(
    "text",
    [
        *("", "8:30-17:30", "17:30-08:30", "08:30-08:30", "08:60-10:00", "09:00-24:30", "25:00-26:00"),
        *("08:00-12:00,11:00-13:00", "08:00-12:00,12:00-13:00", "08:00-12:00 "),
        *("always ", "daily", "daily always"),
    ],
)
def test_mistakes_are_told(text: str) -> None:
    with pytest.raises(ValueError, match="hours"):
        Hours.parse(text)


def test_over_a_long_holiday() -> None:
    """国庆节 2026: from Wednesday evening to Thursday the 8th."""
    assert next_open(CALENDAR, OFFICE, _at("2026-09-30T17:30:00")) == _at("2026-10-08T08:30:00")
    assert next_open(CALENDAR, OFFICE, _at("2026-11-23T12:30:00")) == _at("2026-11-23T13:30:00")


def test_a_calendar_closed_for_months_has_no_next_opening() -> None:
    first = date(2026, 11, 1)
    days = [first + timedelta(days=n) for n in range(120)]
    closed = OfficeCalendar({day: Day(day, DayKind.SPECIAL, "", "local") for day in days})
    assert next_open(closed, OFFICE, _at("2026-11-23T12:30:00")) is None
    assert next_open(closed, ALWAYS, _at("2026-11-23T12:30:00")) == _at("2026-11-23T12:30:00")


@given(MOMENTS)
def test_next_open_is_open_and_nothing_before_it_is(at: datetime) -> None:
    moment = next_open(CALENDAR, OFFICE, at)
    assert moment is not None
    assert moment >= at
    assert open_at(CALENDAR, OFFICE, moment)
    if moment > at:
        assert not open_at(CALENDAR, OFFICE, moment - timedelta(minutes=1))
        halfway = at + (moment - at) / 2
        assert next_open(CALENDAR, OFFICE, halfway) == moment


@given(MOMENTS, st.integers(0, 23), st.integers(0, 59), st.integers(1, 600))
def test_hours_as_written_are_the_hours(at: datetime, hour: int, minute: int, length: int) -> None:
    start = hour * 60 + minute
    end = min(start + length, 24 * 60)
    text = f"{hour:02}:{minute:02}-{end // 60:02}:{end % 60:02}"
    hours = Hours.parse(text)
    inside = start <= at.hour * 60 + at.minute < end
    assert open_at(CALENDAR, hours, at) == (inside and CALENDAR.is_workday(at.date()))
    assert open_at(CALENDAR, Hours.parse("daily " + text), at) == inside


def test_zones() -> None:
    assert zone_of("Asia/Shanghai") is CHINA
    assert zone_of("UTC").utcoffset(_at("2026-11-23T00:00:00")) == timedelta(0)
    with pytest.raises(ValueError, match="Asia/Shanghai"):
        zone_of("Asia/Nowhere")
    eight = _at("2026-11-23T08:30:00")
    assert open_at(CALENDAR, OFFICE, eight, CHINA)
    assert not open_at(CALENDAR, OFFICE, eight, zone_of("UTC"))
