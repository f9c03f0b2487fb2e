"""Reading call-backs for others."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.callbacks.tables import Callback


async def call_ids(session: AsyncSession, callback_ids: Iterable[int]) -> dict[int, str]:
    """The call in which each call-back was asked for, or that was missed."""
    query = select(Callback.id, Callback.call_id).where(Callback.id.in_(list(callback_ids)))
    return dict((await session.execute(query)).all())
