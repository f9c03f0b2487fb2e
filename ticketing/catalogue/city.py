"""The shipped places of the city (区县, 街道), and reading them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.catalogue.files import rows
from ticketing.tables import Place

PLACES = "places_dalian.csv"
DISTRICT, STREET = 3, 4


async def load_places(session: AsyncSession) -> int:
    """Add the shipped places that are missing, in the caller's transaction, and return how many."""
    codes = set(await session.scalars(select(Place.code)))
    missing = [
        {**row, "level": int(row["level"]), "parent": row["parent"] or None}
        for row in rows(PLACES)
        if row["code"] not in codes
    ]
    if missing:
        await session.execute(insert(Place), missing)
    return len(missing)


async def places(session: AsyncSession) -> Sequence[Place]:
    """The city (level 2), its districts (3) and streets (4), larger ones first."""
    return (
        await session.scalars(select(Place).where(Place.level <= STREET).order_by(Place.level, Place.code))
    ).all()
