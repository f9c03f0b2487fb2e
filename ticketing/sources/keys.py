"""Keys of sources (来源密钥): shown once, kept as a hash, several at a time, revoked at any time; audited."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import HotlineError, NotFoundError
from ticketing.sources.tables import Source, SourceKey

#: So that a key found lying about can be told for what it is.
PREFIX = "hs_"
_HINT = len(PREFIX) + 6
#: When a key was last used is noted no finer.
_USED_AGAIN = timedelta(hours=1)


class SourceKeyError(HotlineError):
    """来源密钥无效或已撤销。"""

    code, status = "source_key", 401


class SourceShutError(HotlineError):
    """该来源已停用。"""

    code, status = "source_shut", 403


class NoSuchSourceError(NotFoundError):
    """没有这个来源。"""

    code = "no_such_source"


def digest(key: str) -> str:
    """What is kept of a key. It is 256 random bits, so one plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


async def make(
    sessions: SessionFactory, source: str, *, actor_id: int | None, address: str = "", clock: Clock
) -> tuple[SourceKey, str]:
    """Another key of a source, and its text, which nobody can learn again.

    Raises:
        NoSuchSourceError
    """
    key, now = PREFIX + secrets.token_urlsafe(32), clock.now()
    row = SourceKey(source=source, hint=key[:_HINT], digest=digest(key), created_by=actor_id, created_at=now)
    async with sessions.begin() as db:
        await begin_write(db)
        if await db.get(Source, source) is None:
            raise NoSuchSourceError
        db.add(row)
        await db.flush()
        _audit(db, row, Action.SOURCE_KEY_MADE, now, actor_id, address)
    return row, key


async def revoke(
    sessions: SessionFactory, source: str, key_id: int, *, actor_id: int | None, address: str, clock: Clock
) -> None:
    """Nobody reports with this key any more; doing so twice is no mistake.

    Raises:
        NotFoundError
    """
    async with sessions.begin() as db:
        await begin_write(db)
        row = await db.get(SourceKey, key_id, with_for_update=True)
        if row is None or row.source != source:
            raise NotFoundError("没有这个密钥。")
        if row.revoked_at is None:
            row.revoked_at = clock.now()
            _audit(db, row, Action.SOURCE_KEY_REVOKED, row.revoked_at, actor_id, address)


async def holder(sessions: SessionFactory, key: str, now: datetime) -> Source:
    """The source a key is of.

    Raises:
        SourceKeyError: nobody made it, or it was revoked.
        SourceShutError: the source is switched off.
    """
    if not (key.startswith(PREFIX) and key.isascii()):
        raise SourceKeyError
    query = select(SourceKey, Source).join(Source, Source.code == SourceKey.source)
    async with sessions() as db:
        found = (await db.execute(query.where(SourceKey.digest == digest(key)))).first()
        if found is None or found[0].revoked_at is not None:
            raise SourceKeyError
        row, source = found
        if not source.is_active:
            raise SourceShutError
        if row.used_at is None or now - row.used_at > _USED_AGAIN:
            await db.execute(update(SourceKey).where(SourceKey.id == row.id).values(used_at=now))
            await db.commit()
        return source


async def of_sources(db: AsyncSession) -> dict[str, list[SourceKey]]:
    """All keys by source, newest first."""
    found: dict[str, list[SourceKey]] = {}
    rows: Sequence[SourceKey] = (await db.scalars(select(SourceKey).order_by(SourceKey.id.desc()))).all()
    for row in rows:
        found.setdefault(row.source, []).append(row)
    return found


def _audit(
    db: AsyncSession, row: SourceKey, action: Action, now: datetime, actor_id: int | None, address: str
) -> None:
    audit.record(
        db,
        at=now,
        actor_id=actor_id,
        action=action,
        subject=f"source:{row.source}",
        address=address,
        detail={"key": row.id, "hint": row.hint},
    )
