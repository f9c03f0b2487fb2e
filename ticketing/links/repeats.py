"""Who calls again and again, and where something happens again and again (重复来电、重复地点). Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing import workflow
from ticketing.tables import Case, Place

#: Rows of a view, and cases shown of each.
MOST, SHOWN = 50, 5


@dataclass(frozen=True)
class Repeat:
    """A number, a grid cell, or a street with an address, with `count` cases, `open` of them not closed."""

    #: Number; name of the cell's place; or the address.
    label: str
    #: Code of the cell or street; empty for callers.
    place: str
    count: int
    open: int
    last_at: datetime
    #: Newest first.
    cases: Sequence[Case]


async def callers(session: AsyncSession, *, since: datetime, least: int) -> list[Repeat]:
    """Numbers with at least `least` registered cases since then, most first; confidential cases left out."""
    which = (Case.caller_number != "", Case.confidential.is_(False))
    groups = await _groups(session, (Case.caller_number,), which, since, least)
    newest = await _newest(session, (Case.caller_number,), which, since, groups)
    return [Repeat(key[0], "", *facts, newest[key]) for key, facts in groups.items()]


async def places(session: AsyncSession, *, since: datetime, least: int) -> list[Repeat]:
    """Grid cells (万米单元网格), and for cases without one street and address; most cases first."""
    in_cell = (Case.cell.is_not(None),)
    by_cell = await _groups(session, (Case.cell,), in_cell, since, least)
    of_cell = await _newest(session, (Case.cell,), in_cell, since, by_cell)
    no_cell = (Case.cell.is_(None), Case.street.is_not(None), Case.address != "")
    by_address = await _groups(session, (Case.street, Case.address), no_cell, since, least)
    of_address = await _newest(session, (Case.street, Case.address), no_cell, since, by_address)
    codes = [key[0] for key in (*by_cell, *by_address)]
    named = await session.execute(select(Place.code, Place.name).where(Place.code.in_(codes)))
    names = dict(named.all())
    found = [
        Repeat(names.get(key[0], key[0]), key[0], *facts, of_cell[key]) for key, facts in by_cell.items()
    ]
    found += [
        Repeat(f"{names.get(key[0], key[0])} {key[1]}", key[0], *facts, of_address[key])
        for key, facts in by_address.items()
    ]
    return sorted(found, key=lambda one: (-one.count, one.label))[:MOST]


Key = tuple[str, ...]
Facts = tuple[int, int, datetime]


async def _groups(
    session: AsyncSession,
    by: tuple[Any, ...],
    which: tuple[ColumnElement[bool], ...],
    since: datetime,
    least: int,
) -> dict[Key, Facts]:
    is_open = func.sum(case((Case.stage.in_(workflow.OPEN), 1), else_=0))
    query = (
        _registered(select(*by, func.count(), is_open, func.max(Case.created_at)), which, since)
        .group_by(*by)
        .having(func.count() >= least)
        .order_by(func.count().desc(), *by)
        .limit(MOST)
    )
    rows = await session.execute(query)
    return {tuple(row[: len(by)]): (row[-3], int(row[-2]), row[-1]) for row in rows}


async def _newest(
    session: AsyncSession,
    by: tuple[Any, ...],
    which: tuple[ColumnElement[bool], ...],
    since: datetime,
    groups: dict[Key, Facts],
) -> dict[Key, list[Case]]:
    """The newest cases of each group."""
    if not groups:
        return {}
    rank = func.row_number().over(partition_by=by, order_by=Case.id.desc()).label("rank")
    first = {key[0] for key in groups}
    ranked = _registered(select(Case.id, rank), which, since).where(by[0].in_(first)).subquery()
    query = select(Case).join(ranked, ranked.c.id == Case.id).where(ranked.c.rank <= SHOWN)
    found: dict[Key, list[Case]] = defaultdict(list)
    for one in await session.scalars(query.order_by(Case.id.desc())):
        found[tuple(getattr(one, column.key) for column in by)].append(one)
    return found


def _registered(query: Select[Any], which: tuple[ColumnElement[bool], ...], since: datetime) -> Select[Any]:
    return query.where(Case.created_at >= since, Case.number.is_not(None), *which)
