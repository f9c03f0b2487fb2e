"""What a seat is good at (坐席技能)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class SeatSkill(Base):
    """A seat has a skill, and so serves the queues that ask for it. No rows: the seat serves `general`."""

    __tablename__ = "seat_skills"

    extension: Mapped[str] = mapped_column(ForeignKey("seats.extension"), primary_key=True)
    skill: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: 1 is rung first; a seat of level 2 only when no seat of level 1 is ready.
    level: Mapped[int] = mapped_column(default=1)
