"""The slow, obvious clock: one minute after another, each asked whether it counts.

`python -m tests.ticketing.clocks.reference 100000 [seed]` compares so many random cases with the real one.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

from core.calendar import Day, DayKind, Hours, OfficeCalendar
from core.clock import CHINA
from ticketing.clocks import Limit, Pause, Timetable, TimeUnit, UnknownYearError, deadline, used

MINUTE = timedelta(minutes=1)
OFFICE = Hours.parse("08:00-12:00,14:00-18:00")
#: Years around which cases are made; 2027 is known only where somebody has entered it.
YEARS = (2019, 2020, 2023, 2024, 2025, 2026)
#: Around long holidays, make-up days and year ends, where clocks go wrong.
NEAR = ((1, 1), (1, 20), (2, 10), (4, 4), (5, 1), (6, 20), (9, 28), (10, 7), (12, 25), (12, 31))
OVERDUE = (0, 1)


@dataclass(frozen=True)
class Try:
    """One random case."""

    timetable: Timetable
    start: datetime
    limit: Limit
    extra: int
    pauses: tuple[Pause, ...]


class Reference:
    """Steps through the minutes of one case, numbered from the midnight (in China) before it starts."""

    def __init__(self, one: Try) -> None:
        self._one = one
        local = one.start.astimezone(CHINA)
        self._midnight = local.replace(hour=0, minute=0)
        self._start = self._number(local)
        self._pauses = [(self._number(pause.began_at), self._number(pause.ended_at)) for pause in one.pauses]
        self._workdays: dict[int, bool] = {}

    def reached(self, wanted: Sequence[int]) -> list[datetime]:
        """The first moments at which so many minutes have counted; `wanted` ascends, from 1."""
        found: list[datetime] = []
        minute, passed = self._start, 0
        while len(found) < len(wanted):
            if self.counts(minute):
                passed += 1
                while len(found) < len(wanted) and wanted[len(found)] == passed:
                    found.append((self._midnight + (minute + 1) * MINUTE).astimezone(UTC))
            minute += 1
        return found

    def passed(self, until: datetime) -> int:
        """Minutes that counted before `until`."""
        return sum(self.counts(minute) for minute in range(self._start, self._number(until)))

    def counts(self, minute: int) -> bool:
        """Whether a minute counts."""
        if self._one.limit.in_office:
            day, of_day = divmod(minute, 1440)
            if not self._is_workday(day):
                return False
            if not (480 <= of_day < 720 or 840 <= of_day < 1080):
                return False
        for began, ended in self._pauses:  # noqa: SIM110 - all() takes three times as long, 10⁸ times
            if began <= minute < ended:
                return False
        return True

    def _number(self, at: datetime) -> int:
        return round((at - self._midnight) / MINUTE)

    def _is_workday(self, number: int) -> bool:
        if number not in self._workdays:
            day = self._midnight.date() + timedelta(days=number)
            if not self._one.timetable.calendar.known(day.year):
                raise UnknownYearError(day.year)
            self._workdays[number] = self._one.timetable.calendar.is_workday(day)
        return self._workdays[number]


def make(chance: random.Random) -> Try:
    """A case somewhere near a holiday, a make-up day or the end of a year."""
    year = chance.choice(YEARS)
    month, day = chance.choice(NEAR)
    start = datetime(year, month, day, tzinfo=CHINA) + timedelta(
        minutes=chance.randrange(-5 * 1440, 5 * 1440)
    )
    unit = chance.choice(list(TimeUnit))
    most = {TimeUnit.URGENT_HOUR: 24, TimeUnit.WORK_HOUR: 12, TimeUnit.WORK_DAY: 2, TimeUnit.NATURAL_DAY: 2}
    limit = Limit(chance.randint(1, most[unit]), unit)
    local = {}
    for _ in range(chance.choice((0, 0, 1, 3))):
        other = start.date() + timedelta(days=chance.randint(-2, 8))
        kind = chance.choice((DayKind.WORKDAY, DayKind.HOLIDAY, DayKind.MAKEUP, DayKind.SPECIAL))
        local[other] = Day(other, kind, "", "local")
    calendar = OfficeCalendar(local, frozenset({2027} if chance.random() < 0.5 else ()))
    pauses = []
    for _ in range(chance.choice((0, 0, 1, 2, 3))):
        began = start + timedelta(minutes=chance.randint(-600, 4000))
        pauses.append(Pause(began, began + timedelta(minutes=chance.choice((1, 30, 600, 3000)))))
    extra = chance.randint(0, limit.value) if chance.random() < 0.3 else 0
    return Try(Timetable(calendar, OFFICE), start.astimezone(UTC), limit, extra, tuple(pauses))


def difference(one: Try) -> str:
    """How the two clocks differ on a case; empty: they do not."""
    unit = round(Limit(1, one.limit.unit).length / MINUTE)
    day = 480 if one.limit.in_office else 1440
    whole = (one.limit.value + one.extra) * unit
    yellow = max(whole - day, whole // 2)
    wanted = [yellow, whole, *(whole + days * day for days in OVERDUE)]
    expected: list[datetime] | str
    found: list[datetime] | str
    slow = Reference(one)
    try:
        expected = slow.reached(wanted)
    except UnknownYearError as error:
        expected = f"unknown {error.year}"
    try:
        made = deadline(
            one.timetable, one.start, one.limit, extra=one.extra, pauses=one.pauses, overdue_days=OVERDUE
        )
        found = [made.yellow_at, made.due_at, *made.ladder[1:]]
    except UnknownYearError as error:
        found = f"unknown {error.year}"
    if found != expected:
        return f"{one}: {found}, but by the minute {expected}"
    if isinstance(expected, str):
        return ""
    until = expected[1] + timedelta(minutes=37)
    counted = used(one.timetable, one.start, until, one.limit, one.pauses)
    return "" if counted == slow.passed(until) * MINUTE else f"{one}: used {counted} until {until}"


def compare(cases: int, seed: int) -> dict[str, int]:
    """Try so many; how many there were of each sort.

    Raises:
        AssertionError: the two clocks differ.
    """
    chance = random.Random(seed)
    seen: dict[str, int] = {}
    for _ in range(cases):
        one = make(chance)
        told = difference(one)
        assert not told, told
        seen[one.limit.unit] = seen.get(one.limit.unit, 0) + 1
        for what, there in (
            ("paused", one.pauses),
            ("extended", one.extra),
            ("local", one.timetable.calendar.local),
        ):
            seen[what] = seen.get(what, 0) + bool(there)
    return seen


if __name__ == "__main__":
    count, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    began = monotonic()
    kinds = compare(count, first)
    print(f"{count} cases agree, {monotonic() - began:.0f} s: {kinds}")  # noqa: T201 - its result
