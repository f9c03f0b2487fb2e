"""What a stored case, or one somebody imagines, is routed by; and the rules as stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.tables import Unit
from ticketing.catalogue.tables import SeverityRow
from ticketing.routing.match import MAJOR_DIGITS, Facts, Rule
from ticketing.routing.tables import RoutingRule, RoutingVersion, VersionState
from ticketing.tables import Case, Category


def of_case(case: Case, at: datetime) -> Facts:
    """`at`: when the case is given to a unit."""
    places = (case.cell, case.community, case.street, case.district)
    return Facts(
        at,
        case.category_edition or "",
        case.category_kind or "",
        case.category_code or "",
        tuple(place for place in places if place),
        case.severity_id,
    )


def as_rule(row: RoutingRule) -> Rule:
    return Rule(
        row.id, row.unit, row.category_edition, row.category_kind, row.category_code, row.place,
        row.hours, row.season_from, row.season_to, row.ground,
    )  # fmt: skip


async def responsible(session: AsyncSession, facts: Facts) -> str | None:
    """The unit the catalogue names for a class (责任单位), or for how bad it is; None: none in use."""
    unit: str | None = None
    if facts.severity is not None:
        unit = await session.scalar(select(SeverityRow.unit).where(SeverityRow.id == facts.severity))
    if unit is None and facts.code:
        unit = await session.scalar(
            select(Category.unit).where(
                Category.edition == facts.edition, Category.kind == facts.kind, Category.code == facts.code
            )
        )
    found = await session.get(Unit, unit) if unit else None
    return found.code if found and found.is_active else None


async def in_force(session: AsyncSession) -> int | None:
    """The published version with the highest number; None: nothing was ever published."""
    query = select(RoutingVersion.version).where(RoutingVersion.state == VersionState.PUBLISHED)
    found: int | None = await session.scalar(query.order_by(RoutingVersion.version.desc()).limit(1))
    return found


async def rules_of(session: AsyncSession, version: int) -> Sequence[Rule]:
    """All rules of a version, in the order they were made."""
    query = select(RoutingRule).where(RoutingRule.version == version).order_by(RoutingRule.id)
    return [as_rule(row) for row in await session.scalars(query)]


async def rules_near(session: AsyncSession, version: int, facts: Facts) -> Sequence[Rule]:
    """The few rules of a version that can apply, as far as class and place go: by index, not all of them."""
    query = select(RoutingRule).where(
        RoutingRule.version == version,
        RoutingRule.category_code.in_({"", facts.code, facts.code[:MAJOR_DIGITS]}),
        RoutingRule.place.in_({"", *facts.places}),
    )
    return [as_rule(row) for row in await session.scalars(query)]
