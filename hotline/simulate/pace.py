"""How long people take: the centre works around the clock, everybody else in office hours (办公时间)."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from core.calendar import Hours, OfficeCalendar
from core.case_settings import Cases
from ticketing.clocks import Timetable
from ticketing.tables import Case, Stage

#: Stage → minutes until whoever has the case deals with it (half of them sooner), and whether by office time.
_PACE = {
    Stage.DRAFT: (4, False),
    Stage.REGISTERED: (7, False),
    Stage.VERIFYING: (20, False),
    Stage.ESTABLISHED: (8, False),
    Stage.DISPATCHED: (25, True),
    Stage.SUSPENDED: (300, True),
    Stage.DEFERRED: (300, True),
    Stage.REPORTED: (15, False),
    Stage.CHECKING: (22, False),
    Stage.CHECKED: (20, False),
    Stage.CLOSED: (45, False),
}
#: Minutes of one step of a unit's work, by urgency; critical matters do not wait for the morning.
_WORK = {"critical": (35, False), "urgent": (240, False), "normal": (420, True)}
_ASKED = (30, True)


class Pace:
    """`office_hours` as in the settings of cases."""

    def __init__(self, rules: Cases) -> None:
        self._timetable = Timetable(OfficeCalendar(), Hours.parse(rules.office_hours))

    def next_turn(self, case: Case, now: datetime, chance: random.Random) -> datetime:
        """When whoever has to decide about `case` does."""
        if case.stage == Stage.HANDLING:
            minutes, is_office = _ASKED if case.pending else _WORK[case.urgency]
        else:
            minutes, is_office = _PACE.get(Stage(case.stage), (60, False))
        took = timedelta(seconds=int(60 * minutes * min(chance.lognormvariate(0, 0.6), 12)))
        return self._office(now, took) if is_office and case.urgency != "critical" else now + took

    def _office(self, start: datetime, took: timedelta) -> datetime:
        """`took` later, office hours alone counted."""
        for begin, end in self._timetable.office(start):
            if end - begin >= took:
                return begin + took
            took -= end - begin
        raise AssertionError("office hours go on")
