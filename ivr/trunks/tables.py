"""Tables of the trunk watch."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class TrunkState(StrEnum):
    """Whether calls can come and go over a trunk."""

    UP = "up"  #: 正常
    DOWN = "down"  #: 中断
    UNKNOWN = "unknown"  #: 未监测: nobody asks it, or the switch does not answer


class TrunkStatus(Base):
    """What the watch knows of a trunk."""

    __tablename__ = "trunk_states"

    trunk: Mapped[str] = mapped_column(String(16), primary_key=True)
    state: Mapped[str] = mapped_column(String(8))
    since: Mapped[datetime]
    detail: Mapped[str] = mapped_column(String(200), default="")
    #: Most calls at once seen on `peak_day` (in China).
    peak: Mapped[int] = mapped_column(default=0)
    peak_day: Mapped[date]


class TrunkOutage(Base):
    """A time a trunk was down (中继中断); `ended_at` is empty while it lasts."""

    __tablename__ = "trunk_outages"

    id: Mapped[int] = mapped_column(primary_key=True)
    trunk: Mapped[str] = mapped_column(String(16), index=True)
    detail: Mapped[str] = mapped_column(String(200), default="")
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
