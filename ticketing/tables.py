"""Tables of the case engine."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Stage(StrEnum):
    """Where a case stands. The full seven stages of hotline.md section 5 grow out of these."""

    DRAFT = "draft"  #: 草稿
    REGISTERED = "registered"  #: 已登记 (信息收集)
    ESTABLISHED = "established"  #: 已立案 (案卷建立)
    CLOSED = "closed"  #: 已结案


class Case(Base):
    """A case (案卷). Only `ticketing.moves.move` changes `stage`."""

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: 19 digits: 6 division + 8 date + 5 serial; given when the case is registered.
    number: Mapped[str | None] = mapped_column(String(19), unique=True)
    stage: Mapped[str] = mapped_column(String(16), index=True)
    #: Goes up with every change; a writer names the version it saw.
    version: Mapped[int] = mapped_column(default=1)
    call_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    #: telephone (电话) for calls
    source: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16), default="")
    urgency: Mapped[str] = mapped_column(String(16), default="normal")
    confidential: Mapped[bool] = mapped_column(default=False)
    wants_visit: Mapped[bool] = mapped_column(default=True)
    reporter_name: Mapped[str] = mapped_column(String(64), default="")
    caller_number: Mapped[str] = mapped_column(String(32), default="", index=True)
    callback_number: Mapped[str] = mapped_column(String(32), default="")
    district: Mapped[str | None] = mapped_column(ForeignKey("places.code"))
    street: Mapped[str | None] = mapped_column(ForeignKey("places.code"))
    address: Mapped[str] = mapped_column(String(256), default="")
    category_edition: Mapped[str | None] = mapped_column(String(8))
    category_kind: Mapped[str | None] = mapped_column(String(8))
    category_code: Mapped[str | None] = mapped_column(String(8))
    description: Mapped[str] = mapped_column(Text, default="")
    #: True while `description` is the untouched transcript and may be replaced by a better one.
    description_is_transcript: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(index=True)
    #: Last change of any sort, and by whom (None: the system): told to a person who saved second.
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    registered_at: Mapped[datetime | None]
    established_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["category_edition", "category_kind", "category_code"],
            ["categories.edition", "categories.kind", "categories.code"],
            name="fk_cases_category",
        ),
        Index("ix_cases_stage_created", "stage", "created_at"),
        Index("ix_cases_street_stage", "street", "stage"),
    )


class CaseHistory(Base):
    """One move of a case; rows are only ever added."""

    __tablename__ = "case_history"
    __table_args__ = (UniqueConstraint("case_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    seq: Mapped[int]
    at: Mapped[datetime]
    #: None: the system did it (for example a draft opened from a call).
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    move: Mapped[str] = mapped_column(String(32))
    from_stage: Mapped[str] = mapped_column(String(16))
    to_stage: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    #: {"field": [before, after]}
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)


class CaseCounter(Base):
    """Last case serial given out on a day (China date, YYYYMMDD)."""

    __tablename__ = "case_counters"

    day: Mapped[str] = mapped_column(String(8), primary_key=True)
    last: Mapped[int]


class Category(Base):
    """A class of the catalogue. The key is (edition, kind, code): codes repeat between kinds and editions."""

    __tablename__ = "categories"

    edition: Mapped[str] = mapped_column(String(8), primary_key=True)
    #: 部件 component or 事件 event
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    major: Mapped[str] = mapped_column(String(64))
    minor: Mapped[str] = mapped_column(String(64))


class Place(Base):
    """District (区, level 3) or street (街道, level 4) with its division code."""

    __tablename__ = "places"

    code: Mapped[str] = mapped_column(String(15), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    level: Mapped[int]
    parent: Mapped[str | None] = mapped_column(String(15), index=True)
