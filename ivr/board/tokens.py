"""Tokens of wallboards (大屏令牌): made and revoked by leaders, shown once, kept as a hash, audited."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import HotlineError, NotFoundError
from ivr.board.tables import WallboardToken


class WallboardTokenError(HotlineError):
    """大屏令牌无效、已过期或已撤销，请联系值班长重新生成。"""

    code, status = "wallboard_token", 401


def digest(token: str) -> str:
    """What is kept of a token. It is 256 random bits, so one plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


async def make(
    sessions: SessionFactory, *, label: str, days: int, actor_id: int, address: str, clock: Clock
) -> tuple[WallboardToken, str]:
    """A new token good for `days`, and its text, which nobody can learn again."""
    token, now = secrets.token_urlsafe(32), clock.now()
    row = WallboardToken(
        label=label,
        digest=digest(token),
        created_by=actor_id,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    async with sessions.begin() as db:
        await begin_write(db)
        db.add(row)
        await db.flush()
        _audit(db, row, Action.WALLBOARD_MADE, now, actor_id, address)
    return row, token


async def revoke(
    sessions: SessionFactory, token_id: int, *, actor_id: int, address: str, clock: Clock
) -> None:
    """Shut the screen off; doing so twice is no mistake.

    Raises:
        NotFoundError
    """
    async with sessions.begin() as db:
        await begin_write(db)
        row = await db.get(WallboardToken, token_id, with_for_update=True)
        if row is None:
            raise NotFoundError("没有这个大屏令牌。")
        if row.revoked_at is None:
            row.revoked_at = clock.now()
            _audit(db, row, Action.WALLBOARD_REVOKED, row.revoked_at, actor_id, address)


async def listing(db: AsyncSession) -> Sequence[WallboardToken]:
    """All of them, newest first."""
    return (await db.scalars(select(WallboardToken).order_by(WallboardToken.id.desc()))).all()


async def check(db: AsyncSession, token: str, now: datetime) -> None:
    """
    Raises:
        WallboardTokenError: nobody made it, it has expired, or it was revoked.
    """
    row = await db.scalar(select(WallboardToken).where(WallboardToken.digest == digest(token)))
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        raise WallboardTokenError


def _audit(
    db: AsyncSession, row: WallboardToken, action: Action, now: datetime, actor_id: int, address: str
) -> None:
    audit.record(
        db,
        at=now,
        actor_id=actor_id,
        action=action,
        subject=f"wallboard:{row.id}",
        address=address,
        detail={"label": row.label, "expires_at": row.expires_at.isoformat()},
    )
