"""The audit trail: who did what, when, from where. The database refuses to change or delete its rows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.tables import AuditEntry


class Action(StrEnum):
    """What the trail speaks of, as `thing:done[:how]`."""

    ACCOUNT_CREATED = "account:created"  #: 建账号
    SESSION_OPENED = "session:opened"  #: 登录
    SESSION_CLOSED = "session:closed"  #: 退出
    SESSION_REFUSED_WRONG = "session:refused:wrong_password"  #: 密码错误
    SESSION_REFUSED_UNKNOWN = "session:refused:unknown_user"  #: 无此账号
    SESSION_REFUSED_LOCKED = "session:refused:locked"  #: 账号已锁定
    ACCOUNT_LOCKED = "account:locked"  #: 锁定账号
    RECORDING_PLAYED = "recording:played"  #: 播放录音
    CASE_MOVED = "case:moved"  #: 案卷流转


def record(
    session: AsyncSession,
    *,
    at: datetime,
    actor_id: int | None,
    action: str,
    subject: str = "",
    address: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Add a line in the caller's transaction. `address` is where the request came from."""
    entry = AuditEntry(
        at=at,
        actor_id=actor_id,
        action=str(action)[:64],
        subject=subject[:128],
        address=address[:64],
        detail=detail or {},
    )
    session.add(entry)
