"""Opening hours (服务时间) over the office calendar. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from core.calendar.days import OfficeCalendar
from core.clock import CHINA

_RANGE = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_DAY_MINUTES = 24 * 60
#: How far ahead `next_open` looks; longer than any holiday, short enough for a calendar that is all closed.
_HORIZON_DAYS = 60


@dataclass(frozen=True)
class Hours:
    """When something is open, in local wall-clock time.

    Written as `always`; `08:30-17:30` or `08:00-12:00,14:00-18:00` on workdays; `daily 08:00-20:00` on every
    day, holidays too. A range ends at 24:00 at the latest: hours over midnight are two ranges.
    """

    #: As written.
    text: str
    #: Minutes of the day, in order, not touching: (start, end), the end not included.
    ranges: tuple[tuple[int, int], ...]
    #: On weekends and holidays too.
    daily: bool

    @classmethod
    def parse(cls, text: str) -> Hours:
        """
        Raises:
            ValueError: not one of the forms above; the message says what to write.
        """
        if text == "always":
            return cls(text, ((0, _DAY_MINUTES),), daily=True)
        ranges = tuple(_range(part) for part in text.removeprefix("daily ").split(","))
        for (_, end), (start, _) in pairwise(ranges):
            if start <= end:
                raise ValueError(f"hours {text!r}: write the ranges in order, with a gap between them")
        return cls(text, ranges, daily=text.startswith("daily "))


ALWAYS = Hours.parse("always")


def _range(text: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ValueError(f"hours {text!r}: write always, 08:30-17:30, or daily 08:00-20:00")
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if from_minute > 59 or to_minute > 59 or not start < end <= _DAY_MINUTES:
        raise ValueError(f"hours {text!r}: must begin before they end, at 24:00 at the latest")
    return start, end


def open_at(calendar: OfficeCalendar, hours: Hours, at: datetime, zone: tzinfo = CHINA) -> bool:
    """Whether `hours` are open at `at` (aware)."""
    local = at.astimezone(zone)
    if not (hours.daily or calendar.is_workday(local.date())):
        return False
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in hours.ranges)


def next_open(calendar: OfficeCalendar, hours: Hours, at: datetime, zone: tzinfo = CHINA) -> datetime | None:
    """The first moment not before `at` (aware) at which `hours` are open; None: not within two months."""
    if open_at(calendar, hours, at, zone):
        return at
    today = at.astimezone(zone).date()
    for ahead in range(_HORIZON_DAYS):
        day = today + timedelta(days=ahead)
        if hours.daily or calendar.is_workday(day):
            for start, _ in hours.ranges:
                if (moment := _moment(day, start, zone)) > at:
                    return moment
    return None


def _moment(day: date, minute: int, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(CHINA)
