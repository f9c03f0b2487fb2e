"""Reading the classes of an edition, as they are or as they were on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.catalogue.tables import ClassName, Edition, SeverityRow
from ticketing.tables import Category


def in_force(table: type[Category | SeverityRow], on: date) -> ColumnElement[bool]:
    """The rows of `table` that hold on a day in China."""
    begun = or_(table.valid_from.is_(None), table.valid_from <= on)
    return and_(begun, or_(table.valid_to.is_(None), table.valid_to > on))


async def editions(session: AsyncSession) -> Sequence[Edition]:
    return (await session.scalars(select(Edition).order_by(Edition.code))).all()


async def categories(session: AsyncSession, edition: str, on: date | None = None) -> Sequence[Category]:
    """The classes of one edition, components (部件) and events (事件), by code.

    Args:
        on: only those that hold on that day; None: all, ended ones too.
    """
    query = select(Category).where(Category.edition == edition).order_by(Category.kind, Category.code)
    if on is not None:
        query = query.where(in_force(Category, on))
    return (await session.scalars(query)).all()


async def name_at(session: AsyncSession, one: Category, at: datetime) -> tuple[str, str]:
    """Major and minor class as they were called then: a class that was renamed keeps its old names."""
    query = (
        select(ClassName)
        .where(
            ClassName.edition == one.edition,
            ClassName.kind == one.kind,
            ClassName.code == one.code,
            ClassName.until > at,
        )
        .order_by(ClassName.until, ClassName.id)
        .limit(1)
    )
    old = await session.scalar(query)
    return (old.major, old.minor) if old else (one.major, one.minor)


async def unknown_class(session: AsyncSession, key: tuple[Any, ...], on: date | None) -> str:
    """What is wrong with a class a case names, for the person who chose it; empty: nothing.

    Args:
        key: edition, kind, code.
        on: the day it has to hold on (China); None: any.
    """
    edition, kind, code = key
    if (one := await session.get(Category, key)) is None:
        if await session.get(Edition, str(edition)) is None:
            return f"没有“{edition}”版目录"
        return f"{edition} 版目录中没有编码为 {code} 的{kind}类别"
    if on is not None and one.valid_from and on < one.valid_from:
        return f"“{one.minor}”自 {one.valid_from} 起才能使用"
    if on is not None and one.valid_to and on >= one.valid_to:
        return f"“{one.minor}”自 {one.valid_to} 起已停用"
    return ""
