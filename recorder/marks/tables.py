"""Tables of marks and of shared moments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

#: As much as fits beside a waveform and is still read.
TEXT_LENGTH = 500


class RecordingMark(Base):
    """A place in a recording somebody pointed at (标注), with or without words."""

    __tablename__ = "recording_marks"

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), index=True)
    #: Seconds from answer, the zero of the recording.
    at_s: Mapped[float] = mapped_column(Float)
    #: Where a stretch ends; None: a moment.
    until_s: Mapped[float | None] = mapped_column(Float)
    text: Mapped[str] = mapped_column(String(TEXT_LENGTH), default="")
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    #: None: as it was written.
    changed_at: Mapped[datetime | None]


class RecordingShare(Base):
    """A moment passed on by link (分享). The token itself is not kept; it opens nothing by itself."""

    __tablename__ = "recording_shares"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the token, hexadecimal.
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), index=True)
    #: Seconds from answer.
    at_s: Mapped[float] = mapped_column(Float)
    made_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
