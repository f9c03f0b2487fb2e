"""Calls refused because a pool was full, from the ledger."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import String, and_, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from ivr.ledger.tables import Call, Outcome

_MARK = "busy:"


@dataclass(frozen=True)
class Refused:
    """How many calls got a busy tone: by trunk, and by the pool that was full (`trunk`, `ivr`). Those of the
    pool `seats` heard no tone: they asked for a person, and the call ended without one."""

    trunks: Counter[str]
    pools: Counter[str]


async def refused_on(session: AsyncSession, day: date) -> Refused:
    """Refusals of `day` (in China)."""
    begin = datetime.combine(day, time(), CHINA)
    today = and_(Call.started_at >= begin, Call.started_at < begin + timedelta(days=1))
    marks = cast(Call.marks, String)
    query = select(Call.trunk, marks, func.count()).where(Call.outcome == Outcome.BUSY, today)
    found = Refused(Counter(), Counter())
    for trunk, text, count in await session.execute(query.group_by(Call.trunk, marks)):
        found.trunks[trunk] += count
        for mark in json.loads(text or "[]"):
            if mark.startswith(_MARK):
                found.pools[mark.removeprefix(_MARK)] += count
    in_vain = and_(Call.queued_at.is_not(None), Call.seat_answered_at.is_(None), Call.ended_at.is_not(None))
    found.pools["seats"] = await session.scalar(select(func.count()).where(in_vain, today)) or 0
    return found
