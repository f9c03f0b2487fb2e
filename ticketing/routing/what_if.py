"""A version of the rules tried on past cases (试算): what would go elsewhere, which version was right more.

"Right" is counted against the unit that accepted the case last. Nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.calendar import store
from core.errors import NotFoundError
from ticketing.routing import facts as stored
from ticketing.routing.match import Facts, Router
from ticketing.routing.tables import RoutingVersion
from ticketing.tables import Case

#: Cases looked at, and differing ones listed, at most.
MOST_CASES, MOST_LISTED = 5000, 200
_COLUMNS = (
    *(Case.id, Case.number, Case.dispatched_at, Case.accepted_at, Case.unit),
    *(Case.category_edition, Case.category_kind, Case.category_code, Case.severity_id),
    *(Case.cell, Case.community, Case.street, Case.district, Case.address),
)


@dataclass(frozen=True)
class Moved:
    """A past case that goes elsewhere. `actual`: whoever has (had) it; `accepted`: and accepted it."""

    case_id: int
    number: str | None
    at: datetime
    address: str
    kind: str
    code: str
    before: str | None
    after: str | None
    before_rule: int | None
    after_rule: int | None
    actual: str | None
    accepted: bool


@dataclass(frozen=True)
class WhatIf:
    """`seen` cases, of which `moved` would go elsewhere (the newest of them in `cases`)."""

    version: int
    against: int | None
    seen: int
    moved: int
    #: Accepted cases, and how many of them each version sends to the unit that accepted.
    accepted: int
    right_before: int
    right_after: int
    #: (from, to) → how many.
    flows: Mapping[tuple[str | None, str | None], int]
    cases: Sequence[Moved]


async def try_out(
    session: AsyncSession, version: int, *, now: datetime, days: int, most: int = MOST_CASES
) -> WhatIf:
    """`version` against the one in force, on the newest cases dispatched within `days`.

    Raises:
        NotFoundError: no such version.
    """
    if await session.get(RoutingVersion, version) is None:
        raise NotFoundError("没有这个版本。")
    against = await _compared_with(session, version)
    calendar = await store.read(session)
    old = Router(await stored.rules_of(session, against) if against else (), calendar)
    new = Router(await stored.rules_of(session, version), calendar)
    query = (
        select(*_COLUMNS)
        .where(Case.dispatched_at.is_not(None), Case.dispatched_at >= now - timedelta(days=days))
        .order_by(Case.id.desc())
        .limit(min(most, MOST_CASES))
    )
    # A row with those columns of a case that are read here.
    compared = [_compare(cast(Case, row), old, new) for row in await session.execute(query)]
    moved = [one for one in compared if one.before != one.after]
    accepted = [one for one in compared if one.accepted]
    return WhatIf(
        version,
        against,
        len(compared),
        len(moved),
        len(accepted),
        sum(one.before == one.actual for one in accepted),
        sum(one.after == one.actual for one in accepted),
        Counter((one.before, one.after) for one in moved),
        moved[:MOST_LISTED],
    )


async def _compared_with(session: AsyncSession, version: int) -> int | None:
    """The version in force; for that one itself its predecessor."""
    force = await stored.in_force(session)
    if force != version:
        return force
    rows = await session.scalars(
        select(RoutingVersion.version)
        .where(RoutingVersion.published_at.is_not(None), RoutingVersion.version <= version)
        .order_by(RoutingVersion.version.desc())
        .limit(2)
    )
    return next((older for _, older in pairwise(rows)), None)


def _compare(case: Case, old: Router, new: Router) -> Moved:
    at = case.dispatched_at
    assert at is not None  # noqa: S101 - the query saw to it
    facts: Facts = stored.of_case(case, at)
    before, after = old.find(facts), new.find(facts)
    return Moved(
        case.id,
        case.number,
        at,
        case.address,
        facts.kind,
        facts.code,
        before.unit if before else None,
        after.unit if after else None,
        before.id if before else None,
        after.id if after else None,
        case.unit,
        case.accepted_at is not None and case.unit is not None,
    )
