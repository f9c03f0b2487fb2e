"""When a limit is used up, when to warn before, and whom to tell after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ticketing.clocks.time import Pause, Span, Timetable, counted
from ticketing.clocks.units import Limit


@dataclass(frozen=True)
class Deadline:
    """The moments of one running clock."""

    #: From here on yellow: one day before it is due, or half the limit when that is later.
    yellow_at: datetime
    #: From here on red (overdue).
    due_at: datetime
    #: Steps of the escalation ladder, in order: the first at yellow, for the unit itself.
    ladder: tuple[datetime, ...]


def deadline(
    timetable: Timetable,
    start: datetime,
    limit: Limit,
    *,
    extra: int = 0,
    pauses: Sequence[Pause] = (),
    overdue_days: Sequence[int] = (),
) -> Deadline:
    """The deadline of a clock started at `start`.

    Args:
        extra: granted on top of the limit (延期), in its unit.
        pauses: stretches that do not count; they are over.
        overdue_days: days overdue, ascending, after which the next person is told; days of the limit's sort.

    Raises:
        UnknownYearError: office time runs into a year whose holidays are not known.
    """
    whole = limit.length + extra * Limit(1, limit.unit).length
    wanted = [max(whole - limit.day, whole / 2), whole, *(whole + days * limit.day for days in overdue_days)]
    found = list(_reached(counted(timetable, start, pauses, in_office=limit.in_office), wanted))
    yellow, due, *later = found
    return Deadline(yellow, due, (yellow, *later))


def used(
    timetable: Timetable, start: datetime, until: datetime, limit: Limit, pauses: Sequence[Pause] = ()
) -> timedelta:
    """Time that counted between `start` and `until`.

    Raises:
        UnknownYearError: as `deadline`.
    """
    total = timedelta()
    if until <= start:
        return total
    for begin, end in counted(timetable, start, pauses, in_office=limit.in_office):
        if begin >= until:
            break
        total += min(end, until) - begin
        if end >= until:
            break
    return total


def _reached(spans: Iterable[Span], wanted: Sequence[timedelta]) -> Iterator[datetime]:
    """For each of `wanted`, ascending: the first moment at which so much time has counted."""
    passed, ahead = timedelta(), iter(spans)
    begin, end = _next(ahead)
    for need in wanted:
        while passed + (end - begin) < need:
            passed += end - begin
            begin, end = _next(ahead)
        yield begin + (need - passed)


def _next(ahead: Iterator[Span]) -> Span:
    span = next(ahead, None)
    if span is None:
        raise ValueError("the local calendar leaves no office hours for years")
    return span
