"""One page of a list of cases, and all of it row by row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import SessionFactory
from core.errors import InvalidError
from ticketing.listing.wanted import Place, Sort, Wanted, place_of
from ticketing.listing.words import Holding, wanted_words
from ticketing.scope import Scope
from ticketing.tables import Case, Stage

PAGE_LENGTHS = range(1, 201)
#: Of people in the centre.
EVERYTHING = Scope("")
#: What the index `ix_cases_due_under_way` holds, in its own words: a parameter would hide it from SQLite.
_UNDER_WAY = text("cases.clock <> 'stopped'")
#: Words of one search.
MOST_WORDS = 8


@dataclass(frozen=True)
class CasePage:
    """Cases in the order asked for, and the cursor of the next page if there is one."""

    items: Sequence[Case]
    next: str | None


async def page(
    session: AsyncSession,
    wanted: Wanted = Wanted(),  # noqa: B008 - frozen
    *,
    now: datetime,
    q: str = "",
    sort: Sort = Sort.NEWEST,
    limit: int = 50,
    cursor: str | None = None,
    reach: Scope = EVERYTHING,
) -> CasePage:
    """One page of the cases within `reach`; cases opened meanwhile do not shift later pages.

    Args:
        q: words of description and address, all of which a case must hold; two characters each at least.

    Raises:
        InvalidError: an unknown stage, a limit outside 1-200, a cursor no page gave, words too short.
    """
    _check(wanted, q, limit)
    words = wanted_words(q)
    holding = Holding(session) if words else None
    key = holding.key if holding else Case.__table__.c.id  # the words' index gives its finds in order
    query = select(Case).where(*wanted.conditions(now), reach.cases())
    if holding:
        query = query.join(holding.table, holding.key == Case.id).where(holding.all_of(words))
    if cursor:
        query = query.where(_behind(Place.read(cursor, sort), sort, key))
    if sort == Sort.DUE and (wanted.is_open or wanted.is_overdue):
        query = query.where(_UNDER_WAY)
    query = _ordered(query, sort, key)
    found = (await session.scalars(query.limit(limit + 1))).all()
    items = found[:limit]
    return CasePage(items, str(place_of(items[-1], sort)) if len(found) > limit else None)


async def every(
    sessions: SessionFactory,
    wanted: Wanted,
    *,
    now: datetime,
    q: str = "",
    sort: Sort = Sort.NEWEST,
    reach: Scope = EVERYTHING,
    most: int,
) -> AsyncIterator[Sequence[Case]]:
    """All pages one after the other, `most` cases at most: one page in memory, no transaction in between."""
    cursor, left = None, most
    while left > 0:
        limit = min(PAGE_LENGTHS.stop - 1, left)
        async with sessions() as session:
            found = await page(
                session, wanted, now=now, q=q, sort=sort, limit=limit, cursor=cursor, reach=reach
            )
        yield found.items
        cursor, left = found.next, left - len(found.items)
        if cursor is None:
            return


def _ordered(query: Select[Case], sort: Sort, key: ColumnElement[int]) -> Select[Case]:
    match sort:
        case Sort.NEWEST:
            return query.order_by(key.desc())
        case Sort.OLDEST:
            return query.order_by(key)
        case Sort.DUE:
            return query.where(Case.due_at.is_not(None)).order_by(Case.due_at, Case.id)
        case Sort.CHANGED:
            return query.order_by(Case.changed_at.desc(), Case.id.desc())


def _behind(place: Place, sort: Sort, key: ColumnElement[int]) -> ColumnElement[bool]:
    match sort:
        case Sort.NEWEST:
            return key < place.case_id
        case Sort.OLDEST:
            return key > place.case_id
        case Sort.DUE:
            later, same = Case.due_at > place.at, Case.due_at == place.at
            return and_(Case.due_at >= place.at, or_(later, and_(same, Case.id > place.case_id)))
        case Sort.CHANGED:
            earlier, same = Case.changed_at < place.at, Case.changed_at == place.at
            return and_(Case.changed_at <= place.at, or_(earlier, and_(same, Case.id < place.case_id)))


def _check(wanted: Wanted, q: str, limit: int) -> None:
    wrong: dict[str, str] = {}
    if set(wanted.stages) - set(Stage):
        wrong["stage"] = "没有这个阶段"
    if limit not in PAGE_LENGTHS:
        wrong["limit"] = f"须在 {PAGE_LENGTHS.start} 和 {PAGE_LENGTHS.stop - 1} 之间"
    words = wanted_words(q)
    if q.strip() and not words:
        wrong["q"] = "请至少输入两个字"
    if len(words) > MOST_WORDS:
        wrong["q"] = f"最多 {MOST_WORDS} 个词"
    if wrong:
        raise InvalidError("查询条件有误", fields=wrong)
