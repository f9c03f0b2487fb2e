"""The audit trail as a chain (审计链): lines are taken in soon after they were written, in one row.

Not while they are written: all that people do would wait in one queue for the sum of the line before. A line
that is not in the chain yet is younger than the last round of `take_in`, or the part `timers` is away.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import chain
from core.db import SessionFactory, begin_write
from core.tables import AuditEntry, AuditLink

#: What the sum of a line covers.
COVERED = ("id", "at", "actor_id", "action", "subject", "address", "detail")
BATCH = 500
#: Lines whose transaction ends after that of a line with a later id are looked for this far back.
SLACK = 10_000


@dataclass(frozen=True)
class End:
    """The last link; position 0: there is none."""

    position: int = 0
    hash: str = chain.FIRST


@dataclass(frozen=True)
class Break:
    """A link that does not hold; `audit_id` is the line it is about."""

    position: int
    audit_id: int
    #: gone: the line is; missing: links before it are; changed: the line or the link.
    what: str


def sum_of(line: AuditEntry, previous: str) -> str:
    """The sum a line must have when `previous` is the sum of the link before."""
    return chain.link(previous, {name: getattr(line, name) for name in COVERED})


async def end(session: AsyncSession) -> End:
    """Where the chain ends now."""
    query = select(AuditLink).order_by(AuditLink.position.desc()).limit(1)
    last = await session.scalar(query)
    return End(last.position, last.hash) if last else End()


async def take_in(sessions: SessionFactory) -> int:
    """Chain lines that are not in the chain yet, `BATCH` at most; how many."""
    async with sessions() as session:
        await begin_write(session)
        highest = await session.scalar(select(func.max(AuditLink.audit_id))) or 0
        query = (
            select(AuditEntry)
            .outerjoin(AuditLink, AuditLink.audit_id == AuditEntry.id)
            .where(AuditEntry.id > highest - SLACK, AuditLink.position.is_(None))
            .order_by(AuditEntry.id)
            .limit(BATCH)
        )
        lines = (await session.scalars(query)).all()
        last = await end(session)
        for line in lines:
            last = End(last.position + 1, sum_of(line, last.hash))
            session.add(AuditLink(position=last.position, audit_id=line.id, hash=last.hash))
        await session.commit()  # two at once: the second fails at the position, and comes again
    return len(lines)


async def waiting(session: AsyncSession) -> int:
    """Lines that are not in the chain."""
    query = select(func.count()).select_from(AuditEntry)
    return (await session.scalar(query) or 0) - (await session.scalar(_linked()) or 0)


def _linked() -> Select[int]:
    return select(func.count()).select_from(AuditLink).join(AuditEntry, AuditEntry.id == AuditLink.audit_id)


async def breaks(sessions: SessionFactory) -> AsyncIterator[Break]:
    """Every link that does not hold, in the chain's order, all computed again from the lines."""
    last = End()
    while page := await _page(sessions, last.position):
        for link, line in page:
            if link.position != last.position + 1:
                yield Break(link.position, link.audit_id, "missing")
            elif line is None:
                yield Break(link.position, link.audit_id, "gone")
            elif sum_of(line, last.hash) != link.hash:
                yield Break(link.position, link.audit_id, "changed")
            last = End(link.position, link.hash)


async def _page(sessions: SessionFactory, after: int) -> Sequence[tuple[AuditLink, AuditEntry | None]]:
    query = (
        select(AuditLink, AuditEntry)
        .outerjoin(AuditEntry, AuditEntry.id == AuditLink.audit_id)
        .where(AuditLink.position > after)
        .order_by(AuditLink.position)
        .limit(BATCH)
    )
    async with sessions() as session:
        return [(link, line) for link, line in await session.execute(query)]
