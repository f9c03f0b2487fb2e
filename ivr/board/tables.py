"""Tables of the board: who may show it on a wall, and what leaders told the seats."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

LABEL_LENGTH = 64


class WallboardToken(Base):
    """Lets a screen on a wall (大屏) show the board without a log-in. The token itself is not kept."""

    __tablename__ = "wallboard_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Which screen it is for.
    label: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    #: SHA-256 of the token, hexadecimal.
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Audience(StrEnum):
    """Whom a notice is for."""

    ALL = "all"  #: 全体
    QUEUE = "queue"  #: 队列: the seats whose skills serve it
    SEATS = "seats"  #: 指定坐席


class NoticeRow(Base):
    """A short text from a leader to seats (通知); rows are only ever added."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    text: Mapped[str] = mapped_column(Text)
    sender_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    audience: Mapped[str] = mapped_column(String(8))
    #: Name of the queue, of a notice to one.
    queue: Mapped[str] = mapped_column(String(32), default="")
    #: Extensions it is for, those of a queue as they were when it was sent; empty for all.
    seats: Mapped[list[str]] = mapped_column(JSON, default=list)
