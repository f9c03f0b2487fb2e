"""What kind of day a day is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from core.calendar import china

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


class DayKind(StrEnum):
    """What a day is to an office."""

    WORKDAY = "workday"  #: 工作日
    WEEKEND = "weekend"  #: 周末
    HOLIDAY = "holiday"  #: 节假日
    MAKEUP = "makeup"  #: 调休上班: a weekend day that is worked
    SPECIAL = "special"  #: 特殊日: the office is closed by a local decision, for example for a typhoon


@dataclass(frozen=True)
class Day:
    """One day. `source`: the library of holidays (or the plain week), or this hotline's own table."""

    date: date
    kind: DayKind
    name: str
    source: Literal["library", "local"]

    @property
    def is_workday(self) -> bool:
        return self.kind in (DayKind.WORKDAY, DayKind.MAKEUP)


@dataclass(frozen=True)
class OfficeCalendar:
    """The library's days under this hotline's own (the local day wins).

    A year neither the library nor a person has completed is not known: only its weekends are off, `known` is
    False, and whoever shows or uses it says so.
    """

    #: This hotline's own days.
    local: Mapping[date, Day] = field(default_factory=dict)
    #: Years a person has entered the notice of by hand and declared complete.
    completed: frozenset[int] = frozenset()

    def known(self, year: int) -> bool:
        """Whether the holidays and make-up workdays of `year` are all there.

        The very last days of December may be moved by the next year's notice, published in the autumn.
        """
        return year in china.known_years() or year in self.completed

    def day(self, day: date) -> Day:
        return self.local.get(day) or _of_library(day)

    def is_workday(self, day: date) -> bool:
        """Whether offices work: weekends and holidays out, make-up workdays (调休) in."""
        return self.day(day).is_workday

    def next_workday(self, after: date) -> date:
        """The first workday later than `after`.

        Raises:
            ValueError: none within a year: the local table closes everything.
        """
        day = after
        for _ in range(366):
            day += _ONE_DAY
            if self.is_workday(day):
                return day
        raise ValueError(f"no workday within a year after {after}")

    def year(self, year: int) -> list[Day]:
        """Every day of `year` in order."""
        first = date(year, 1, 1)
        count = (date(year + 1, 1, 1) - first).days
        return [self.day(first + timedelta(days=n)) for n in range(count)]


def _of_library(day: date) -> Day:
    is_weekend = day.weekday() >= _SATURDAY
    if day.year in china.known_years():
        if name := china.days_off(day.year).get(day):
            return Day(day, DayKind.HOLIDAY, name, "library")
        if day in china.worked_weekends(day.year):
            return Day(day, DayKind.MAKEUP, "调休上班", "library")
    return Day(day, DayKind.WEEKEND if is_weekend else DayKind.WORKDAY, "", "library")
