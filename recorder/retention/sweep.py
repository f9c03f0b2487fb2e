"""The daily sweep: what has been kept long enough becomes a proposal that two people have to sign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from core.clock import CHINA, Clock
from core.db import SessionFactory, begin_write
from core.settings import Retention
from recorder.retention import holds, rules
from recorder.retention.due import Due, Policy, already_proposed, scan
from recorder.retention.model import Facts, Rule
from recorder.retention.proposals import MOST, propose_due
from recorder.retention.tables import Sweep

#: What two people would not have deleted is not proposed again for this long.
REFUSED_FOR = timedelta(days=30)

log = structlog.get_logger()


async def policy_now(sessions: SessionFactory, settings: Retention, extra: Sequence[Rule] = ()) -> Policy:
    """The rules, settings and holds in force, and with them rules that are only being thought of."""
    async with sessions() as db:
        known = await rules.in_force(db)
        return Policy((*known, *extra), rules.standard(settings), await holds.in_force(db))


async def sweep_if_due(
    settings: Retention, sessions: SessionFactory, facts: Facts, clock: Clock
) -> Sweep | None:
    """Sweep once a day; None when today's is done or its hour has not come."""
    now = clock.now()
    local = now.astimezone(CHINA)
    async with sessions() as db:
        if local.hour < settings.sweep_hour or await db.get(Sweep, local.date()) is not None:
            return None
    policy = await policy_now(sessions, settings)
    seen, held, due = 0, 0, list[Due]()
    async for batch in scan(sessions, facts, policy, now):
        seen += batch.seen
        held += sum(one.is_held for one in batch.due)
        due += await _new(sessions, [one for one in batch.due if not one.is_held], now)
        if len(due) >= MOST:
            break
    done = Sweep(day=local.date(), at=now, seen=seen, due=len(due), held=held)
    async with sessions() as db:
        await begin_write(db)
        if await db.get(Sweep, done.day) is not None:  # another process was quicker
            return None
        if due:
            lines = [(one.recording.id, _by(one)) for one in due[:MOST]]
            await propose_due(db, now, lines, _why(due[:MOST]))
        db.add(done)
        await db.commit()
    log.info("recordings swept", day=str(done.day), seen=seen, due=done.due, held=held)
    return done


async def _new(sessions: SessionFactory, due: list[Due], now: datetime) -> list[Due]:
    if not due:
        return []
    async with sessions() as db:
        known = await already_proposed(db, [one.recording.id for one in due], now - REFUSED_FOR)
    return [one for one in due if one.recording.id not in known]


def _by(due: Due) -> str:
    return due.verdict.rule.name if due.verdict.rule else "默认保存期限"


def _why(due: Sequence[Due]) -> str:
    """「默认保存期限 12 段，留言 3 段」"""
    return "保存期满：" + "，".join(f"{name} {count} 段" for name, count in Counter(map(_by, due)).items())
