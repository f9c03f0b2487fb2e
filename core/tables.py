"""Tables of the shared ground floor: accounts, audit trail, outbox."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Role(StrEnum):
    """Who a person is in the centre (hotline.md section 1)."""

    SEAT = "seat"  #: 坐席
    INSPECTOR = "inspector"  #: 质检员
    SHIFT_LEADER = "shift_leader"  #: 值班长
    ADMINISTRATOR = "administrator"  #: 管理员
    DISPATCHER = "dispatcher"  #: 派遣员
    DISTRICT_AGENT = "district_agent"  #: 区级派遣员
    DEPARTMENT = "department"  #: 专业部门
    COLLECTOR = "collector"  #: 监督员
    LEADER = "leader"  #: 领导
    ASSESSOR = "assessor"  #: 考核员


#: Who works outside of the centre: no call, no recording, and of cases only their own.
OUTSIDE = frozenset({Role.DISTRICT_AGENT, Role.DEPARTMENT, Role.COLLECTOR})


class Unit(Base):
    """A unit that cases are dispatched to (责任单位): a district's platform or a professional department."""

    __tablename__ = "units"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    #: Place code of the district it works in; None: the whole city.
    district: Mapped[str | None] = mapped_column(String(15), index=True)
    #: False: no new case goes there (停用); old cases keep it.
    is_active: Mapped[bool] = mapped_column(default=True)


class Account(Base):
    """A person who logs in to the console."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(32))
    #: Extension of the seat this person works at, if any.
    extension: Mapped[str | None] = mapped_column(String(8))
    #: Since when, once somebody has changed seats (换座); None: since the account was made.
    seated_at: Mapped[datetime | None]
    #: The unit this person works for, outside of the centre.
    unit: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    password_hash: Mapped[str] = mapped_column(String(256))
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class AuditEntry(Base):
    """One line of the audit trail; rows are only ever added.

    `action` follows the grammar `thing:done[:how]`, for example `session:refused:locked`, `recording:played`.
    """

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    action: Mapped[str] = mapped_column(String(64), index=True)
    #: What it was done to, for example `call:a-1700000000.1`.
    subject: Mapped[str] = mapped_column(String(128), default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class AuditLink(Base):
    """A line of the audit trail taken into its chain (`core.trail`); rows are only ever added."""

    __tablename__ = "audit_links"

    #: 1, 2, 3 …
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: No foreign key: a line that was taken away must not take this along.
    audit_id: Mapped[int] = mapped_column(unique=True)
    #: Sum over the line and the link before.
    hash: Mapped[str] = mapped_column(String(64))


class IdempotencyKey(Base):
    """A request that may come twice, and its answer (`core.repeats`); kept for a day."""

    __tablename__ = "idempotency_keys"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    #: Sum of the client's key.
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: Sum over method, address and body.
    request: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
    #: None: not answered yet, or nobody knows how it ended.
    status: Mapped[int | None]
    #: Sealed with the client's key: nobody else can read it.
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


class OutboxEntry(Base):
    """An event committed together with the change it tells of, until it is published."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    type: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime | None] = mapped_column(index=True)
