"""The catalogue of categories (GB/T 30428.2-2013 and its neighbours) and the city's places."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.tables import Category, Place

DATA = Path(__file__).resolve().parent / "data"
#: Edition → its file. The key of a category is (edition, kind, code): codes repeat between editions.
EDITIONS = {
    "2007": "categories_cjt214_2007.csv",
    "2013": "categories_gbt30428_2_2013.csv",
    "2026": "categories_gbt47678_5_2026.csv",
}
#: The one in force (GB/T 30428.2-2013).
DEFAULT_EDITION = "2013"
PLACES = "places_dalian.csv"
DISTRICT, STREET = 3, 4


async def load(session: AsyncSession) -> int:
    """Add the shipped rows that are missing, in the caller's transaction, and return how many.

    Rows that are there stay as they are: the catalogue is data a city edits.
    """
    known = {
        tuple(row) for row in await session.execute(select(Category.edition, Category.kind, Category.code))
    }
    categories = [
        {"edition": edition, **{name: row[name] for name in ("kind", "code", "major", "minor")}}
        for edition, file in EDITIONS.items()
        for row in _rows(file)
        if (edition, row["kind"], row["code"]) not in known
    ]
    codes = set(await session.scalars(select(Place.code)))
    places = [
        {**row, "level": int(row["level"]), "parent": row["parent"] or None}
        for row in _rows(PLACES)
        if row["code"] not in codes
    ]
    if categories:
        await session.execute(insert(Category), categories)
    if places:
        await session.execute(insert(Place), places)
    return len(categories) + len(places)


async def categories(session: AsyncSession, edition: str) -> Sequence[Category]:
    """The classes of one edition, components (部件) and events (事件), by code."""
    query = select(Category).where(Category.edition == edition).order_by(Category.kind, Category.code)
    return (await session.scalars(query)).all()


async def places(session: AsyncSession) -> Sequence[Place]:
    """The city (level 2), its districts (3) and streets (4), larger ones first."""
    return (await session.scalars(select(Place).order_by(Place.level, Place.code))).all()


async def wrong_references(
    session: AsyncSession, values: Mapping[str, Any], *, whole: bool
) -> dict[str, str]:
    """Which of `values` (columns of a case) name something there is not; field → what is wrong, in Chinese.

    Args:
        whole: also demand that the street lies in the district; a draft may still be between two.
    """
    wrong: dict[str, str] = {}
    codes = [values.get("district"), values.get("street")]
    found = await session.scalars(select(Place).where(Place.code.in_([code for code in codes if code])))
    known = {place.code: place for place in found}
    for field, level, label in (("district", DISTRICT, "区县"), ("street", STREET, "街道")):
        code = values.get(field)
        if code and (code not in known or known[code].level != level):
            wrong[field] = f"没有这个{label}"
    street = values.get("street")
    if whole and street and not wrong and known[street].parent != values.get("district"):
        wrong["street"] = "街道不在所选区县内"
    key = tuple(values.get(f"category_{part}") for part in ("edition", "kind", "code"))
    if any(key) and await session.get(Category, key) is None:
        wrong["category"] = "目录中没有这个类别"
    return wrong


def _rows(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
