"""Tables of messages to citizens and staff: templates, messages, attempts, and where people are reached."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class MessageChannel(StrEnum):
    """The way a message goes."""

    SMS = "sms"  #: 短信
    WECHAT = "wechat"  #: 微信
    EMAIL = "email"  #: 邮件


class Audience(StrEnum):
    """Who is told."""

    REPORTER = "reporter"  #: 反映人, and those whose case was merged into this one
    UNIT = "unit"  #: 责任单位人员
    ESCALATED = "escalated"  #: 超时上报对象: whom this step of the ladder names
    LEADER = "leader"  #: 领导


class Language(StrEnum):
    ZH = "zh"  #: 中文
    EN = "en"  #: 英文


class Confidential(StrEnum):
    """What a template does about a confidential case (保密)."""

    BARE = "bare"  #: 隐去内容: sent, with who, where and what left out
    SKIP = "skip"  #: 不发送


class SendState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"  #: 待发送; `held` says what for
    SENT = "sent"  #: 已发送: the gateway or mail server took it
    FAILED = "failed"  #: 发送失败: refused, or given up
    SKIPPED = "skipped"  #: 不发送: nowhere to send it to, or not wanted
    CANCELLED = "cancelled"  #: 已取消 by a person


class Held(StrEnum):
    """What a waiting message waits for."""

    NOTHING = ""
    QUIET = "quiet"  #: 夜间免打扰
    LIMIT = "limit"  #: 超过每人限量
    RETRY = "retry"  #: 待重试


class NoticeTemplate(Base):
    """What is said to whom after a move."""

    __tablename__ = "notice_templates"
    __table_args__ = (
        UniqueConstraint("move", "audience", "channel", "language", name="uq_notice_templates_move"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Name of a row of the workflow table.
    move: Mapped[str] = mapped_column(String(32))
    audience: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(4))
    #: Of e-mails.
    subject: Mapped[str] = mapped_column(String(120), default="")
    text: Mapped[str] = mapped_column(Text)
    #: Goes out at night too.
    urgent: Mapped[bool] = mapped_column(default=False)
    confidential: Mapped[str] = mapped_column(String(8), default=Confidential.BARE)
    enabled: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class OutgoingMessage(Base):
    """A message as it is to be sent: written with the move that caused it, never changed in its words."""

    __tablename__ = "outgoing_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The same in each attempt: by it a gateway knows what it has already.
    key: Mapped[str] = mapped_column(String(32), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    move: Mapped[str] = mapped_column(String(32))
    audience: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(4))
    template_id: Mapped[int | None] = mapped_column(ForeignKey("notice_templates.id"))
    #: Number, OpenID or e-mail address; empty: there is none.
    recipient: Mapped[str] = mapped_column(String(254), default="")
    #: The one of our own people it is for.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    #: Whom the limits count for: one person, whichever the channel.
    person: Mapped[str] = mapped_column(String(254), default="")
    subject: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12))
    held: Mapped[str] = mapped_column(String(8), default=Held.NOTHING)
    #: Why it waits, failed or is not sent, in a sentence.
    why: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
    #: Since when somebody is trying; a re-sending by hand begins anew.
    since: Mapped[datetime]
    next_at: Mapped[datetime | None]
    #: End and token of the right to send it.
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    #: What the gateway calls it.
    reference: Mapped[str] = mapped_column(String(128), default="")
    #: The message this one repeats by hand.
    resent_of: Mapped[int | None] = mapped_column(ForeignKey("outgoing_messages.id"))

    __table_args__ = (
        Index("ix_outgoing_messages_due", "state", "urgent", "next_at"),
        Index("ix_outgoing_messages_person_sent", "person", "sent_at"),
    )


class OutgoingAttempt(Base):
    """One try to hand a message over; rows are only added."""

    __tablename__ = "outgoing_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outgoing_messages.id"), index=True)
    at: Mapped[datetime]
    #: core.delivery.Outcome
    outcome: Mapped[str] = mapped_column(String(12))
    #: What HTTP or SMTP answered.
    status: Mapped[int | None]
    why: Mapped[str] = mapped_column(Text, default="")
    took_ms: Mapped[int] = mapped_column(default=0)


class CaseContact(Base):
    """How a reporter wants to hear from us, beside the number of the case."""

    __tablename__ = "case_contacts"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    email: Mapped[str] = mapped_column(String(254), default="")
    #: OpenID at the centre's WeChat account.
    wechat: Mapped[str] = mapped_column(String(64), default="")
    language: Mapped[str] = mapped_column(String(4), default=Language.ZH)
    #: The one channel they want; empty: each there is.
    channel: Mapped[str] = mapped_column(String(8), default="")


class StaffContact(Base):
    """Where one of our own people is told."""

    __tablename__ = "staff_contacts"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    mobile: Mapped[str] = mapped_column(String(32), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    wechat: Mapped[str] = mapped_column(String(64), default="")
