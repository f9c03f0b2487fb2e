"""Reading the tree and the gazetteer for pages."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.places.levels import Level
from ticketing.places.tables import Landmark, PlaceShape
from ticketing.tables import Place


async def children(session: AsyncSession, parent: str | None) -> list[tuple[Place, int]]:
    """The places right below one (None: the cities), by code, each with how many lie right below it."""
    below = select(Place.parent, func.count().label("count")).group_by(Place.parent).subquery()
    query = select(Place, func.coalesce(below.c.count, 0)).outerjoin(below, below.c.parent == Place.code)
    right_below = Place.level == Level.CITY if parent is None else Place.parent == parent
    return [(row[0], row[1]) for row in await session.execute(query.where(right_below).order_by(Place.code))]


async def outlines(session: AsyncSession, code: str) -> Sequence[PlaceShape]:
    """Every outline a place ever had, the oldest first."""
    return (
        await session.scalars(select(PlaceShape).where(PlaceShape.place == code).order_by(PlaceShape.id))
    ).all()


async def landmarks(
    session: AsyncSession, text: str, *, after: int = 0, limit: int = 50
) -> tuple[Sequence[Landmark], int | None]:
    """Names that contain `text`, newest first, and the id to go on after if there are more."""
    query = select(Landmark).order_by(Landmark.id.desc()).limit(limit + 1)
    if text:
        query = query.where(Landmark.name.contains(text, autoescape=True))
    if after:
        query = query.where(Landmark.id < after)
    found = (await session.scalars(query)).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None
