"""This hotline's own days of the office calendar."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class CalendarDay(Base):
    """A day that a person has declared to be of another kind than the library says."""

    __tablename__ = "calendar_days"

    date: Mapped[date] = mapped_column(Date, primary_key=True)
    #: core.calendar.DayKind
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(64), default="")
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    changed_at: Mapped[datetime]


class CalendarYear(Base):
    """A year whose notice of holidays a person has entered by hand and declared complete."""

    __tablename__ = "calendar_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    completed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    completed_at: Mapped[datetime]
