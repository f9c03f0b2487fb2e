"""Why a unit is proposed, in a sentence of Chinese and one of English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.tables import Unit
from ticketing.routing.match import ALWAYS, MAJOR_DIGITS, Rule
from ticketing.routing.tables import Basis
from ticketing.routing.tally import History
from ticketing.tables import Category, Place


@dataclass(frozen=True)
class Names:
    """What the codes of a reason are called."""

    units: Mapping[str, str]
    #: Units nothing may be given to any more.
    inactive: frozenset[str]
    place: str = ""
    category: str = ""

    def unit(self, code: str | None) -> str:
        return self.units.get(code or "", code or "")


async def names(session: AsyncSession, rule: Rule | None, units: Iterable[str]) -> Names:
    codes = {*units, *([rule.unit] if rule else [])}
    found = list(await session.scalars(select(Unit).where(Unit.code.in_(codes)))) if codes else []
    place = await session.get(Place, rule.place) if rule and rule.place else None
    return Names(
        {one.code: one.name for one in found},
        frozenset(one.code for one in found if not one.is_active),
        place.name if place else (rule.place if rule else ""),
        await _category(session, rule),
    )


async def _category(session: AsyncSession, rule: Rule | None) -> str:
    """`上水井盖`, or of a major class its own name."""
    if rule is None or not rule.code:
        return ""
    column = Category.major if len(rule.code) == MAJOR_DIGITS else Category.minor
    query = select(column).where(
        Category.edition == rule.edition, Category.kind == rule.kind, Category.code.startswith(rule.code)
    )
    return await session.scalar(query.order_by(Category.code).limit(1)) or ""


def because(
    rule: Rule | None,
    listed: str | None,
    version: int | None,
    basis: Basis,
    unit: str | None,
    history: History,
    named: Names,
) -> tuple[str, str]:
    """(Chinese, English). `listed`: the unit the catalogue names, where no rule speaks of the class."""
    zh, en = _by_rule(rule, version, named) if listed is None else _by_catalogue(listed, named)
    if basis == Basis.HISTORY:
        mine = history.of(unit)
        name = named.unit(unit)
        zh += (
            f"；但近 {history.days} 天本区同类案卷共有 {history.accepted} 件被接收，其中“{name}”接收 "
            f"{mine.accepted} 件、退单 {mine.returned} 件，因此建议“{name}”"
        )
        en += (
            f"; but of the {history.accepted} cases of this class accepted in this district within "
            f"{history.days} days, {name} accepted {mine.accepted} and returned {mine.returned}: "
            f"so {name} is proposed"
        )
    elif unit and (mine := history.of(unit)).accepted + mine.returned:
        zh += f"；近 {history.days} 天本区同类案卷该单位接收 {mine.accepted} 件、退单 {mine.returned} 件"
        en += f"; in {history.days} days it accepted {mine.accepted} such cases and returned {mine.returned}"
    return zh + "。", en + "."


def _by_catalogue(unit: str, named: Names) -> tuple[str, str]:
    name = named.unit(unit)
    return (
        f"没有更具体的规则，类别目录规定由“{name}”负责",
        f"No rule is more exact: the catalogue makes {name} responsible for the class",
    )


def _by_rule(rule: Rule | None, version: int | None, named: Names) -> tuple[str, str]:
    if rule is None:
        if version is None:
            return "还没有已发布的派遣规则", "No routing rules have been published yet"
        return f"第 {version} 版规则中没有适用的规则", f"No rule of version {version} applies"
    number = f"第 {version} 版规则 {rule.id}"
    ground = f"（{rule.ground}）" if rule.ground else ""
    unit = named.unit(rule.unit)
    if rule.is_catch_all:
        return (
            f"没有更具体的规则，按属地兜底由“{unit}”负责{named.place}（{number}）",
            f"No rule is more exact: the district's catch-all gives {named.place} to {unit} "
            f"(version {version}, rule {rule.id})",
        )
    zh, en = _scope(rule, named)
    return (
        f"因为{zh}，由“{unit}”负责{ground}（{number}）",
        f"Because {en}: {unit} (version {version}, rule {rule.id})",
    )


def _scope(rule: Rule, named: Names) -> tuple[str, str]:
    zh, en = [], []
    if rule.code:
        major = len(rule.code) == MAJOR_DIGITS
        name = f"{rule.kind}{rule.code} {named.category}".strip()
        zh.append(f"{'大类' if major else '类别'}为“{name}”")
        en.append(f"the {'major class' if major else 'class'} is {name}")
    if rule.place:
        zh.append(f"地点在{named.place}")
        en.append(f"the place is in {named.place}")
    if rule.hours != ALWAYS:
        zh.append(f"时间在 {rule.hours.removeprefix('daily ')}{'' if rule.hours[0] == 'd' else '（工作日）'}")
        en.append(f"the time is within {rule.hours}")
    if rule.season_from:
        zh.append(f"日期在 {rule.season_from} 至 {rule.season_to}")
        en.append(f"the date is within {rule.season_from} to {rule.season_to}")
    if not zh:
        return "全市统一规定", "the city has it so"
    return "、".join(zh), " and ".join(en)
