"""What became of cases like this one: counted decisions, so that anybody can count them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.case_settings import Cases
from ticketing.routing.tables import DecisionOutcome, RoutingDecision


@dataclass(frozen=True)
class Tally:
    """Cases of one class in one district that a unit was given: how many it accepted, and returned."""

    unit: str
    accepted: int = 0
    returned: int = 0


@dataclass(frozen=True)
class History:
    """Of the last `days` days; the unit with most acceptances first."""

    days: int
    tallies: tuple[Tally, ...] = ()

    @property
    def accepted(self) -> int:
        return sum(one.accepted for one in self.tallies)

    def of(self, unit: str | None) -> Tally:
        return next((one for one in self.tallies if one.unit == unit), Tally(unit or ""))

    def favourite(self, least: int, share: float) -> Tally | None:
        """The unit that accepted at least `least` of such cases, and `share` of all that were accepted."""
        best = self.tallies[0] if self.tallies else None
        if best is None or best.accepted < least or best.accepted <= best.returned:
            return None
        return best if best.accepted >= share * self.accepted else None


async def read(
    session: AsyncSession,
    *,
    kind: str | None,
    code: str | None,
    district: str | None,
    now: datetime,
    rules: Cases,
) -> History:
    """The history of a class in a district; empty without both, and where `routing_history_days` is 0."""
    days = rules.routing_history_days
    if not (kind and code and district and days):
        return History(days)
    query = (
        select(RoutingDecision.unit, RoutingDecision.outcome, func.count())
        .where(
            RoutingDecision.category_kind == kind,
            RoutingDecision.category_code == code,
            RoutingDecision.district == district,
            RoutingDecision.at >= now - timedelta(days=days),
            RoutingDecision.outcome.in_((DecisionOutcome.ACCEPTED, DecisionOutcome.RETURNED)),
        )
        .group_by(RoutingDecision.unit, RoutingDecision.outcome)
    )
    counted: dict[str, dict[str, int]] = {}
    for unit, outcome, number in await session.execute(query):
        counted.setdefault(unit, {})[outcome] = number
    return History(days, _in_order(counted))


def _in_order(counted: Mapping[str, Mapping[str, int]]) -> tuple[Tally, ...]:
    found = [
        Tally(unit, of.get(DecisionOutcome.ACCEPTED, 0), of.get(DecisionOutcome.RETURNED, 0))
        for unit, of in counted.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.accepted, one.returned, one.unit)))
