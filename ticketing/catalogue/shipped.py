"""Putting the shipped catalogue into the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.catalogue.city import load_places
from ticketing.catalogue.files import DEFAULT_EDITION, EDITIONS, SEVERITIES, rows
from ticketing.catalogue.pinyin import spell
from ticketing.catalogue.tables import SeverityRow
from ticketing.tables import Category


async def load(session: AsyncSession) -> int:
    """Add the shipped rows that are missing, in the caller's transaction, and return how many.

    Rows that are there stay as they are: the catalogue is data a city edits. A class that ever had severity
    rows (they are ended, never deleted) gets none of ours.
    """
    known = {
        tuple(row) for row in await session.execute(select(Category.edition, Category.kind, Category.code))
    }
    missing = [
        _spelt({"edition": edition, **{name: row[name] for name in ("kind", "code", "major", "minor")}})
        for edition, file in EDITIONS.items()
        for row in rows(file)
        if (edition, row["kind"], row["code"]) not in known
    ]
    if missing:
        await session.execute(insert(Category), missing)
    await _spell_old_ones(session)
    return len(missing) + await _load_severities(session) + await load_places(session)


def _spelt(row: dict[str, Any]) -> dict[str, Any]:
    spelling = spell(row["minor"])
    return row | {"initials": spelling.initials, "pinyin": spelling.whole, "is_local": False}


async def _spell_old_ones(session: AsyncSession) -> None:
    """Classes that were loaded before there was a search by pinyin."""
    for one in await session.scalars(select(Category).where(Category.pinyin == "")):
        spelling = spell(one.minor)
        one.initials, one.pinyin = spelling.initials, spelling.whole
    await session.flush()


async def _load_severities(session: AsyncSession) -> int:
    has = {tuple(row) for row in await session.execute(select(SeverityRow.kind, SeverityRow.code).distinct().
           where(SeverityRow.edition == DEFAULT_EDITION))}  # fmt: skip
    missing = [
        {
            "edition": DEFAULT_EDITION,
            **{name: row[name] for name in ("kind", "code", "condition", "limit_unit")},
            **{name: int(row[name]) for name in ("rank", "limit_value")},
        }
        for row in rows(SEVERITIES)
        if (row["kind"], row["code"]) not in has
    ]
    if missing:
        await session.execute(insert(SeverityRow), missing)
    return len(missing)
