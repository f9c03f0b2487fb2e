"""Reading the classes of an edition."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.tables import Category


async def categories(session: AsyncSession, edition: str) -> Sequence[Category]:
    """The classes of one edition, components (部件) and events (事件), by code."""
    query = select(Category).where(Category.edition == edition).order_by(Category.kind, Category.code)
    return (await session.scalars(query)).all()
