"""The table of call-backs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class CallbackKind(StrEnum):
    """Where a call-back comes from."""

    REQUESTED = "requested"  #: 预约回拨: the caller asked for it and keeps the place in the queue
    MISSED = "missed"  #: 漏接: gave up waiting


class CallbackState(StrEnum):
    """How far it has got."""

    WAITING = "waiting"  #: 待回拨
    DIALLING = "dialling"  #: 回拨中: from before the phone rings until the call is over
    DONE = "done"  #: 已回拨: talked with a seat, or left a message
    FAILED = "failed"  #: 回拨失败: not reached in all attempts
    EXPIRED = "expired"  #: 已过期
    CANCELLED = "cancelled"  #: 已取消, by a person


OPEN = (CallbackState.WAITING, CallbackState.DIALLING)
_IS_OPEN = text("state IN ('waiting', 'dialling')")


class Callback(Base):
    """One citizen to be called back."""

    __tablename__ = "callbacks"
    __table_args__ = (
        Index(
            "uq_callbacks_open_number",
            "number",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    #: As it is dialled: digits.
    number: Mapped[str] = mapped_column(String(20))
    queue: Mapped[str] = mapped_column(String(32))
    #: zh_CN or en
    language: Mapped[str] = mapped_column(String(8), default="zh_CN")
    state: Mapped[str] = mapped_column(String(16), default=CallbackState.WAITING, index=True)
    #: When the caller joined the queue: the place that is kept.
    joined_at: Mapped[datetime]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: Not dialled before; None: as soon as it is its turn.
    next_at: Mapped[datetime | None]
    #: Counted before the phone rings, so that a crash never makes one too many.
    attempts: Mapped[int] = mapped_column(default=0)
    attempted_at: Mapped[datetime | None]
    #: Call id of the last attempt, written down before it is dialled.
    attempt_call_id: Mapped[str] = mapped_column(String(64), default="")
    #: ivr.outbound.dialler.DialResult of the last attempt, or `abandoned`; empty: none yet.
    result: Mapped[str] = mapped_column(String(16), default="")
    #: The call it was asked for in, or that was missed.
    call_id: Mapped[str] = mapped_column(String(64), default="", index=True)
    closed_at: Mapped[datetime | None]
