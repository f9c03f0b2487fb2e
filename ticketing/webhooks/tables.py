"""Tables of webhooks: subscriptions, what is to be delivered, and every attempt at it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

NAME_LENGTH, URL_LENGTH, WHY_LENGTH = 64, 512, 256


class WebhookState(StrEnum):
    """Whether a webhook gets its events now."""

    ACTIVE = "active"  #: 启用
    PAUSED = "paused"  #: 暂停: by a person; events gather
    DISABLED = "disabled"  #: 自动停用: it failed too long; events gather
    ENDED = "ended"  #: 已删除


class DeliveryState(StrEnum):
    """What became of one event for one webhook."""

    WAITING = "waiting"  #: 待投递
    DELIVERED = "delivered"  #: 已投递
    GIVEN_UP = "given_up"  #: 已放弃: refused for too long


class Webhook(Base):
    """A subscription (订阅)."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    url: Mapped[str] = mapped_column(String(URL_LENGTH))
    #: Names of moves it wants; empty: all.
    moves: Mapped[list[str]] = mapped_column(JSON)
    #: Only moves that end in one of these stages; empty: all.
    stages: Mapped[list[str]] = mapped_column(JSON)
    sealed_secret: Mapped[str] = mapped_column(String(256))
    state: Mapped[str] = mapped_column(String(16), index=True)
    #: Why it was switched off.
    why: Mapped[str] = mapped_column(String(WHY_LENGTH), default="")
    made_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]
    #: Of the event written down last.
    last_sequence: Mapped[int] = mapped_column(default=0)
    #: Since when nothing was taken; None: all is well.
    failing_since: Mapped[datetime | None]
    #: Failures in a row, and when the next attempt is due.
    failures: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class WebhookDelivery(Base):
    """One event for one webhook. `body` is what is signed and sent, byte for byte, each time."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index("ix_webhook_deliveries_lane", "webhook_id", "state", "sequence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"))
    #: 1, 2, 3 … for each webhook: the order they are sent in.
    sequence: Mapped[int]
    #: The same however often it is sent: receivers drop what they had.
    event_id: Mapped[str] = mapped_column(String(64))
    move: Mapped[str] = mapped_column(String(32))
    case_id: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    #: Since when the receiver answers that it does not want it (4xx).
    refused_since: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class WebhookAttempt(Base):
    """One attempt: what was sent and what came back, in excerpts."""

    __tablename__ = "webhook_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    took_ms: Mapped[int]
    #: HTTP status; None: there was no answer.
    status: Mapped[int | None]
    problem: Mapped[str] = mapped_column(String(WHY_LENGTH), default="")
    request: Mapped[str] = mapped_column(Text)
    response: Mapped[str] = mapped_column(Text)
