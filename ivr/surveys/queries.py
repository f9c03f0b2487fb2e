"""What callers thought of the talks, counted from the ledger."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from ivr.ledger.tables import Call


@dataclass
class SeatSummary:
    """Of one seat: how many callers were asked, and what they answered."""

    seat: str
    asked: int = 0
    #: Level, 1 (非常满意) to 5 (非常不满意) → callers.
    levels: Counter[int] = field(default_factory=Counter)

    @property
    def answered(self) -> int:
        return self.levels.total()


@dataclass(frozen=True)
class Summary:
    """Of all seats together, and of each, by extension."""

    asked: int
    levels: Counter[int]
    by_seat: list[SeatSummary]

    @property
    def answered(self) -> int:
        return self.levels.total()


async def summary(session: AsyncSession, first: date | None, last: date | None) -> Summary:
    """Calls that began from `first` to `last`, both included (China); None: no bound."""
    query = select(Call.seat, Call.survey, func.count()).where(Call.survey_asked.is_(True))
    if first is not None:
        query = query.where(Call.started_at >= _midnight(first))
    if last is not None:
        query = query.where(Call.started_at < _midnight(last) + timedelta(days=1))
    seats: dict[str, SeatSummary] = {}
    for seat, level, count in await session.execute(query.group_by(Call.seat, Call.survey)):
        one = seats.setdefault(seat, SeatSummary(seat))
        one.asked += count
        if level is not None:
            one.levels[level] += count
    by_seat = [seats[seat] for seat in sorted(seats)]
    total: Counter[int] = Counter()
    for one in by_seat:
        total.update(one.levels)
    return Summary(sum(one.asked for one in by_seat), total, by_seat)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
