"""Tables of the proof: days sealed into a chain, and what was found by those who looked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Float, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class RecordingDay(Base):
    """A sealed day (封存日). Never changed: what comes late stands in a later day."""

    __tablename__ = "recording_days"

    #: 1 for the first; the chain's order, which is not the days' when a clock was wrong.
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: In China.
    day: Mapped[date] = mapped_column(unique=True)
    #: Of the day before in the chain; of the first 64 zeros.
    previous: Mapped[str] = mapped_column(String(64))
    #: `recorder.proof.lines.RootSum` over this row and its entries.
    root: Mapped[str] = mapped_column(String(64))
    #: Entries.
    count: Mapped[int]
    #: Sound of the recordings among them.
    seconds: Mapped[float] = mapped_column(Float)
    sealed_at: Mapped[datetime]


class RecordingDayEntry(Base):
    """What a sealed day says of one recording."""

    __tablename__ = "recording_day_entries"
    __table_args__ = (UniqueConstraint("call_id", "kind"),)

    day_number: Mapped[int] = mapped_column(ForeignKey("recording_days.number"), primary_key=True)
    #: From 0, in the order of call ids.
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    call_id: Mapped[str] = mapped_column(String(64))
    #: recorder.proof.lines.Kind
    kind: Mapped[str] = mapped_column(String(16))
    line: Mapped[str] = mapped_column(Text)


class RecordingCheck(Base):
    """One run of `hotline recordings verify` and what it found (核验记录)."""

    __tablename__ = "recording_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    took_s: Mapped[float] = mapped_column(Float)
    #: Only sizes and presence of objects.
    quick: Mapped[bool]
    #: The range of days that was asked for; None: from the first, to the last.
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    recordings: Mapped[int]
    objects: Mapped[int]
    days: Mapped[int]
    #: Of the last day of the chain as it was then.
    root: Mapped[str] = mapped_column(String(64), default="")
    findings: Mapped[int]
    #: recorder.proof.findings.Problem → how many.
    by_problem: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    #: The first finding, for a person.
    first: Mapped[str] = mapped_column(Text, default="")
