"""What somebody sees who has to decide what to do with a case next, and what they may decide."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.tables import Account, Role
from hotline.simulate.house import Staff
from hotline.simulate.reports import Report
from ticketing.tables import Case

#: Not a move: the seat saves what it has typed so far.
EDIT = "edit"


@dataclass
class Journey:
    """A report on its way: what only the story knows of it. `repeats`: the journey that told of it first."""

    report: Report
    repeats: Journey | None = None
    case_id: int = 0
    number: str | None = None
    #: Of each chance that comes once: it has come.
    had: set[str] = field(default_factory=set)
    #: What the unit will do, in order.
    todo: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A move somebody makes; `rival` makes the same one at the same moment."""

    move: str
    by: Account | None
    given: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    rival: Account | None = None


@dataclass(frozen=True)
class Wait:
    """Nothing to do for now."""

    time: timedelta


#: None: the case is at its end.
Decision = Step | Wait | None


@dataclass(frozen=True)
class View:
    """A case at the moment of a decision."""

    case: Case
    journey: Journey
    #: Where the case this one repeats stands now, if it does.
    first_stage: str
    now: datetime
    chance: random.Random
    staff: Staff
    #: The unit the rules propose, where one has to be chosen.
    proposed: str | None = None

    @property
    def report(self) -> Report:
        return self.journey.report

    def maybe(self, percent: float) -> bool:
        return self.chance.random() * 100 < percent

    def once(self, what: str, percent: float) -> bool:
        """A chance that comes only once on this journey."""
        if what in self.journey.had:
            return False
        self.journey.had.add(what)
        return self.maybe(percent)

    def one_of(self, *roles: Role) -> Account:
        """Somebody of the centre."""
        return self.chance.choice(self.staff.by_role[self.chance.choice(roles)])

    def of_unit(self, *, but: int | None = None) -> Account:
        """Somebody of the unit in charge; without the account `but`."""
        people = self.staff.by_unit[self.case.unit or ""]
        return self.chance.choice([one for one in people if one.id != but])

    def collector(self) -> Account:
        """A collector of the district it lies in."""
        return self.chance.choice(self.staff.collectors[self.case.district or ""])

    def rival_of(self, person: Account) -> Account | None:
        """Now and then: a colleague who has the same case open and clicks at the same moment."""
        people: Sequence[Account] = self.staff.by_role[person.role]
        if person.role == Role.COLLECTOR:
            people = self.staff.collectors[self.case.district or ""]
        elif person.unit:
            people = self.staff.by_unit[person.unit]
        others = [one for one in people if one.id != person.id]
        return self.chance.choice(others) if others and self.maybe(2) else None
