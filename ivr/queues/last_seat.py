"""Which seat a caller talked with last (回呼原坐席)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from core.db import SessionFactory
from ivr.ledger.tables import Call


class LastSeats:
    """Asks the ledger."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions

    async def of(self, caller: str, now: datetime, days: int) -> str:
        """Extension of the seat `caller` (normalised) talked with last, at most `days` ago; '' for none."""
        query = (
            select(Call.seat)
            .where(Call.caller == caller, Call.seat != "", Call.started_at >= now - timedelta(days=days))
            .order_by(Call.started_at.desc())
            .limit(1)
        )
        async with self._sessions() as session:
            return await session.scalar(query) or ""
