"""Tables of the exchange with other platforms (平台对接)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

CODE_LENGTH, TEXT_LENGTH, REFERENCE_LENGTH = 64, 512, 64


class PlatformKind(StrEnum):
    """What the other side is."""

    HOTLINE = "12345"  #: 12345 政务服务便民热线
    GRID = "grid"  #: 网格化平台
    DEPARTMENT = "department"  #: 专业部门系统
    OTHER = "other"  #: 其他平台


class Format(StrEnum):
    """How messages to a platform are written; it may send either."""

    JSON = "json"
    XML = "xml"


class Way(StrEnum):
    """Which way a message goes, or a code is read."""

    IN = "in"  #: 收
    OUT = "out"  #: 发
    BOTH = "both"  #: 双向, of codes only


class Table(StrEnum):
    """The mapping tables (对照表)."""

    CLASS = "class"  #: 类别: `2013:事件:0112` with us: edition, kind, code
    PLACE = "place"  #: 区划: place code of a district or street
    STAGE = "stage"  #: 阶段: outwards a stage, inwards a move of the workflow table
    UNIT = "unit"  #: 单位: unit code; a case dispatched to it goes to the platform


class MessageKind(StrEnum):
    """What a message says."""

    CASE = "case"  #: 案卷
    STATE = "state"  #: 办理状态
    RECEIPT = "receipt"  #: 回执
    DAILY = "daily"  #: 对账单


class MessageState(StrEnum):
    """What became of a message."""

    ACCEPTED = "accepted"  #: 已接收 (in)
    REFUSED = "refused"  #: 已拒收: by us, or with a receipt by them
    HELD = "held"  #: 待对照: a code has no mapping (out)
    WAITING = "waiting"  #: 待发送 (out)
    SENT = "sent"  #: 已发送，未回执 (out)
    ACKNOWLEDGED = "acknowledged"  #: 已回执 (out)


class Platform(Base):
    """Another platform (对接平台). Its reports come in as those of the source of the same code."""

    __tablename__ = "platforms"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    format: Mapped[str] = mapped_column(String(8))
    #: Where our messages go; empty: it only sends.
    url: Mapped[str] = mapped_column(String(512))
    sealed_secret: Mapped[str] = mapped_column(String(256))
    is_active: Mapped[bool]
    #: In whose name it moves cases (接口账号); None: its reports are kept, and move nothing.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    #: Last message of theirs that was signed well, and last of ours that got there.
    heard_at: Mapped[datetime | None]
    reached_at: Mapped[datetime | None]


class PlatformCode(Base):
    """One line of a mapping table (对照表): our code and theirs."""

    __tablename__ = "platform_codes"
    __table_args__ = (UniqueConstraint("platform", "kind", "way", "theirs", "ours"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(ForeignKey("platforms.code"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    way: Mapped[str] = mapped_column(String(8))
    ours: Mapped[str] = mapped_column(String(CODE_LENGTH))
    theirs: Mapped[str] = mapped_column(String(CODE_LENGTH))
    #: What they call it.
    name: Mapped[str] = mapped_column(String(64), default="")


class UnmappedCode(Base):
    """A code that came or was to go and stands in no mapping table (未对照代码)."""

    __tablename__ = "platform_unmapped"
    __table_args__ = (UniqueConstraint("platform", "kind", "way", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(ForeignKey("platforms.code"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    way: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    times: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class PlatformCase(Base):
    """A case of ours that a platform knows, by its own number (`origin` 来源) or by ours (`target` 去向)."""

    __tablename__ = "platform_cases"
    __table_args__ = (UniqueConstraint("platform", "role", "reference"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(ForeignKey("platforms.code"))
    role: Mapped[str] = mapped_column(String(8))
    reference: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)


class PlatformMessage(Base):
    """A message, in or out."""

    __tablename__ = "platform_messages"
    __table_args__ = (
        UniqueConstraint("platform", "way", "message_id"),
        Index("ix_platform_messages_day", "platform", "day"),
        Index("ix_platform_messages_lane", "platform", "way", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(ForeignKey("platforms.code"))
    way: Mapped[str] = mapped_column(String(8))
    #: Given by who sent it; the same however often it is sent.
    message_id: Mapped[str] = mapped_column(String(REFERENCE_LENGTH))
    kind: Mapped[str] = mapped_column(String(16))
    #: China date (YYYY-MM-DD) it stands under in the reconciliation list: when it came, or was made.
    day: Mapped[str] = mapped_column(String(10))
    case_id: Mapped[int | None]
    #: The case's number with them.
    reference: Mapped[str] = mapped_column(String(REFERENCE_LENGTH), default="")
    #: What is said in it, by our names (see ticketing.exchange.codec).
    content: Mapped[dict[str, Any]]
    #: SHA-256 of a message that came; the same id with another one is refused.
    digest: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(16))
    #: The receipt we gave, or were given.
    receipt: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problem: Mapped[str] = mapped_column(String(TEXT_LENGTH), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]


class PlatformNonce(Base):
    """A nonce that was used; the same one again is a replay."""

    __tablename__ = "platform_nonces"

    platform: Mapped[str] = mapped_column(ForeignKey("platforms.code"), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class PlatformList(Base):
    """What a platform says went back and forth on a day (对方对账单)."""

    __tablename__ = "platform_lists"

    platform: Mapped[str] = mapped_column(ForeignKey("platforms.code"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    at: Mapped[datetime]
    #: {"sent": [message ids], "received": [message ids]}
    items: Mapped[dict[str, Any]]
