"""Which rule a case falls under: the most exact one, class before place before time. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.calendar import Hours, OfficeCalendar, open_at
from core.clock import CHINA

MAJOR_DIGITS = 2
ALWAYS = "always"
DISTRICT_DIGITS = 6


@dataclass(frozen=True)
class Rule:
    """Class × place × time → unit; an empty text means any. See `tables.RoutingRule`."""

    id: int
    unit: str
    edition: str = ""
    kind: str = ""
    code: str = ""
    place: str = ""
    hours: str = ALWAYS
    season_from: str = ""
    season_to: str = ""
    ground: str = ""

    @property
    def is_timed(self) -> bool:
        return self.hours != ALWAYS or bool(self.season_from)

    @property
    def is_catch_all(self) -> bool:
        """Takes whatever nobody else takes in its district (属地兜底)."""
        return not self.code and not self.is_timed and len(self.place) == DISTRICT_DIGITS

    @property
    def scope(self) -> tuple[str, ...]:
        """What it applies to: two rules of one scope contradict each other."""
        return (self.edition, self.kind, self.code, self.place, self.hours, self.season_from, self.season_to)


@dataclass(frozen=True)
class Facts:
    """What a case is routed by."""

    at: datetime
    edition: str = ""
    kind: str = ""
    code: str = ""
    #: Codes of the cell, community, street and district, as far as known, most exact first.
    places: tuple[str, ...] = ()
    #: Row of the catalogue that says how bad it is (严重程度).
    severity: int | None = None

    @property
    def codes(self) -> tuple[tuple[str, str, str], ...]:
        """Classes that cover the case, most exact first."""
        if not self.code:
            return (("", "", ""),)
        major = self.code[:MAJOR_DIGITS]
        return ((self.edition, self.kind, self.code), (self.edition, self.kind, major), ("", "", ""))


class Router:
    """The rules of one version, looked up by class and place. Made once, asked often."""

    def __init__(self, rules: Iterable[Rule], calendar: OfficeCalendar) -> None:
        self._calendar = calendar
        self._by_scope: dict[tuple[str, str, str, str], list[Rule]] = defaultdict(list)
        for rule in rules:
            self._by_scope[rule.edition, rule.kind, rule.code, rule.place].append(rule)
        for found in self._by_scope.values():
            # Of equal scope the one that is limited in time is more exact; then the older one.
            found.sort(key=lambda rule: (not rule.is_timed, rule.id))

    def find(self, facts: Facts) -> Rule | None:
        """The rule the case falls under."""
        for key in facts.codes:
            for place in (*facts.places, ""):
                for rule in self._by_scope.get((*key, place), ()):
                    if self._applies(rule, facts.at):
                        return rule
        return None

    def _applies(self, rule: Rule, at: datetime) -> bool:
        if not in_season(rule.season_from, rule.season_to, at.astimezone(CHINA).date()):
            return False
        return rule.hours == ALWAYS or open_at(self._calendar, Hours.parse(rule.hours), at)


def in_season(begin: str, end: str, day: date) -> bool:
    """Whether `day` lies in MM-DD … MM-DD, both included; over New Year where the end comes first."""
    if not begin:
        return True
    today = day.strftime("%m-%d")
    return begin <= today <= end if begin <= end else today >= begin or today <= end


def contradictions(rules: Sequence[Rule]) -> list[tuple[Rule, Rule]]:
    """Pairs that apply to just the same cases, the older one first."""
    seen: dict[tuple[str, ...], Rule] = {}
    found = []
    for rule in rules:
        if (other := seen.setdefault(rule.scope, rule)) is not rule:
            found.append((other, rule))
    return found
