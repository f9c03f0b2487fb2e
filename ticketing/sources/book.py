"""The book of sources: adding and changing them; each change is an audit row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import ConflictError, InvalidError
from ticketing import catalogue
from ticketing.sources.channels import usual
from ticketing.sources.keys import NoSuchSourceError
from ticketing.sources.tables import CODE_LENGTH, Source, SourceReport

#: What may be changed; code and channel stay what they are.
CHANGEABLE = (
    *("name", "kind", "urgency", "category_edition", "category_kind", "category_code", "threshold"),
    *("registers", "per_minute", "similar_minutes", "similar_m", "similar_percent", "is_active"),
)
_CODE = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{CODE_LENGTH - 1}}}")


def fresh(code: str, name: str, channel: str, now: datetime, **more: Any) -> Source:
    """A source with what is usual for its channel, where `more` says nothing else."""
    start = usual(channel)
    values: dict[str, Any] = {
        "kind": str(start.kind),
        "urgency": str(start.urgency),
        "per_minute": start.per_minute,
        "similar_minutes": start.similar_minutes,
        "similar_m": start.similar_m,
        "similar_percent": start.similar_percent,
        "registers": True,
        "is_active": True,
    } | more
    return Source(
        code=code,
        name=name,
        channel=str(channel),
        created_at=now,
        changed_at=now,
        allowance=float(values["per_minute"]),
        allowance_at=now,
        **values,
    )


async def add(
    sessions: SessionFactory,
    *,
    code: str,
    name: str,
    channel: str,
    values: Mapping[str, Any],
    actor_id: int | None,
    address: str = "",
    clock: Clock,
) -> Source:
    """
    Raises:
        InvalidError: the code is taken or not one, or there is no such class.
    """
    if not _CODE.fullmatch(code):
        raise InvalidError("表单有误", fields={"code": "须为小写字母、数字和连字符"})
    async with sessions.begin() as db:
        await begin_write(db)
        if await db.get(Source, code) is not None:
            raise InvalidError("表单有误", fields={"code": "已有这个来源编码"})
        await _check_class(db, values)
        source = fresh(code, name, channel, clock.now(), **values)
        db.add(source)
        _audit(db, source, Action.SOURCE_ADDED, dict(values) | {"channel": channel}, actor_id, address)
    return source


async def change(
    sessions: SessionFactory,
    code: str,
    *,
    version: int,
    values: Mapping[str, Any],
    actor_id: int | None,
    address: str = "",
    clock: Clock,
) -> Source:
    """
    Raises:
        NoSuchSourceError
        ConflictError: somebody else changed it since `version`.
        InvalidError: there is no such class.
    """
    async with sessions.begin() as db:
        await begin_write(db)
        source = await db.get(Source, code, with_for_update=True)
        if source is None:
            raise NoSuchSourceError
        if source.version != version:
            raise ConflictError("其他人刚刚修改了这个来源，请刷新后重试。")
        await _check_class(db, values)
        changed = {
            name: [getattr(source, name), value]
            for name, value in values.items()
            if name in CHANGEABLE and getattr(source, name) != value
        }
        for name, (_, value) in changed.items():
            setattr(source, name, value)
        if changed:
            source.version, source.changed_at = source.version + 1, clock.now()
            _audit(db, source, Action.SOURCE_CHANGED, changed, actor_id, address)
    return source


async def listing(db: AsyncSession) -> Sequence[Source]:
    """All of them, by code."""
    return (await db.scalars(select(Source).order_by(Source.code))).all()


async def counts(db: AsyncSession, now: datetime) -> dict[tuple[str, str], int]:
    """How many reports of each source ended in each state in the last 24 hours."""
    since = SourceReport.received_at > now - timedelta(hours=24)
    query = select(SourceReport.source, SourceReport.state, func.count()).where(since)
    rows = await db.execute(query.group_by(SourceReport.source, SourceReport.state))
    return {(source, state): count for source, state, count in rows}


async def _check_class(db: AsyncSession, values: Mapping[str, Any]) -> None:
    key = {name: values.get(name) for name in ("category_edition", "category_kind", "category_code")}
    if wrong := await catalogue.wrong_references(db, key, whole=False):
        raise InvalidError("表单有误", fields=wrong)


def _audit(
    db: AsyncSession,
    source: Source,
    action: Action,
    detail: dict[str, Any],
    actor_id: int | None,
    address: str,
) -> None:
    audit.record(
        db,
        at=source.changed_at,
        actor_id=actor_id,
        action=action,
        subject=f"source:{source.code}",
        address=address,
        detail=detail,
    )
