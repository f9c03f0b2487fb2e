"""Which unit a case belongs to, and why: the rule it falls under, corrected by what units have accepted.

Nothing is learnt behind anybody's back. Where cases of the class in the district were accepted often enough
by one other unit (settings `cases.routing_*`), that unit is proposed, and the sentence says the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.calendar import OfficeCalendar, store
from core.case_settings import Cases
from core.tables import Unit
from ticketing.routing import facts as facts_of
from ticketing.routing import tally, words
from ticketing.routing.match import ALWAYS, Facts, Router, Rule
from ticketing.routing.tables import Basis
from ticketing.routing.tally import History
from ticketing.tables import Case

RULES = Cases()


@dataclass(frozen=True)
class Proposal:
    """`unit` None: nobody is proposed. `because`/`because_en`: the reason, for people."""

    unit: str | None
    because: str
    because_en: str
    basis: Basis
    #: Rule and version it was found by, also where history says otherwise.
    rule_id: int | None = None
    version: int | None = None
    #: The unit the rule names.
    by_rule: str | None = None
    history: History = field(default_factory=lambda: History(0))


async def propose(session: AsyncSession, case: Case, now: datetime, rules: Cases = RULES) -> Proposal:
    """The unit a case should be dispatched to at `now`; a handful of small statements."""
    return await propose_for(session, facts_of.of_case(case, now), case.district, rules)


async def propose_for(
    session: AsyncSession,
    facts: Facts,
    district: str | None,
    rules: Cases = RULES,
    version: int | None = None,
) -> Proposal:
    """The same for a case that may not exist.

    Args:
        version: of the rules; None: the one in force.
    """
    version = version or await facts_of.in_force(session)
    near = await facts_of.rules_near(session, version, facts) if version else ()
    named = {one.unit for one in near}
    active = set(await session.scalars(select(Unit.code).where(Unit.code.in_(named), Unit.is_active)))
    near = [one for one in near if one.unit in active]
    timed = any(one.hours != ALWAYS for one in near)
    calendar = await store.read(session) if timed else OfficeCalendar()
    rule = Router(near, calendar).find(facts)
    history = await tally.read(
        session, kind=facts.kind, code=facts.code, district=district, now=facts.at, rules=rules
    )
    # The catalogue's own unit stands before the catch-all; a rule that speaks of the class before both.
    listed = await facts_of.responsible(session, facts) if rule is None or rule.is_catch_all else None
    return await _weighed(session, rule, listed, version, history, rules)


async def _weighed(
    session: AsyncSession,
    rule: Rule | None,
    listed: str | None,
    version: int | None,
    history: History,
    rules: Cases,
) -> Proposal:
    best = history.favourite(rules.routing_history_least, rules.routing_history_share)
    units = [*(one.unit for one in history.tallies), *([listed] if listed else [])]
    names = await words.names(session, rule, units)
    if best is not None and best.unit in names.inactive:
        best = None
    unit, basis = (rule.unit, Basis.RULE) if rule else (None, Basis.NONE)
    if rule and rule.is_catch_all:
        basis = Basis.CATCH_ALL
    if listed is not None:
        unit, basis = listed, Basis.CATALOGUE
    if best is not None and best.unit != unit:
        unit, basis = best.unit, Basis.HISTORY
    zh, en = words.because(rule, listed, version, basis, unit, history, names)
    by_rule = rule.unit if rule else None
    return Proposal(unit, zh, en, basis, rule.id if rule else None, version, by_rule, history)
