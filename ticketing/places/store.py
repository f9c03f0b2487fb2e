"""Putting places, components and names into the database: what is there already is changed, never doubled."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from ticketing.places.index import PlaceIndex
from ticketing.places.levels import holds
from ticketing.places.memory import changed
from ticketing.places.rows import NewLandmark, NewPart, NewPlace, Put
from ticketing.places.squares import square
from ticketing.places.tables import Landmark, Part, PlaceShape
from ticketing.tables import Place

#: Keys asked for in one statement: SQLite takes 32,766 parameters.
_AT_ONCE = 5000
_PLACE = ("name", "level", "parent", "valid_from", "valid_to")
_PART = ("name", "owner", "keeper", "state", "longitude", "latitude", "cell")
K = TypeVar("K")


async def put_places(session: AsyncSession, rows: Sequence[NewPlace], today: date) -> Put:
    """Add or change places in the caller's transaction. A new outline ends the one before."""
    columns = Place.code, *(getattr(Place, name) for name in _PLACE)
    known = {row[0]: tuple(row[1:]) for row in await session.execute(select(*columns))}
    new, old, same = [], [], 0
    for row in sorted(rows, key=lambda one: one.level):
        values = {name: getattr(row, name) for name in ("code", *_PLACE)}
        if row.code in known and row.outline is not None:
            values["valid_from"] = _earlier(known[row.code][_PLACE.index("valid_from")], row.valid_from)
        if row.code not in known:
            new.append(values)
        elif known[row.code] != tuple(values[name] for name in _PLACE):
            old.append(values)
        else:
            same += 1
    if new:
        await session.execute(insert(Place), new)
    if old:
        await session.execute(update(Place), old)
    await _put_outlines(session, rows, today)
    await changed(session, "tree")
    return Put(len(new), len(old), same)


def _earlier(one: date | None, other: date | None) -> date | None:
    """A place that is drawn anew from a day on was there before."""
    return min(one, other) if one and other else None


async def _put_outlines(session: AsyncSession, rows: Sequence[NewPlace], today: date) -> None:
    drawn = {row.code: row for row in rows if row.outline is not None}
    there: dict[str, PlaceShape] = {}
    for codes in _chunks(list(drawn)):
        for shape in await session.scalars(select(PlaceShape).where(PlaceShape.place.in_(codes))):
            if shape.valid_to is None or holds(shape, today):
                there[shape.place] = shape
    new = []
    for code, row in drawn.items():
        before, begins = there.get(code), row.valid_from
        if before is not None and before.outline == row.outline:
            continue
        if before is not None:
            begins = max(begins or today, today)
            before.valid_to = begins - timedelta(days=1)
        new.append({"place": code, "outline": row.outline, "valid_from": begins, "valid_to": None})
    await session.flush()
    if new:
        await session.execute(insert(PlaceShape), new)


async def put_parts(session: AsyncSession, rows: Sequence[NewPart], tree: PlaceIndex, now: datetime) -> Put:
    """Add or change components in the caller's transaction.

    Raises:
        OutsideError: one lies outside of the city.
    """
    today = now.astimezone(CHINA).date()
    columns = Part.code, Part.version, *(getattr(Part, name) for name in _PART)
    known: dict[str, tuple[Any, ...]] = {}
    for codes in _chunks([row.code for row in rows]):
        known |= {
            row[0]: tuple(row[1:])
            for row in await session.execute(select(*columns).where(Part.code.in_(codes)))
        }
    new: list[dict[str, Any]] = []
    old: list[dict[str, Any]] = []
    same = 0
    for row in rows:
        values = asdict(row) | {"cell": cell_of(tree, row.longitude, row.latitude, today)}
        before = known.get(row.code)
        if before is not None and before[1:] == tuple(values[name] for name in _PART):
            same += 1
            continue
        values |= {"category": row.category, "square": square(row.longitude, row.latitude)}
        values |= {"changed_at": now, "version": before[0] + 1 if before else 1}
        (new if before is None else old).append(values)
    if new:
        await session.execute(insert(Part), new)
    if old:
        await session.execute(update(Part), old)
    return Put(len(new), len(old), same)


def cell_of(tree: PlaceIndex, lon: float, lat: float, today: date) -> str | None:
    """Code of the grid cell of a point; None where nobody has drawn any.

    Raises:
        OutsideError: the point lies outside of the city.
    """
    if tree.is_empty:
        return None
    found = tree.locate(lon, lat, today).cell
    return found.code if found else None


async def put_landmarks(session: AsyncSession, rows: Sequence[NewLandmark], now: datetime) -> Put:
    """Add or change names in the caller's transaction; name and sort together are the key."""
    there = {
        (one.name, one.sort): one
        for one in await session.scalars(select(Landmark).order_by(Landmark.id.desc()))
    }
    new, counts = [], {"changed": 0, "same": 0}
    for row in rows:
        values = asdict(row) | {"aliases": list(row.aliases), "is_active": True}
        before = there.get((row.name, row.sort))
        if before is None:
            new.append(values | {"changed_at": now, "version": 1})
        elif all(getattr(before, name) == value for name, value in values.items()):
            counts["same"] += 1
        else:
            for name, value in values.items():
                setattr(before, name, value)
            before.version, before.changed_at = before.version + 1, now
            counts["changed"] += 1
    await session.flush()
    if new:
        await session.execute(insert(Landmark), new)
    await changed(session, "names")
    return Put(len(new), counts["changed"], counts["same"])


def _chunks(keys: Sequence[K]) -> Iterator[Collection[K]]:
    for at in range(0, len(keys), _AT_ONCE):
        yield keys[at : at + _AT_ONCE]
