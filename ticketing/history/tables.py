"""Tables of the daily seals over the cases' histories (每日封存)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class HistorySeal(Base):
    """What was there when a day began; rows are only ever added."""

    __tablename__ = "history_seals"

    #: 1, 2, 3 …
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: China date of sealing, YYYY-MM-DD; a large archive takes several seals on its first day.
    day: Mapped[str] = mapped_column(String(10), index=True)
    sealed_at: Mapped[datetime]
    previous: Mapped[str] = mapped_column(String(64))
    #: Sum over this line and its heads.
    root: Mapped[str] = mapped_column(String(64))
    #: Cases that moved since the seal before.
    cases: Mapped[int]
    #: The last row of case_history that was looked at.
    last_entry: Mapped[int]
    #: Last link of the audit trail's chain (0: none), and its sum.
    audit_position: Mapped[int]
    audit_hash: Mapped[str] = mapped_column(String(64))


class HistorySealHead(Base):
    """The last entry of a case when it was sealed; rows are only ever added."""

    __tablename__ = "history_seal_heads"

    number: Mapped[int] = mapped_column(
        ForeignKey("history_seals.number"), primary_key=True, autoincrement=False
    )
    #: No foreign key: a case that was taken away must not take this along.
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, index=True)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
