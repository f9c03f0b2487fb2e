"""Case numbers: 19 digits = 6 administrative division + 8 date in China + 5 serial of that day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from core.errors import UnavailableError

_NEXT = text(
    "INSERT INTO case_counters (day, last) VALUES (:day, 1) "
    "ON CONFLICT (day) DO UPDATE SET last = case_counters.last + 1 RETURNING last"
)


async def next_number(session: AsyncSession, at: datetime, division: str) -> str:
    """A number no other case has, in the caller's transaction (which holds the day's counter until it ends).

    Raises:
        UnavailableError: 99 999 cases were registered today.
    """
    day = at.astimezone(CHINA).strftime("%Y%m%d")
    serial = (await session.execute(_NEXT, {"day": day})).scalar_one()
    if serial > 99_999:
        raise UnavailableError("今日案卷号已用完")
    return f"{division}{day}{serial:05d}"
