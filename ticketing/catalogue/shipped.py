"""Putting the shipped catalogue into the database."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.catalogue.city import load_places
from ticketing.catalogue.files import EDITIONS, rows
from ticketing.tables import Category


async def load(session: AsyncSession) -> int:
    """Add the shipped rows that are missing, in the caller's transaction, and return how many.

    Rows that are there stay as they are: the catalogue is data a city edits.
    """
    known = {
        tuple(row) for row in await session.execute(select(Category.edition, Category.kind, Category.code))
    }
    missing = [
        {"edition": edition, **{name: row[name] for name in ("kind", "code", "major", "minor")}}
        for edition, file in EDITIONS.items()
        for row in rows(file)
        if (edition, row["kind"], row["code"]) not in known
    ]
    if missing:
        await session.execute(insert(Category), missing)
    return len(missing) + await load_places(session)
