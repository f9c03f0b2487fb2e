"""Tables of the case engine."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Stage(StrEnum):
    """Where a case stands. The seven stages of hotline.md section 5 are `ticketing.workflow.Phase`."""

    DRAFT = "draft"  #: 草稿
    REGISTERED = "registered"  #: 已登记, waits for 立案
    VERIFYING = "verifying"  #: 核实中
    ESTABLISHED = "established"  #: 已立案, waits for 派遣
    DISPATCHED = "dispatched"  #: 已派遣, waits to be accepted
    HANDLING = "handling"  #: 处理中
    SUSPENDED = "suspended"  #: 挂账
    DEFERRED = "deferred"  #: 缓办
    REPORTED = "reported"  #: 已反馈
    CHECKING = "checking"  #: 核查中
    CHECKED = "checked"  #: 核查通过, waits for 结案
    CLOSED = "closed"  #: 已结案
    MERGED = "merged"  #: 已合并
    REFUSED = "refused"  #: 不予受理
    VOID = "void"  #: 已作废


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
    callback_number: Mapped[str] = mapped_column(String(32), default="", index=True)
    district: Mapped[str | None] = mapped_column(ForeignKey("places.code"))
    street: Mapped[str | None] = mapped_column(ForeignKey("places.code"))
    #: Community (社区) and grid cell (单元网格, 15 digits), as they were when the case was placed.
    community: Mapped[str | None] = mapped_column(ForeignKey("places.code"))
    cell: Mapped[str | None] = mapped_column(ForeignKey("places.code"), index=True)
    #: Degrees, CGCS2000 (WGS 84): both or neither.
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    #: The component (部件) it is about, by its 16-digit code.
    part: Mapped[str | None] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(256), default="")
    category_edition: Mapped[str | None] = mapped_column(String(8))
    category_kind: Mapped[str | None] = mapped_column(String(8))
    category_code: Mapped[str | None] = mapped_column(String(8))
    description: Mapped[str] = mapped_column(Text, default="")
    #: True while `description` is the untouched transcript and may be replaced by a better one.
    description_is_transcript: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(index=True)
    #: Last change of any sort, and by whom (None: the system): told to a person who saved second.
    changed_at: Mapped[datetime] = mapped_column(index=True)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    registered_at: Mapped[datetime | None]
    established_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    #: Who is answerable for its being a case (谁立案谁负责).
    established_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    #: Unit in charge (责任单位).
    unit: Mapped[str | None] = mapped_column(ForeignKey("units.code"), index=True)
    #: The case this one repeats.
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    #: The case this one was split off (拆分).
    split_from: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    #: A group event (群发事件): what is merged into it is closed with it.
    is_group: Mapped[bool] = mapped_column(default=False, index=True)
    dispatched_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    #: Where it goes back to when it is restored.
    stage_before: Mapped[str] = mapped_column(String(16), default="")
    stage_since: Mapped[datetime | None]
    #: When whoever has it now should have passed it on.
    stage_due_at: Mapped[datetime | None]
    #: Time limit, in `ticketing.clocks.TimeUnit`s; `extra_value` was granted on top of it (延期).
    limit_value: Mapped[int | None]
    limit_unit: Mapped[str] = mapped_column(String(16), default="")
    extra_value: Mapped[int] = mapped_column(default=0)
    #: Severity (严重程度) chosen at 立案, and its row in `severity_rows`, which is never deleted.
    severity_rank: Mapped[int | None]
    severity_id: Mapped[int | None]
    #: ticketing.deadlines.ClockState; empty: not started.
    clock: Mapped[str] = mapped_column(String(8), default="")
    clock_started_at: Mapped[datetime | None]
    #: Since when it is paused or stopped.
    clock_halted_at: Mapped[datetime | None]
    #: None while the clock runs: `unknown_year` has no calendar yet.
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    yellow_at: Mapped[datetime | None]
    unknown_year: Mapped[int | None]
    #: Next step of the escalation ladder, and how many were taken.
    escalate_at: Mapped[datetime | None] = mapped_column(index=True)
    escalated: Mapped[int] = mapped_column(default=0)
    #: What was asked for and is not decided (ticketing.workflow.Wish), who decides (level 1, 2), who asked.
    pending: Mapped[str] = mapped_column(String(16), default="")
    pending_level: Mapped[int] = mapped_column(default=0)
    pending_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    pending_value: Mapped[int | None]
    pending_until: Mapped[datetime | None]
    #: When a suspended or deferred case goes on by itself.
    resume_at: Mapped[datetime | None] = mapped_column(index=True)
    delays: Mapped[int] = mapped_column(default=0)
    suspensions: Mapped[int] = mapped_column(default=0)
    returns: Mapped[int] = mapped_column(default=0)
    reworks: Mapped[int] = mapped_column(default=0)
    urges: Mapped[int] = mapped_column(default=0)
    supervisions: Mapped[int] = mapped_column(default=0)
    #: What 核实 found: confirmed, unfounded.
    verification: Mapped[str] = mapped_column(String(16), default="")
    forced: Mapped[bool] = mapped_column(default=False)
    appealed: Mapped[bool] = mapped_column(default=False)
    #: Overdue, but left out of the statistics after an appeal; the fact stays.
    exempt: Mapped[bool] = mapped_column(default=False)
    #: 1 very satisfied … 5 very dissatisfied.
    rating: Mapped[int | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["category_edition", "category_kind", "category_code"],
            ["categories.edition", "categories.kind", "categories.code"],
            name="fk_cases_category",
        ),
        Index("ix_cases_stage_created", "stage", "created_at"),
        Index("ix_cases_street_stage", "street", "stage"),
        Index("ix_cases_category_created", "category_code", "created_at"),
        Index("ix_cases_class", "category_code", "category_kind", "id"),
        Index(
            "ix_cases_due_under_way",
            "due_at",
            "id",
            sqlite_where=text("clock <> 'stopped'"),
            postgresql_where=text("clock <> 'stopped'"),
        ),
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
    #: What was filled in for the move itself: {"unit": "210202-01"}
    inputs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Where the actor's request came from; empty: the system itself.
    address: Mapped[str] = mapped_column(String(64), default="")
    #: Sum of the case's entry before, and of this one: see `ticketing.history.chain`.
    prev_hash: Mapped[str] = mapped_column(String(64), default="")
    hash: Mapped[str] = mapped_column(String(64), default="")


class CaseHelper(Base):
    """A unit that helps the unit in charge (协办单位)."""

    __tablename__ = "case_helpers"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    unit: Mapped[str] = mapped_column(ForeignKey("units.code"), primary_key=True, index=True)
    added_at: Mapped[datetime]


class CasePause(Base):
    """A stretch that does not count against the limit (挂账, 缓办, 核查)."""

    __tablename__ = "case_pauses"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


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
    #: Responsible unit (责任单位) of the whole city; None: it depends on the place.
    unit: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    #: The city's own, beside the standard's (扩展类别).
    is_local: Mapped[bool] = mapped_column(default=False)
    #: Days in China, from the first to the one before `valid_to`; None: always, for good.
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    #: Of `minor`, for search: ld, ludeng for 路灯.
    initials: Mapped[str] = mapped_column(String(64), default="")
    pinyin: Mapped[str] = mapped_column(String(400), default="")


class Place(Base):
    """A piece of the city by its division code: city (2), district (区, 3), street (街道, 4), community
    (社区, 5: 12 digits) or grid cell (单元网格, 6: 15 digits). Outlines: `ticketing.places.tables`."""

    __tablename__ = "places"

    code: Mapped[str] = mapped_column(String(15), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    level: Mapped[int]
    parent: Mapped[str | None] = mapped_column(String(15), index=True)
    #: First and last day it counts; None: no end on that side. Old cases keep a place that has ended.
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
