"""Table of the result visits."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class VisitState(StrEnum):
    """Where a visit stands."""

    DUE = "due"  #: 待回访: dialled once `next_at` has come and a line is free
    DIALLING = "dialling"  #: 回访中: dialled, or talking; `next_at` says when we no longer believe it
    #: 退回重办中: visited, not satisfied, the case on its way back into handling; DONE a moment later
    SENDING_BACK = "sending_back"
    DONE = "done"  #: 已回访
    REFUSED = "refused"  #: 拒绝回访: the citizen wants no more calls about this
    FAILED = "failed"  #: 未接通: no attempt left
    #: 不外呼: never called by itself (confidential, no number that may be dialled, case no longer closed)
    SKIPPED = "skipped"


class Visit(Base):
    """One visit for one closing of a case. Only `ivr.visits.book` changes it."""

    __tablename__ = "visits"
    __table_args__ = (
        UniqueConstraint("case_id", "closed_at"),
        Index("ix_visits_state_next", "state", "next_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int]
    case_number: Mapped[str] = mapped_column(String(19))
    #: The closing it asks about: a case may be opened and closed again.
    closed_at: Mapped[datetime]
    #: Normalised; empty where nobody may be called.
    number: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    #: 1 (非常满意) to 5 (非常不满意), person, refused; of the last failed attempt: busy, no_answer, failed,
    #: machine, hung_up; of a skipped one why: confidential, no_number, not_allowed, not_closed.
    result: Mapped[str] = mapped_column(String(16), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    #: The last call placed for it; when that, or the citizen's own call, was.
    call_id: Mapped[str | None] = mapped_column(String(64))
    called_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
