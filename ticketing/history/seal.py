"""Daily seals (每日封存): the last entry of every case that moved since, written down and chained.

A case's own chain shows what was changed in it; only a list kept elsewhere shows that its last entries, or
all of it, are gone. Each seal's root is an audit line too, and is kept outside of the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit, chain, trail
from core.clock import CHINA, Clock
from core.db import SessionFactory, begin_write
from ticketing.history.tables import HistorySeal, HistorySealHead
from ticketing.tables import CaseHistory

#: Entries one seal takes in at most: it holds SQLite's one write lock meanwhile.
MOST = 20_000
#: Entries whose transaction ended after that of an entry with a later id are looked for this far back.
SLACK = 1000


@dataclass(frozen=True)
class Head:
    """The last entry of a case."""

    case_id: int
    seq: int
    hash: str


class Root:
    """The sum of a seal: over its own line, then each head by case id."""

    def __init__(self, seal: HistorySeal) -> None:
        line = [seal.number, seal.day, seal.sealed_at, seal.previous, seal.cases, seal.last_entry]
        line += [seal.audit_position, seal.audit_hash]
        self._sum = sha256(chain.canonical(line))

    def take(self, head: Head) -> None:
        self._sum.update(f"\n{head.case_id} {head.seq} {head.hash}".encode())

    @property
    def hex(self) -> str:
        return self._sum.hexdigest()


async def seal_day(sessions: SessionFactory, clock: Clock) -> list[HistorySeal]:
    """Seal what came since the last seal, once a China day; the seals made, none if that was done."""
    today = str(clock.now().astimezone(CHINA).date())
    async with sessions() as session:
        if await session.scalar(select(HistorySeal.number).where(HistorySeal.day == today).limit(1)):
            return []
    made = [await seal(sessions, clock)]
    while made[-1].last_entry < await _newest(sessions):
        made.append(await seal(sessions, clock))
    return made


async def seal(sessions: SessionFactory, clock: Clock) -> HistorySeal:
    """One seal over `MOST` entries that have none."""
    async with sessions() as session:
        await begin_write(session)
        last = await session.scalar(select(HistorySeal).order_by(HistorySeal.number.desc()).limit(1))
        after, now = (last.last_entry if last else 0), clock.now()
        upto = min(await session.scalar(select(func.max(CaseHistory.id))) or 0, after + MOST)
        heads = await _heads(session, after - SLACK, upto)
        audited = await trail.end(session)
        made = HistorySeal(
            number=last.number + 1 if last else 1,
            day=str(now.astimezone(CHINA).date()),
            sealed_at=now,
            previous=last.root if last else chain.FIRST,
            cases=len(heads),
            last_entry=upto,
            audit_position=audited.position,
            audit_hash=audited.hash,
        )
        root = Root(made)
        for head in heads:
            root.take(head)
        made.root = root.hex
        session.add(made)
        await session.flush()
        session.add_all(
            HistorySealHead(number=made.number, case_id=one.case_id, seq=one.seq, hash=one.hash)
            for one in heads
        )
        detail = {"number": made.number, "day": made.day, "root": made.root, "cases": made.cases}
        audit.record(session, at=now, actor_id=None, action=audit.Action.HISTORY_SEALED, detail=detail)
        await session.commit()
    return made


async def _heads(session: AsyncSession, after: int, upto: int) -> Sequence[Head]:
    """The last of the entries in reach of each case, unless a seal has it or a later one already."""
    reach = (
        select(CaseHistory.case_id, func.max(CaseHistory.seq).label("seq"))
        .where(CaseHistory.id > after, CaseHistory.id <= upto)
        .group_by(CaseHistory.case_id)
        .subquery()
    )
    sealed = (
        select(func.max(HistorySealHead.seq)).where(HistorySealHead.case_id == reach.c.case_id)
    ).scalar_subquery()
    query = (
        select(CaseHistory.case_id, CaseHistory.seq, CaseHistory.hash)
        .join(reach, (CaseHistory.case_id == reach.c.case_id) & (CaseHistory.seq == reach.c.seq))
        .where(CaseHistory.seq > func.coalesce(sealed, 0))
        .order_by(CaseHistory.case_id)
    )
    return [Head(*row) for row in await session.execute(query)]


async def _newest(sessions: SessionFactory) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.max(CaseHistory.id))) or 0
