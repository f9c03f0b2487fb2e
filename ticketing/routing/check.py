"""What is wrong with a set of rules, rule by rule, before it is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.tables import Unit
from ticketing.routing.match import MAJOR_DIGITS, Rule, contradictions
from ticketing.tables import Category, Place

_DISTRICT = 3


@dataclass(frozen=True)
class Problem:
    """`rule_id` None: of the set as a whole."""

    rule_id: int | None
    message: str
    message_en: str


@dataclass(frozen=True)
class Known:
    """What rules may speak of. `districts`: code → name, all of which want a catch-all."""

    units: Mapping[str, bool]
    places: frozenset[str]
    categories: frozenset[tuple[str, str, str]]
    districts: Mapping[str, str]


async def known(session: AsyncSession, rules: Sequence[Rule]) -> Known:
    """Read what `rules` name, as far as there is such a thing."""
    units = await session.execute(select(Unit.code, Unit.is_active))
    named = {rule.place for rule in rules if rule.place}
    places = await session.scalars(select(Place.code).where(Place.code.in_(named)))
    keys = await session.execute(select(Category.edition, Category.kind, Category.code))
    whole = {(edition, kind, code) for edition, kind, code in keys}
    majors = {(edition, kind, code[:MAJOR_DIGITS]) for edition, kind, code in whole}
    districts = await session.execute(
        select(Place.code, Place.name).where(Place.level == _DISTRICT).order_by(Place.code)
    )
    return Known(dict(units.all()), frozenset(places), frozenset(whole | majors), dict(districts.all()))


def problems(rules: Sequence[Rule], there: Known) -> list[Problem]:
    """All of them; none: the set may be published. Every district wants a catch-all (属地兜底)."""
    found = [problem for rule in rules for problem in _of_rule(rule, there)]
    for old, new in contradictions(rules):
        found.append(
            Problem(
                new.id,
                f"与规则 {old.id} 的适用范围完全相同",
                f"applies to just the same cases as rule {old.id}",
            )
        )
    caught = {rule.place for rule in rules if rule.is_catch_all}
    for code, name in there.districts.items():
        if code not in caught:
            found.append(Problem(None, f"{name}没有属地兜底规则", f"{name} has no catch-all rule"))
    return found


def _of_rule(rule: Rule, there: Known) -> Iterator[Problem]:
    if rule.unit not in there.units:
        yield Problem(rule.id, "没有这个责任单位", "there is no such unit")
    elif not there.units[rule.unit]:
        yield Problem(rule.id, "责任单位已停用", "the unit is not in use any more")
    if rule.place and rule.place not in there.places:
        yield Problem(rule.id, "没有这个地点", "there is no such place")
    if rule.code and (rule.edition, rule.kind, rule.code) not in there.categories:
        yield Problem(rule.id, "目录中没有这个类别", "the catalogue has no such class")
