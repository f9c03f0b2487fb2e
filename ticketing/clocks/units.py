"""The four time units of hotline.md section 4, and limits in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class TimeUnit(StrEnum):
    """What a limit is counted in."""

    URGENT_HOUR = "urgent_hour"  #: 紧急工作时: clock hours, nights and holidays included
    WORK_HOUR = "work_hour"  #: 工作时: office hours only
    WORK_DAY = "work_day"  #: 工作日: 8 office hours
    NATURAL_DAY = "natural_day"  #: 紧急工作日/自然日: 24 clock hours


_LENGTHS = {
    TimeUnit.URGENT_HOUR: timedelta(hours=1),
    TimeUnit.WORK_HOUR: timedelta(hours=1),
    TimeUnit.WORK_DAY: timedelta(hours=8),
    TimeUnit.NATURAL_DAY: timedelta(hours=24),
}


@dataclass(frozen=True)
class Limit:
    """So many units (at least 1)."""

    value: int
    unit: TimeUnit

    @property
    def in_office(self) -> bool:
        """Whether it is counted in office hours, and not around the clock."""
        return self.unit in (TimeUnit.WORK_HOUR, TimeUnit.WORK_DAY)

    @property
    def length(self) -> timedelta:
        """Time that counts, until it is used up."""
        return self.value * _LENGTHS[self.unit]

    @property
    def day(self) -> timedelta:
        """One day in the same sort of time: a work day, or a natural one."""
        return _LENGTHS[TimeUnit.WORK_DAY if self.in_office else TimeUnit.NATURAL_DAY]
