"""Whether what a case names is there: place and class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.catalogue.city import DISTRICT, STREET
from ticketing.tables import Category, Place


async def wrong_references(
    session: AsyncSession, values: Mapping[str, Any], *, whole: bool
) -> dict[str, str]:
    """Which of `values` (columns of a case) name something there is not; field → what is wrong, in Chinese.

    Args:
        whole: also demand that the street lies in the district; a draft may still be between two.
    """
    wrong = await _wrong_places(session, values, whole=whole)
    key = tuple(values.get(f"category_{part}") for part in ("edition", "kind", "code"))
    if any(key) and await session.get(Category, key) is None:
        wrong["category"] = "目录中没有这个类别"
    return wrong


async def _wrong_places(session: AsyncSession, values: Mapping[str, Any], *, whole: bool) -> dict[str, str]:
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
    return wrong
