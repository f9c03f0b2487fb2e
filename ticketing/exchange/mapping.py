"""Mapping tables (对照表): their codes and ours. What stands in none is refused by name, and listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.exchange.tables import PlatformCode, Table, UnmappedCode, Way

NAMES = {Table.CLASS: "类别", Table.PLACE: "区划", Table.STAGE: "阶段", Table.UNIT: "单位"}


@dataclass(frozen=True)
class Missing:
    """A code that stands in no table."""

    table: Table
    code: str


@dataclass
class Reader:
    """Looks codes of one platform up, one way, and remembers which are missing."""

    session: AsyncSession
    platform: str
    way: Way
    missing: list[Missing] = field(default_factory=list)

    async def read(self, table: Table, code: str) -> str:
        """What stands for `code` on the other side; empty for none, or one that is missing."""
        if not code:
            return ""
        found = await self.known(table, code)
        if found is None:
            self.missing.append(Missing(table, code))
        return found or ""

    async def known(self, table: Table, code: str) -> str | None:
        """As `read`, of a code that may be missing."""
        given, wanted = PlatformCode.theirs, PlatformCode.ours
        if self.way == Way.OUT:
            given, wanted = wanted, given
        query = select(wanted).where(
            PlatformCode.platform == self.platform,
            PlatformCode.kind == table,
            or_(PlatformCode.way == self.way, PlatformCode.way == Way.BOTH),
            given == code,
        )
        return await self.session.scalar(query.order_by(PlatformCode.id).limit(1))

    @property
    def complaint(self) -> str:
        """The missing codes by name, in a sentence; empty: none is missing."""
        whose = "对方" if self.way == Way.IN else "我方"
        named = "、".join(f"{NAMES[one.table]} {one.code}" for one in self.missing)
        return f"没有对照的{whose}代码：{named}" if named else ""

    async def note(self, now: datetime) -> None:
        """List what was missing, in the caller's transaction."""
        for one in self.missing:
            query = select(UnmappedCode).where(
                UnmappedCode.platform == self.platform,
                UnmappedCode.kind == one.table,
                UnmappedCode.way == self.way,
                UnmappedCode.code == one.code,
            )
            row = await self.session.scalar(query)
            if row is None:
                row = UnmappedCode(
                    platform=self.platform, kind=one.table, way=self.way, code=one.code, times=0, first_at=now
                )
                self.session.add(row)
            row.times, row.last_at = row.times + 1, now
            await self.session.flush()


async def unmapped(session: AsyncSession, platform: str) -> Sequence[UnmappedCode]:
    """What waits for a mapping, newest first."""
    query = select(UnmappedCode).where(UnmappedCode.platform == platform)
    return (await session.scalars(query.order_by(UnmappedCode.last_at.desc(), UnmappedCode.id))).all()
