"""Tables of retention. Nothing here is ever removed: it is the proof of what was."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class RetentionRule(Base):
    """How long a kind of recording is kept (保存期限)."""

    __tablename__ = "retention_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    #: True: only calls with a case; False: only those without; None: either.
    has_case: Mapped[bool | None]
    #: recorder.retention.model.Kind; empty: any.
    kinds: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: recorder.retention.model.Flag; empty: any; several: one of them.
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: 0: for good.
    months: Mapped[int]
    made_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    ended_at: Mapped[datetime | None]


class HoldScope(StrEnum):
    """What a legal hold protects."""

    RECORDING = "recording"  #: 一段录音
    CALL = "call"  #: 一次通话
    CASE = "case"  #: 一个案卷: the call it was opened from, and calls about it
    NUMBER = "number"  #: 一个号码: every call with it, those to come too


class LegalHold(Base):
    """Recordings that nobody may delete (法律保全) until it is lifted."""

    __tablename__ = "legal_holds"
    __table_args__ = (Index("ix_legal_holds_target", "scope", "target"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(16))
    #: Id of recording, call or case; a normalised number.
    target: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    set_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    set_at: Mapped[datetime]
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    lifted_at: Mapped[datetime | None]
    lift_reason: Mapped[str] = mapped_column(Text, default="")


class Sweep(Base):
    """The daily look at what has been kept long enough; one row a day, also when nothing was found."""

    __tablename__ = "retention_sweeps"

    #: In China.
    day: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    seen: Mapped[int]
    due: Mapped[int]
    #: Due, but under legal hold.
    held: Mapped[int]


class ProposalState(StrEnum):
    """Where a proposal to delete stands."""

    PROPOSED = "proposed"  #: 待审批: one signature, or none yet, is missing
    APPROVED = "approved"  #: 已批准: two people signed; being carried out
    REFUSED = "refused"  #: 未批准
    DONE = "done"  #: 已执行


class Proposal(Base):
    """Recordings that somebody, or the daily sweep, wants deleted (删除申请)."""

    __tablename__ = "deletion_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: None: the daily sweep.
    made_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), index=True)
    #: The first of the two who have to sign: the proposer, unless that was the sweep.
    first_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    first_at: Mapped[datetime | None]
    second_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    second_at: Mapped[datetime | None]
    refused_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    refused_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")
    done_at: Mapped[datetime | None]


class ItemState(StrEnum):
    """Where the deletion of one recording stands."""

    WAITING = "waiting"  #: 待处理
    ERASING = "erasing"  #: 删除中: cannot be heard any more, its files are being removed
    DELETED = "deleted"  #: 已删除
    HELD = "held"  #: 已保全: under legal hold when its turn came, so it stays
    SKIPPED = "skipped"  #: 未删除: not wanted any more, or gone already; `why` says


class Item(Base):
    """One recording of a proposal."""

    __tablename__ = "deletion_items"
    __table_args__ = (Index("ix_deletion_items_work", "state", "next_try_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("deletion_proposals.id"), index=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    #: The rule it is by, or why it was not deleted.
    why: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class Tombstone(Base):
    """What is left of a deleted recording: proof of what it was and of who had it deleted."""

    __tablename__ = "recording_tombstones"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(64), unique=True)
    #: Of what was captured, and of the object as it lay in the archive.
    caller_sha256: Mapped[str] = mapped_column(String(64))
    hotline_sha256: Mapped[str] = mapped_column(String(64))
    audio_sha256: Mapped[str] = mapped_column(String(64))
    archive_sha256: Mapped[str] = mapped_column(String(64))
    archive_key: Mapped[str] = mapped_column(String(160))
    archive_bytes: Mapped[int] = mapped_column(BigInteger)
    #: Where the object lay.
    store: Mapped[str] = mapped_column(String(16))
    duration_s: Mapped[float] = mapped_column(Float)
    recorded_at: Mapped[datetime]
    deleted_at: Mapped[datetime] = mapped_column(index=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("deletion_proposals.id"))
    why: Mapped[str] = mapped_column(Text)
    first_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    second_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))


class Export(Base):
    """A copy of a recording that left the house (导出), with its taker's name in it."""

    __tablename__ = "recording_exports"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Stands in the file: EX- and 12 letters nobody can guess.
    code: Mapped[str] = mapped_column(String(16), unique=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    reason: Mapped[str] = mapped_column(Text)
    #: ogg, flac or wav
    format: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
    #: Of the file as it left.
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)


class RequestState(StrEnum):
    """Where a request for personal data stands."""

    WAITING = "waiting"  #: 排队中
    READY = "ready"  #: 可领取
    FETCHED = "fetched"  #: 已领取: it can be fetched once
    EXPIRED = "expired"  #: 已过期: nobody fetched it in time
    FAILED = "failed"  #: 失败


class DataRequest(Base):
    """Everything about one number for the person it belongs to (个人信息查询, PIPL article 45)."""

    __tablename__ = "data_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Normalised.
    number: Mapped[str] = mapped_column(String(32))
    #: How the person proved who they are, and what they asked for.
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")
    calls: Mapped[int] = mapped_column(default=0)
    recordings: Mapped[int] = mapped_column(default=0)
    cases: Mapped[int] = mapped_column(default=0)
    #: Of the ZIP.
    sha256: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
