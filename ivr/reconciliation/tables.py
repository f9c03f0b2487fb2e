"""What reconciling a day came to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Float
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Reconciliation(Base):
    """One day's comparison of the ledger with the switch's queue log (对账); done again, written anew."""

    __tablename__ = "reconciliations"

    #: In China.
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[datetime]
    #: Calls compared: those that had entered a queue on that day and have ended.
    calls: Mapped[int]
    #: Entries into queues compared.
    entries: Mapped[int]
    #: Seconds by which waits and talks differ beyond the log's own resolution, summed.
    difference_s: Mapped[float] = mapped_column(Float)
    #: Calls about which the two do not agree.
    difference_calls: Mapped[int]
    #: What differs: [{"call_id", "what", "ledger", "queue_log", "difference_s"}], the first hundred.
    differences: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
