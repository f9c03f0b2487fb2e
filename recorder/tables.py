"""Tables of the recorder."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Float, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class RecordingState(StrEnum):
    """A recording only moves forward; every worker may die between two states and nothing is lost."""

    STAGED = "staged"  #: 待归档: legs lie in the spool
    ARCHIVED = "archived"  #: 已归档: archive copy written, legs still there
    VERIFIED = "verified"  #: 已校验: archive copy read back; legs removed; waiting for a transcript
    TRANSCRIBED = "transcribed"  #: 已转写
    DAMAGED = "damaged"  #: 损坏: kept for a person to look at
    DELETED = "deleted"  #: 已删除: the audio is gone; the row proves that it was there


class Recording(Base):
    """The recording of one call: two tracks, caller left, hotline right."""

    __tablename__ = "recordings"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    created_at: Mapped[datetime]
    duration_s: Mapped[float] = mapped_column(Float, default=0.0)
    caller_sha256: Mapped[str] = mapped_column(String(64), default="")
    hotline_sha256: Mapped[str] = mapped_column(String(64), default="")
    #: Of the object as it is stored: of a sealed one another after each rotation of the master key.
    archive_sha256: Mapped[str] = mapped_column(String(64), default="")
    #: The object's key in the store called `store`.
    archive_key: Mapped[str] = mapped_column(String(160), default="")
    archive_bytes: Mapped[int] = mapped_column(default=0)
    store: Mapped[str] = mapped_column(String(16), default="local")
    #: opus, flac or wav.
    codec: Mapped[str] = mapped_column(String(8), default="opus")
    #: Of the encoded audio before it was sealed; of a recording that is not sealed the same as the archive's.
    audio_sha256: Mapped[str] = mapped_column(String(64), default="")
    audio_bytes: Mapped[int] = mapped_column(default=0)
    sealed: Mapped[bool] = mapped_column(default=False)
    #: Which master key wraps the data key, and the wrapped data key as hexadecimal; the header has both too.
    key_id: Mapped[str] = mapped_column(String(16), default="", index=True)
    wrapped_key: Mapped[str] = mapped_column(String(120), default="")
    #: {"step_s": 0.1, "caller": [0..255, …], "hotline": […]}: loudest sample of each step.
    peaks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")


class Transcript(Base):
    """What one side of a recording said, as one engine and model heard it; every version is kept."""

    __tablename__ = "transcripts"
    __table_args__ = (UniqueConstraint("recording_id", "side", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), index=True)
    #: caller or hotline
    side: Mapped[str] = mapped_column(String(16))
    engine: Mapped[str] = mapped_column(String(32))
    model: Mapped[str] = mapped_column(String(128))
    #: True: the small synthetic test model wrote this; it says nothing about people.
    is_test_model: Mapped[bool]
    #: 1 for the first; both sides of one hearing have the same.
    version: Mapped[int] = mapped_column(default=1)
    #: The version that is shown and searched; one a side.
    is_current: Mapped[bool] = mapped_column(default=True)
    #: As the engine wrote it.
    text: Mapped[str] = mapped_column(Text)
    #: `text` as a person would write it: punctuation, numbers, times (规范文本).
    normal_text: Mapped[str] = mapped_column(Text, default="")
    #: [{"word": "路灯", "start": 1.2, "end": 1.6, "confidence": 0.98}], seconds from answer.
    words: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    took_s: Mapped[float] = mapped_column(Float)
    created_at: Mapped[datetime]
