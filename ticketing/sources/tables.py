"""Tables of sources: who may report, with which keys, and every report as it came."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

CODE_LENGTH, NAME_LENGTH, ID_LENGTH = 32, 64, 128


class Source(Base):
    """Somebody or something that reports by itself: a mailbox, a newspaper, a noise meter (来源)."""

    __tablename__ = "sources"

    code: Mapped[str] = mapped_column(String(CODE_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    #: ticketing.sources.channels.Channel
    channel: Mapped[str] = mapped_column(String(16))
    #: What its reports are where they do not say: ticketing.forms.CaseKind, Urgency, and a class.
    kind: Mapped[str] = mapped_column(String(16))
    urgency: Mapped[str] = mapped_column(String(16))
    category_edition: Mapped[str | None] = mapped_column(String(8))
    category_kind: Mapped[str | None] = mapped_column(String(8))
    category_code: Mapped[str | None] = mapped_column(String(8))
    #: Readings below it are kept, but open no case. None: a report's own, or none.
    threshold: Mapped[float | None]
    #: Complete reports are registered at once; else a seat looks at each.
    registers: Mapped[bool] = mapped_column(default=True)
    per_minute: Mapped[int]
    #: 0: only the source's own id tells repeats.
    similar_minutes: Mapped[int]
    similar_m: Mapped[int]
    similar_percent: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    #: Reports it may still send at `allowance_at`; more come with time (ticketing.sources.limits).
    allowance: Mapped[float]
    allowance_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(
            ["category_edition", "category_kind", "category_code"],
            ["categories.edition", "categories.kind", "categories.code"],
            name="fk_sources_category",
        ),
    )


class SourceKey(Base):
    """A key of a source. Several at a time, so that one can be changed without a gap; none is kept itself."""

    __tablename__ = "source_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(ForeignKey("sources.code"), index=True)
    #: Its first letters, to tell it from others.
    hint: Mapped[str] = mapped_column(String(12))
    #: SHA-256 of the key, hexadecimal.
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    #: None: made on the command line.
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    #: To the hour.
    used_at: Mapped[datetime | None]


class ReportState(StrEnum):
    """What became of a report."""

    OPENED = "opened"  #: 已建案卷
    SIMILAR = "similar"  #: 并入相似来件的案卷
    NOTED = "noted"  #: 未达阈值，仅留存
    REPEATED = "repeated"  #: 重复提交; told to who sends, never stored


class SourceReport(Base):
    """A report as it came, whatever became of it; rows are only ever added."""

    __tablename__ = "source_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(ForeignKey("sources.code"))
    #: The source's own id.
    external_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    #: SHA-256 of what was said, so that an id used for something else is found out.
    digest: Mapped[str] = mapped_column(String(64))
    #: How it came: api, open311, exchange.
    via: Mapped[str] = mapped_column(String(16))
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    #: Whoever was given it instead of a case number may ask for that with it.
    token: Mapped[str | None] = mapped_column(String(32), unique=True)
    #: Who reports (number, address or account) and with which device, to tell repeats.
    reporter: Mapped[str] = mapped_column(String(128), default="")
    device: Mapped[str] = mapped_column(String(64), default="")
    #: All of it (`ticketing.sources.reports.Report` as JSON).
    body: Mapped[dict[str, Any]]

    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_source_reports_source_received", "source", "received_at"),
        Index("ix_source_reports_via_case", "via", "case_id"),
    )
