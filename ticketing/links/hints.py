"""Which cases may be the same as this one (疑似重复): a hint for people, who merge or do not.

A case is hinted at when it was opened within `cases.similar_hours`, lies within `cases.similar_m` metres and
is of the same class (`cases.similar_same_class`). Where either has no coordinates, street and words of the
address stand for the distance; where either has no class, the words of the descriptions stand for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.case_settings import Cases
from ticketing.links.words import address_likeness, likeness
from ticketing.places.geometry import box, distance_m
from ticketing.tables import Case, Stage

#: Cases looked at more closely, and hints given, at most.
_MOST_SEEN, MOST = 300, 10
_NOT = (Stage.DRAFT, Stage.MERGED, Stage.REFUSED, Stage.VOID)
RULES = Cases()


@dataclass(frozen=True)
class Hint:
    """A case that may be the same, and what speaks for it."""

    case: Case
    #: None: one of the two has no coordinates.
    distance_m: float | None
    #: Hours between the two reports.
    hours: float
    #: None: one of the two has no class.
    same_class: bool | None
    #: 0 … 1: likeness of the descriptions, and of the addresses.
    words: float
    address: float
    why: str
    why_en: str


async def hints(session: AsyncSession, case: Case, rules: Cases = RULES) -> list[Hint]:
    """Cases that may be the same as `case`, the likeliest first; one statement."""
    here = _place(case, rules)
    if here is None:
        return []
    query = select(Case).where(
        _class_and_time(case, rules), Case.id != case.id, Case.stage.not_in(_NOT), here
    )
    near = await session.scalars(query.order_by(Case.id.desc()).limit(_MOST_SEEN))
    found = [hint for other in near if (hint := compare(case, other, rules))]
    return sorted(found, key=_rank)[:MOST]


def compare(case: Case, other: Case, rules: Cases) -> Hint | None:
    """Whether `other` may be the same as `case`, and why; time and state are the caller's."""
    distance = _distance(case, other)
    address = address_likeness(case.address, other.address)
    if distance is not None:
        if distance > rules.similar_m:
            return None
    elif not _same_street(case, other) or address < (rules.similar_words or 0.01):
        return None
    same = _same_class(case, other)
    if same is False and rules.similar_same_class:
        return None
    words = likeness(case.description, other.description)
    if not same and words < rules.similar_words:
        return None
    hours = abs((other.created_at - case.created_at).total_seconds()) / 3600
    zh, en = _said(distance, hours, same, words)
    return Hint(other, distance, hours, same, words, address, zh, en)


def _rank(hint: Hint) -> tuple[bool, float, float, int]:
    """What has coordinates before what has not; then nearer, then more alike, then newer."""
    near = hint.distance_m if hint.distance_m is not None else -hint.address
    return (hint.distance_m is None, round(near, -1), -hint.words, -hint.case.id)


def _place(case: Case, rules: Cases) -> ColumnElement[bool] | None:
    """Where the other case lies, roughly; None: this one says nothing of its place.

    Class and time are what an index is good for; a street has many thousand cases.
    """
    street = func.coalesce(Case.street, "") == case.street if case.street else None
    if street is None and case.district and case.address:
        street = and_(func.coalesce(Case.district, "") == case.district, Case.address != "")
    if case.longitude is None or case.latitude is None:
        return street
    west, south, east, north = box(case.longitude, case.latitude, rules.similar_m)
    near = and_(Case.longitude.between(west, east), Case.latitude.between(south, north))
    return near if street is None else or_(near, and_(Case.longitude.is_(None), street))


def _class_and_time(case: Case, rules: Cases) -> ColumnElement[bool]:
    span = timedelta(hours=rules.similar_hours)
    when = Case.created_at.between(case.created_at - span, case.created_at + span)
    if case.category_code is None or not rules.similar_same_class:
        return when
    classes = (Case.category_code == case.category_code, Case.category_code.is_(None))
    return or_(*(and_(one, when) for one in classes))


def _distance(case: Case, other: Case) -> float | None:
    if None in (case.longitude, case.latitude, other.longitude, other.latitude):
        return None
    assert case.longitude is not None and case.latitude is not None  # noqa: S101 - for mypy
    assert other.longitude is not None and other.latitude is not None  # noqa: S101 - for mypy
    return distance_m(case.longitude, case.latitude, other.longitude, other.latitude)


def _same_street(case: Case, other: Case) -> bool:
    if case.street and other.street:
        return case.street == other.street
    return case.district is not None and case.district == other.district


def _same_class(case: Case, other: Case) -> bool | None:
    if case.category_code is None or other.category_code is None:
        return None
    mine = (case.category_edition, case.category_kind, case.category_code)
    return mine == (other.category_edition, other.category_kind, other.category_code)


def _said(distance: float | None, hours: float, same: bool | None, words: float) -> tuple[str, str]:
    zh = ["同一类别"] if same else []
    en = ["same class"] if same else []
    zh.append("街道相同、地址相近" if distance is None else f"相距 {distance:.0f} 米")
    en.append("same street, like address" if distance is None else f"{distance:.0f} m apart")
    zh.append(f"间隔 {hours:.1f} 小时")
    en.append(f"{hours:.1f} h between them")
    if words:
        zh.append(f"内容相似 {words:.0%}")
        en.append(f"{words:.0%} of the words")
    return "，".join(zh), ", ".join(en)
