"""Calls refused because a pool was full, from the ledger."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from ivr.ledger.tables import Call, Outcome

_MARK = "busy:"


@dataclass(frozen=True)
class Refused:
    """How many calls got a busy tone: by trunk, and by the pool that was full (`trunk`, `ivr`)."""

    trunks: Counter[str]
    pools: Counter[str]


async def refused_on(session: AsyncSession, day: date) -> Refused:
    """Refusals of `day` (in China)."""
    begin = datetime.combine(day, time(), CHINA)
    marks = cast(Call.marks, String)
    query = select(Call.trunk, marks, func.count()).where(
        Call.outcome == Outcome.BUSY, Call.started_at >= begin, Call.started_at < begin + timedelta(days=1)
    )
    found = Refused(Counter(), Counter())
    for trunk, text, count in await session.execute(query.group_by(Call.trunk, marks)):
        found.trunks[trunk] += count
        for mark in json.loads(text or "[]"):
            if mark.startswith(_MARK):
                found.pools[mark.removeprefix(_MARK)] += count
    return found
