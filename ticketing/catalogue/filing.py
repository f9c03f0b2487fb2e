"""Under what a case is filed, in the words that were true then."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.catalogue.classes import name_at
from ticketing.catalogue.tables import SeverityRow
from ticketing.tables import Case, Category


@dataclass(frozen=True)
class Filing:
    """Class and severity of a case; empty where it has none."""

    major: str = ""
    minor: str = ""
    condition: str = ""


async def filing(session: AsyncSession, case: Case) -> Filing:
    """The class as it was called when the case was registered (a draft's: as it is called), and the condition
    it was established on."""
    key = (case.category_edition, case.category_kind, case.category_code)
    one = await session.get(Category, key) if all(key) else None
    if one is None:
        return Filing()
    major, minor = one.major, one.minor
    if case.registered_at is not None:
        major, minor = await name_at(session, one, case.registered_at)
    row = await session.get(SeverityRow, case.severity_id) if case.severity_id else None
    return Filing(major, minor, row.condition if row else "")
