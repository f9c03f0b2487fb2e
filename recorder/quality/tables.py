"""Tables of quality inspection (质检).

Scores outlive the recording they are about: when it is deleted, figures stay and words go (`forgetting`).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

MAX_NAME = 64


class SheetState(StrEnum):
    """A version of a score sheet is a draft, then in force, then history."""

    DRAFT = "draft"  #: 草稿
    PUBLISHED = "published"  #: 已发布
    RETIRED = "retired"  #: 已停用


class SampleState(StrEnum):
    """Where a sampled call is on its way to a score."""

    WAITING = "waiting"  #: 待质检
    CLAIMED = "claimed"  #: 质检中: locked for one inspector until `claimed_until`
    SCORED = "scored"  #: 已评分
    SKIPPED = "skipped"  #: 已跳过: with a reason
    GONE = "gone"  #: 录音已删除


class ScoreState(StrEnum):
    """What has become of a score."""

    SUBMITTED = "submitted"  #: 已评分
    APPEALED = "appealed"  #: 申诉中
    UPHELD = "upheld"  #: 维持原分
    CHANGED = "changed"  #: 已改分


class QualitySheet(Base):
    """One version of a score sheet (评分表)."""

    __tablename__ = "quality_sheets"
    __table_args__ = (UniqueConstraint("family", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: What its versions have in common: the id of the first of them.
    family: Mapped[int] = mapped_column(index=True)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    state: Mapped[str] = mapped_column(String(16), default=SheetState.DRAFT)
    #: recorder.quality.sheet.Sheet
    body: Mapped[dict[str, Any]]
    #: Days in China of the calls it is for, both included; None: no bound.
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    #: Goes up with each saved change of a draft.
    revision: Mapped[int] = mapped_column(default=1)
    #: None: delivered with the product.
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    published_at: Mapped[datetime | None]


class QualityRun(Base):
    """A week whose sample is drawn (周抽检); its row is the lock of who draws."""

    __tablename__ = "quality_runs"

    #: ISO week, 2026-W48.
    week: Mapped[str] = mapped_column(String(8), primary_key=True)
    begun_at: Mapped[datetime]
    #: Drawn after the week was over; None: only in part so far.
    finished_at: Mapped[datetime | None]
    made: Mapped[int] = mapped_column(default=0)


class QualitySample(Base):
    """A recording chosen for inspection, and why (抽检样本)."""

    __tablename__ = "quality_samples"
    __table_args__ = (
        Index("ix_quality_samples_queue", "state", "priority", "id"),
        Index("ix_quality_samples_week", "week", "seat"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: No foreign key: the sample outlives the recording.
    recording_id: Mapped[int] = mapped_column(unique=True)
    call_id: Mapped[str] = mapped_column(String(64), index=True)
    seat: Mapped[str] = mapped_column(String(8))
    #: Who sat there; None: nobody we know.
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    #: Of the call, in China.
    day: Mapped[date]
    week: Mapped[str] = mapped_column(String(8))
    #: [{"rule": "low_survey", "detail": "5"}]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    #: Drawn at random, and so counted against the seat's weekly number.
    is_random: Mapped[bool] = mapped_column(default=False)
    #: Higher is inspected first.
    priority: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16), default=SampleState.WAITING)
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    claimed_until: Mapped[datetime | None]
    #: What the inspector has filled in so far.
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)
    skip_note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


class QualityCalibration(Base):
    """One recording scored blind by several inspectors (校准)."""

    __tablename__ = "quality_calibrations"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(MAX_NAME))
    recording_id: Mapped[int] = mapped_column(index=True)
    call_id: Mapped[str] = mapped_column(String(64))
    sheet_id: Mapped[int] = mapped_column(ForeignKey("quality_sheets.id"))
    #: Accounts asked to score.
    inspectors: Mapped[list[int]] = mapped_column(default=list)
    created_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    #: From then on everybody sees all scores.
    closed_at: Mapped[datetime | None]


class QualityScore(Base):
    """What one inspector made of one call (评分)."""

    __tablename__ = "quality_scores"
    __table_args__ = (
        UniqueConstraint("calibration_id", "inspector_id"),
        Index("ix_quality_scores_day", "day", "seat"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Of a sample, or of a calibration: one of the two.
    sample_id: Mapped[int | None] = mapped_column(ForeignKey("quality_samples.id"), unique=True)
    calibration_id: Mapped[int | None] = mapped_column(ForeignKey("quality_calibrations.id"))
    recording_id: Mapped[int] = mapped_column(index=True)
    call_id: Mapped[str] = mapped_column(String(64), index=True)
    seat: Mapped[str] = mapped_column(String(8))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    #: Of the call, in China.
    day: Mapped[date]
    sheet_id: Mapped[int] = mapped_column(ForeignKey("quality_sheets.id"))
    inspector_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    #: SheetItem code → recorder.quality.scoring.ItemAnswer
    answers: Mapped[dict[str, Any]]
    #: Tenths of a point, 0 to 1000: sums of them are exact.
    total_tenths: Mapped[int]
    is_fatal: Mapped[bool]
    passed: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text, default="")
    #: [{"at_s": 12.3, "item": "greeting" or "", "text": "…"}]
    marks: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    #: What the machine suggested when it was scored (智能预评).
    machine: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(16), default=ScoreState.SUBMITTED)
    submitted_at: Mapped[datetime] = mapped_column(index=True)
    #: Until when its seat may appeal.
    appeal_until: Mapped[datetime]
    #: When its seat looked at it first.
    seen_at: Mapped[datetime | None]


class QualityAppeal(Base):
    """A seat's appeal against a score (申诉): once."""

    __tablename__ = "quality_appeals"

    id: Mapped[int] = mapped_column(primary_key=True)
    score_id: Mapped[int] = mapped_column(ForeignKey("quality_scores.id"), unique=True)
    by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str] = mapped_column(Text, default="")


class QualityHistory(Base):
    """How a score came to be what it is; rows are only added."""

    __tablename__ = "quality_history"

    id: Mapped[int] = mapped_column(primary_key=True)
    score_id: Mapped[int] = mapped_column(ForeignKey("quality_scores.id"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    #: submitted, appealed, upheld, changed
    what: Mapped[str] = mapped_column(String(16))
    total_tenths: Mapped[int]
    is_fatal: Mapped[bool]
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
