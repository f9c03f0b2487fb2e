"""Importing GeoJSON into tree, register or gazetteer (导入): the whole file or nothing of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.clock import CHINA, Clock
from core.db import SessionFactory, begin_write
from core.tables import Account
from ticketing.catalogue.files import DEFAULT_EDITION
from ticketing.places import geojson, store
from ticketing.places.geojson import READERS, Reading, What
from ticketing.places.index import OutsideError, PlaceIndex
from ticketing.places.levels import LABELS, Level
from ticketing.places.memory import read_tree
from ticketing.places.problems import ImportRefusedError, Problem
from ticketing.places.rows import NewLandmark, NewPart, NewPlace, Put
from ticketing.tables import Category, Place

#: Two places of a level may share so much of the smaller one: lines drawn twice never meet exactly.
_OVERLAP = 0.01


async def import_text(
    sessions: SessionFactory,
    text: str,
    what: What,
    *,
    actor: Account | None,
    address: str = "",
    clock: Clock,
    only_check: bool = False,
) -> Put:
    """Put a GeoJSON file into the database.

    Args:
        actor: who does it; None is who sits at the machine.
        only_check: tell what would be, and change nothing.

    Raises:
        ImportRefusedError: names every feature that is wrong; nothing was changed.
    """
    listed = await asyncio.to_thread(geojson.features, text)
    reading = await asyncio.to_thread(Reading, listed, READERS[what])
    async with sessions() as session:
        await begin_write(session)
        now = clock.now()
        put = await _put(session, reading, what, now)
        if only_check:
            await session.rollback()
            return put
        detail = {"what": what, "added": put.added, "changed": put.changed, "same": put.same}
        actor_id = actor.id if actor else None
        audit.record(
            session, at=now, actor_id=actor_id, action=Action.PLACES_IMPORTED, address=address, detail=detail
        )
        await session.commit()
    return put


async def _put(session: AsyncSession, reading: Reading, what: What, now: datetime) -> Put:
    today, problems = now.astimezone(CHINA).date(), list(reading.problems)
    places = [(n, row) for n, row in reading.rows if isinstance(row, NewPlace)]
    parts = [(n, row) for n, row in reading.rows if isinstance(row, NewPart)]
    names = [(n, row) for n, row in reading.rows if isinstance(row, NewLandmark)]
    tree = await read_tree(session)
    problems += await _homeless(session, places)
    problems += await _classless(session, parts)
    problems += await asyncio.to_thread(_outside, tree, [*parts, *names], now)
    if problems:
        raise ImportRefusedError(problems)
    match what:
        case What.PLACES:
            put = await store.put_places(session, [row for _, row in places], today)
            overlapping = await asyncio.to_thread(_overlapping, await read_tree(session), places)
            if overlapping:
                raise ImportRefusedError(overlapping)
            return put
        case What.PARTS:
            return await store.put_parts(session, [row for _, row in parts], tree, now)
        case What.LANDMARKS:
            return await store.put_landmarks(session, [row for _, row in names], now)


async def _homeless(session: AsyncSession, places: Sequence[tuple[int, NewPlace]]) -> list[Problem]:
    """Places whose parent is neither in the file nor in the tree, or not one level above."""
    if not places:
        return []
    levels: dict[str, int] = {
        row[0]: row[1] for row in await session.execute(select(Place.code, Place.level))
    }
    levels |= {row.code: row.level for _, row in places}
    found = []
    for number, row in places:
        if row.level == Level.CITY:
            continue
        label = LABELS[Level(row.level - 1)]
        if row.parent not in levels:
            found.append(Problem(number, "parent", f"没有上级{label} {row.parent}", row.code))
        elif levels[row.parent] != row.level - 1:
            found.append(Problem(number, "parent", f"上级 {row.parent} 不是{label}", row.code))
    return found


async def _classless(session: AsyncSession, parts: Sequence[tuple[int, NewPart]]) -> list[Problem]:
    """Components of a class the catalogue does not know, or of no district of the city."""
    if not parts:
        return []
    query = select(Category.code).where(Category.edition == DEFAULT_EDITION, Category.kind == "部件")
    classes = set(await session.scalars(query))
    districts = set(await session.scalars(select(Place.code).where(Place.level == Level.DISTRICT)))
    found = []
    for number, row in parts:
        if row.category not in classes:
            why = f"第 7 到 10 位 {row.category} 不是目录中的部件类别"
            found.append(Problem(number, "code", why, row.code))
        if row.code[:6] not in districts:
            found.append(Problem(number, "code", f"前 6 位 {row.code[:6]} 不是本市的区县", row.code))
    return found


def _outside(
    tree: PlaceIndex, points: Sequence[tuple[int, NewPart | NewLandmark]], now: datetime
) -> list[Problem]:
    found, today = [], now.astimezone(CHINA).date()
    for number, row in points:
        try:
            store.cell_of(tree, row.longitude, row.latitude, today)
        except OutsideError as error:
            label = row.code if isinstance(row, NewPart) else row.name
            found.append(Problem(number, "coordinates", str(error), label))
    return found


def _overlapping(tree: PlaceIndex, places: Sequence[tuple[int, NewPlace]]) -> list[Problem]:
    """Places drawn over others of their level: a point there would have two homes."""
    return [
        Problem(number, "geometry", f"与{LABELS[Level(row.level)]} {other} 重叠", row.code)
        for number, row in places
        if row.outline is not None
        for other in tree.overlapped(row.code, _OVERLAP)
    ]
