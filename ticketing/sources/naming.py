"""Which district and street an address names in so many words. Nothing is guessed: people do that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.places.levels import Level
from ticketing.tables import Place


async def named(session: AsyncSession, values: Mapping[str, Any]) -> dict[str, Any]:
    """District and street for columns of a case that have none: what its address names, if it names one."""
    address = str(values["address"])
    if values["district"] or not address:
        return {}
    query = select(Place).where(Place.level.in_((Level.DISTRICT, Level.STREET)), Place.valid_to.is_(None))
    found = [place for place in await session.scalars(query) if place.name in address]
    districts = {place.code for place in found if place.level == Level.DISTRICT}
    streets = [place for place in found if place.level == Level.STREET]
    if len(districts) > 1 or len(streets) > 1:
        return {}
    if not streets:
        return {"district": districts.pop()} if districts else {}
    street = streets[0]
    # A street in another district than the one that is named is a mistake somebody has to look at.
    return {} if districts - {street.parent} else {"district": street.parent, "street": street.code}
