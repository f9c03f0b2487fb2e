"""Time that counts: stretches of office hours or of the whole clock, less the pauses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from core.calendar import Hours, OfficeCalendar
from core.clock import CHINA

#: No limit is longer; a calendar that closes every day would else be walked for ever.
_HORIZON_DAYS = 366 * 12
_END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
Span = tuple[datetime, datetime]


class UnknownYearError(Exception):
    """The holidays of a year the limit reaches into are not known: somebody has to enter them."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the office calendar of {year} is not known")
        self.year = year


@dataclass(frozen=True)
class Pause:
    """A stretch that does not count (aware times)."""

    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True)
class Timetable:
    """Which minutes are office minutes."""

    calendar: OfficeCalendar
    hours: Hours
    zone: tzinfo = CHINA

    def office(self, start: datetime) -> Iterator[Span]:
        """Office hours from `start` on, in order.

        Raises:
            UnknownYearError: it comes to a year whose holidays nobody has entered; nothing is guessed.
        """
        first = start.astimezone(self.zone).date()
        for ahead in range(_HORIZON_DAYS):
            day = first + timedelta(days=ahead)
            if not self.calendar.known(day.year):
                raise UnknownYearError(day.year)
            if self.calendar.is_workday(day) or self.hours.daily:
                for begin, end in self.hours.ranges:
                    span = (max(start, self._moment(day, begin)), self._moment(day, end))
                    if span[0] < span[1]:
                        yield span

    def _moment(self, day: date, minute: int) -> datetime:
        days, minute = divmod(minute, 24 * 60)  # a range may end at 24:00
        at = datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60), self.zone)
        return at.astimezone(UTC)


def counted(
    timetable: Timetable, start: datetime, pauses: Sequence[Pause], *, in_office: bool
) -> Iterator[Span]:
    """The stretches from `start` on that count, in order, never empty."""
    spans: Iterable[Span] = timetable.office(start) if in_office else ((start, _END_OF_TIME),)
    ordered = sorted((p for p in pauses if p.ended_at > start), key=lambda p: p.began_at)
    for begin, end in spans:
        at = begin
        for pause in ordered:
            if pause.ended_at <= at or pause.began_at >= end:
                continue
            if at < pause.began_at:
                yield at, pause.began_at
            at = pause.ended_at
        if at < end:
            yield at, end
