"""Saved searches (保存的查询): each person's own, and those leaders share with everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import begin_write
from core.errors import ConflictError, NotFoundError
from recorder.search.tables import SavedSearch

#: Of one person.
MOST = 100


async def listing(session: AsyncSession, account_id: int) -> Sequence[SavedSearch]:
    """One's own and the shared ones, by name."""
    query = select(SavedSearch).where(or_(SavedSearch.account_id == account_id, SavedSearch.shared))
    return (await session.scalars(query.order_by(SavedSearch.name, SavedSearch.id))).all()


async def add(
    session: AsyncSession, *, account_id: int, name: str, query: dict[str, Any], shared: bool, at: datetime
) -> SavedSearch:
    """Keep a search; the caller commits.

    Raises:
        ConflictError: this person has a great many already.
    """
    await begin_write(session)
    mine = select(func.count()).select_from(SavedSearch).where(SavedSearch.account_id == account_id)
    if (await session.scalar(mine) or 0) >= MOST:
        raise ConflictError(f"最多保存 {MOST} 个查询，请先删除不用的。")
    row = SavedSearch(account_id=account_id, name=name, query=query, shared=shared, created_at=at)
    session.add(row)
    await session.flush()
    return row


async def remove(session: AsyncSession, search_id: int, *, account_id: int, leads: bool) -> SavedSearch:
    """Take a search out; the caller commits. One's own, or for leaders a shared one.

    Raises:
        NotFoundError: there is none this person may remove.
    """
    await begin_write(session)
    row = await session.get(SavedSearch, search_id)
    if row is None or not (row.account_id == account_id or (leads and row.shared)):
        raise NotFoundError("没有这个保存的查询。")
    await session.delete(row)
    return row
