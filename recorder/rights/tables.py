"""Tables of rights over recordings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class RecordingGrant(Base):
    """One right of one person, given, limited or taken away by an administrator (授权)."""

    __tablename__ = "recording_grants"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    #: recorder.rights.model.Right; called so because RIGHT is a word of SQL.
    right_name: Mapped[str] = mapped_column(String(16))
    #: False: the person does not have this right, whatever the role.
    allowed: Mapped[bool] = mapped_column(default=True)
    #: Names of queues; empty: any.
    queues: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Codes of districts; empty: any.
    districts: Mapped[list[str]] = mapped_column(JSON, default=list)
    own: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Text, default="")
    given_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    given_at: Mapped[datetime]
    #: None: until it is ended.
    expires_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    ended_at: Mapped[datetime | None]


class RecordingReason(Base):
    """Why a person opened a recording (调听事由); it counts until `until`."""

    __tablename__ = "recording_reasons"
    __table_args__ = (Index("ix_recording_reasons_who", "account_id", "recording_id", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    until: Mapped[datetime]
