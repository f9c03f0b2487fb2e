"""The order in which recordings that wait for a transcript are taken."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Urgency(StrEnum):
    """Why a recording stands where it stands among those that wait."""

    URGENT = "urgent"  #: 加急: emergency, or somebody flagged the call or its number
    USUAL = "usual"  #: 普通
    AGAIN = "again"  #: 重新转写: has a transcript already


class TranscriptionJob(Base):
    """A recording's place among those that wait for a transcript; gone once it has one."""

    __tablename__ = "transcription_jobs"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    #: The smallest comes first. Fixed when the recording queues, so that waiting always moves it forward.
    rank_at: Mapped[datetime] = mapped_column(index=True)
    urgency: Mapped[str] = mapped_column(String(16))
    queued_at: Mapped[datetime]
