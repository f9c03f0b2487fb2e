"""Tables of the search room.

The words themselves lie in `recording_words`, which each database keeps in its own way (see `words_table`):
it is made by the migration and has no class here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

#: SQLite gives its fast row number to a column of exactly this type.
KeyType = BigInteger().with_variant(Integer, "sqlite")
NAME_LENGTH, WORD_LENGTH = 64, 32


class Severity(StrEnum):
    """How fast somebody has to look at an alert (告警级别)."""

    CRITICAL = "critical"  #: 紧急: life in danger
    HIGH = "high"  #: 重要
    NORMAL = "normal"  #: 一般


class SearchRow(Base):
    """What results show and filters ask of one recording; its key sorts by time (`keys.py`)."""

    __tablename__ = "recording_search"

    key: Mapped[int] = mapped_column(KeyType, primary_key=True, autoincrement=False)
    recording_id: Mapped[int] = mapped_column(unique=True)
    call_id: Mapped[str] = mapped_column(String(64), index=True)
    started_at: Mapped[datetime]
    #: Normalised whole number; who sees it is decided where it is shown.
    caller: Mapped[str] = mapped_column(String(32), default="")
    seat: Mapped[str] = mapped_column(String(8), default="")
    queue: Mapped[str] = mapped_column(String(32), default="")
    duration_s: Mapped[float] = mapped_column(Float, default=0.0)
    case_id: Mapped[int | None]
    case_number: Mapped[str] = mapped_column(String(19), default="")
    #: Of the quality inspection (质检), 0 to 100.
    score: Mapped[float | None] = mapped_column(Float)
    survey: Mapped[int | None]
    silence_share: Mapped[float | None] = mapped_column(Float)
    talk_over_s: Mapped[float | None] = mapped_column(Float)
    #: Words of keyword lists that were said.
    keywords: Mapped[list[str]] = mapped_column(JSON, default=list)
    marks: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Seats that had the citizen after `seat`.
    handed_to: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Newest transcript that is in the index; 0: none was there yet.
    transcript_id: Mapped[int] = mapped_column(default=0)


class SearchText(Base):
    """What the words were made of: to take them out again, to check a find, and to show it in context."""

    __tablename__ = "recording_texts"

    recording_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Letters only, one line an utterance (`words.plain`).
    body: Mapped[str] = mapped_column(Text)
    #: The tokens of everything that is not said, space-separated (`facts.tokens`).
    facts: Mapped[str] = mapped_column(Text)
    #: [[side, text, [[position of a character in it, second], …]], …] (`lines.py`).
    lines: Mapped[list[list[Any]]] = mapped_column(JSON)


class MeasuresRow(Base):
    """`recorder.measures.Measures` of a recording, in the units named there."""

    __tablename__ = "recording_measures"

    recording_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    silence_share: Mapped[float] = mapped_column(Float)
    talk_over_s: Mapped[float] = mapped_column(Float)
    caller_speech_s: Mapped[float] = mapped_column(Float)
    hotline_speech_s: Mapped[float] = mapped_column(Float)
    caller_chars_per_min: Mapped[float] = mapped_column(Float)
    hotline_chars_per_min: Mapped[float] = mapped_column(Float)
    longest_silence_s: Mapped[float] = mapped_column(Float)


class SavedSearch(Base):
    """A search somebody wants again (保存的查询); leaders may share theirs with everybody."""

    __tablename__ = "saved_searches"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    #: The query as GET /recordings/search takes it.
    query: Mapped[dict[str, Any]] = mapped_column(default=dict)
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class KeywordList(Base):
    """Words that raise an alarm when they are said (关键词表)."""

    __tablename__ = "keyword_lists"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    words: Mapped[list[str]] = mapped_column(JSON)
    severity: Mapped[str] = mapped_column(String(16))
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class KeywordAlert(Base):
    """Words of a list were said in a recording (关键词告警). One row for each list and recording."""

    __tablename__ = "keyword_alerts"
    __table_args__ = (UniqueConstraint("recording_id", "list_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int]
    call_id: Mapped[str] = mapped_column(String(64))
    list_id: Mapped[int] = mapped_column(index=True)
    #: As they were then: the list may be changed or gone.
    list_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    severity: Mapped[str] = mapped_column(String(16))
    words: Mapped[list[str]] = mapped_column(JSON)
    #: Where: [{"side", "at_s", "text", "marks": [[start, end], …]}], three at most.
    hits: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    at: Mapped[datetime] = mapped_column(index=True)


class AlertSeen(Base):
    """Who has seen an alert (已阅)."""

    __tablename__ = "keyword_alerts_seen"

    alert_id: Mapped[int] = mapped_column(
        ForeignKey("keyword_alerts.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    at: Mapped[datetime]
