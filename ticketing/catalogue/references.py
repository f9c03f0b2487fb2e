"""Whether what a case names is there: place and class."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.catalogue.classes import unknown_class
from ticketing.places.placing import wrong_places


async def wrong_references(
    session: AsyncSession, values: Mapping[str, Any], *, whole: bool, on: date | None = None
) -> dict[str, str]:
    """Which of `values` (columns of a case) name something there is not; field → what is wrong, in Chinese.

    Args:
        whole: also demand that each place lies in the next larger one; a draft may still be between two.
        on: the day in China the class has to hold on; None: any.
    """
    wrong = await wrong_places(session, values, whole=whole)
    key = tuple(values.get(f"category_{part}") for part in ("edition", "kind", "code"))
    if any(key) and (why := await unknown_class(session, key, on)):
        wrong["category"] = why
    return wrong
