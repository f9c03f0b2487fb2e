"""Reading platforms and their messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFoundError
from ticketing.exchange.tables import MessageState, PlatformMessage, UnmappedCode, Way


@dataclass(frozen=True)
class Counts:
    """What waits with one platform."""

    waiting: int = 0
    held: int = 0
    unmapped: int = 0


@dataclass(frozen=True)
class Page:
    """`next`: the id the next page is asked with; None: that was all."""

    items: Sequence[PlatformMessage]
    next: int | None


async def counts(session: AsyncSession) -> dict[str, Counts]:
    """Of every platform with anything waiting."""
    open_states = (MessageState.WAITING, MessageState.HELD)
    query = (
        select(PlatformMessage.platform, PlatformMessage.state, func.count())
        .where(PlatformMessage.way == Way.OUT, PlatformMessage.state.in_(open_states))
        .group_by(PlatformMessage.platform, PlatformMessage.state)
    )
    found = {(platform, state): count for platform, state, count in await session.execute(query)}
    missing = select(UnmappedCode.platform, func.count()).group_by(UnmappedCode.platform)
    codes = {row[0]: row[1] for row in await session.execute(missing)}
    return {
        one: Counts(
            found.get((one, MessageState.WAITING), 0),
            found.get((one, MessageState.HELD), 0),
            codes.get(one, 0),
        )
        for one in {platform for platform, _ in found} | codes.keys()
    }


async def messages(
    session: AsyncSession,
    platform: str,
    *,
    way: str | None,
    state: str | None,
    limit: int,
    cursor: int | None,
) -> Page:
    """Newest first."""
    query = select(PlatformMessage).where(PlatformMessage.platform == platform)
    if way:
        query = query.where(PlatformMessage.way == way)
    if state:
        query = query.where(PlatformMessage.state == state)
    if cursor:
        query = query.where(PlatformMessage.id < cursor)
    rows = (await session.scalars(query.order_by(PlatformMessage.id.desc()).limit(limit + 1))).all()
    items = rows[:limit]
    return Page(items, items[-1].id if len(rows) > limit else None)


async def message(session: AsyncSession, platform: str, message_id: int) -> PlatformMessage:
    """
    Raises:
        NotFoundError
    """
    row = await session.get(PlatformMessage, message_id)
    if row is None or row.platform != platform:
        raise NotFoundError("没有这条报文。")
    return row
