"""The register of components (部件): finding the nearest, changing one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.places.geometry import distance_m
from ticketing.places.squares import runs
from ticketing.places.tables import Part, PartState

#: The farthest anybody looks, metres.
FARTHEST_M = 2000.0
#: A circle is widened by these steps until it holds enough: in a full street the first will do.
_STEPS_M = (60.0, 250.0, 500.0, 1000.0, FARTHEST_M)


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
) -> list[NearPart]:
    """The components nearest to a point, nearest first; those that were removed (移除) are left out.

    Args:
        category: only of this class, 4 digits.
        within_m: metres, `FARTHEST_M` at most.
    """
    within_m = min(within_m, FARTHEST_M)
    near: list[tuple[float, str]] = []
    for step in (*(one for one in _STEPS_M if one < within_m), within_m):
        near = await _within(session, lon, lat, category, step)
        if len(near) >= most:
            break
    chosen = {code: metres for metres, code in near[:most]}
    found = await session.scalars(select(Part).where(Part.code.in_(chosen)))
    parts = {part.code: part for part in found}
    return [NearPart(parts[code], metres) for code, metres in chosen.items()]


async def _within(
    session: AsyncSession, lon: float, lat: float, category: str | None, within_m: float
) -> list[tuple[float, str]]:
    """Distance and code of every component within so many metres, nearest first."""
    query = select(Part.code, Part.longitude, Part.latitude).where(
        or_(*(Part.square.between(first, last) for first, last in runs(lon, lat, within_m))),
        Part.state != PartState.REMOVED,
    )
    if category:
        query = query.where(Part.category == category)
    rows = await session.execute(query)
    near = ((distance_m(lon, lat, there_lon, there_lat), code) for code, there_lon, there_lat in rows)
    return sorted(one for one in near if one[0] <= within_m)
