"""The register of components (部件): finding the nearest, changing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.places.geometry import distance_m
from ticketing.places.squares import runs
from ticketing.places.tables import Part, PartState

#: The farthest anybody looks, metres.
FARTHEST_M = 2000.0
#: A circle is widened by these steps until it holds enough: in a full street the first will do.
_STEPS_M = (60.0, 250.0, 1000.0, FARTHEST_M)


@dataclass(frozen=True)
class NearPart:
    """A component and how far away it is."""

    part: Part
    distance_m: float


async def nearest_parts(
    session: AsyncSession,
    lon: float,
    lat: float,
    category: str | None = None,
    within_m: float = 200.0,
    *,
    most: int = 5,
    code: str | None = None,
) -> list[NearPart]:
    """The components nearest to a point, nearest first; those that were removed (移除) are left out.

    Args:
        category: only of this class, 4 digits.
        within_m: metres, `FARTHEST_M` at most.
        code: only the one with this code.
    """
    within_m = min(within_m, FARTHEST_M)
    found: list[NearPart] = []
    for step in (*(one for one in _STEPS_M if one < within_m), within_m):
        found = await _within(session, lon, lat, category, code, step)
        if len(found) >= most:
            break
    return found[:most]


async def _within(
    session: AsyncSession, lon: float, lat: float, category: str | None, code: str | None, within_m: float
) -> list[NearPart]:
    query = select(Part).where(
        or_(*(Part.square.between(first, last) for first, last in runs(lon, lat, within_m))),
        Part.state != PartState.REMOVED,
    )
    if category:
        query = query.where(Part.category == category)
    if code:
        query = query.where(Part.code == code)
    near = [
        NearPart(part, distance_m(lon, lat, part.longitude, part.latitude))
        for part in await session.scalars(query)
    ]
    return sorted(
        (one for one in near if one.distance_m <= within_m), key=lambda one: (one.distance_m, one.part.code)
    )


async def of_cell(session: AsyncSession, cell: str, limit: int = 200) -> Sequence[Part]:
    """The components of a grid cell by code."""
    return (
        await session.scalars(select(Part).where(Part.cell == cell).order_by(Part.code).limit(limit))
    ).all()
