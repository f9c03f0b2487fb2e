"""Tables of capture: stretches that are not on a recording, and copies kept in the spool."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class GapWhy(StrEnum):
    """Why a stretch of a call is silent on its recording."""

    PIN = "pin"  #: 按键核对: the citizen keys in digits that prove who they are
    BANK = "bank"  #: 暂停录音: a seat paused the recording while the citizen says bank data
    HOLD = "hold"  #: 保持: the citizen waits with music, and policy leaves that out
    MISSING = "missing"  #: 缺失: the disk was full, or the switch wrote nothing


class GapEnd(StrEnum):
    """What ended a stretch that a seat began."""

    SEAT = "seat"  #: 坐席恢复
    LIMIT = "limit"  #: 到时自动恢复
    OVER = "over"  #: 通话结束
    MOVED = "moved"  #: 通话转走: the dialplan had the recording go on when the talk was over


class RecordingGap(Base):
    """A stretch that is silent on the recording on purpose, or missing. Its length is not cut out."""

    __tablename__ = "recording_gaps"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(String(64), index=True)
    #: caller, hotline or both
    side: Mapped[str] = mapped_column(String(16), default="both")
    why: Mapped[str] = mapped_column(String(16))
    began_at: Mapped[datetime]
    #: It ends by itself then, at the latest.
    until_at: Mapped[datetime]
    #: None: it goes on.
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    ended_by: Mapped[str] = mapped_column(String(16), default="")
    #: The citizen's channel, to have the recording go on.
    channel: Mapped[str] = mapped_column(String(128), default="")
    #: Extension that began it.
    extension: Mapped[str] = mapped_column(String(16), default="")


class RecordingSide(Base):
    """What was recorded apart from a call (旁录): its own recording belongs to the call `call_id`."""

    __tablename__ = "recording_sides"

    #: `recordings.call_id` of the side recording.
    side_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(64), index=True)
    #: consult or whisper
    kind: Mapped[str] = mapped_column(String(16))
    began_at: Mapped[datetime]


class StagingCopy(Base):
    """The legs of a verified recording that still lie in the spool (暂存副本)."""

    __tablename__ = "staging_copies"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(64), unique=True)
    verified_at: Mapped[datetime] = mapped_column(index=True)
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
