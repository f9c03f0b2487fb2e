"""Tables of the legs of calls: who held a call when, and how long each seat spent on it.

Written when the call has ended; of a call in progress they are computed from its events (queries.legs_of).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Float, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

MAX_HOLDER, MAX_WHY = 64, 64


class HolderKind(StrEnum):
    """Who or what has the citizen."""

    MENU = "menu"  #: 语音导航: greeting, menu, an announcement, goodbye
    QUEUE = "queue"  #: 排队
    SEAT = "seat"  #: 坐席
    EXTERNAL = "external"  #: 外部号码: a district, a department, 110
    PARK = "park"  #: 驻留
    MESSAGE = "message"  #: 留言
    SURVEY = "survey"  #: 满意度评价
    PIN = "pin"  #: 密码输入, which no seat hears


class LegState(StrEnum):
    """What the citizen does with the holder."""

    LISTEN = "listen"  #: 听提示、按键、留言
    WAIT = "wait"  #: 等待: in a queue, parked
    RING = "ring"  #: 振铃: a person the call was handed to is being rung
    TALK = "talk"  #: 通话
    HOLD = "hold"  #: 保持
    CONSULT = "consult"  #: 咨询: on hold while the seat asks somebody
    CONFERENCE = "conference"  #: 会议: with two others at least


class SeatRole(StrEnum):
    """What a seat was in a call."""

    OWNER = "owner"  #: 主办: it had the citizen, or was rung for that
    CONSULTED = "consulted"  #: 被咨询
    CONFERENCE = "conference"  #: 与会
    SUPERVISOR = "supervisor"  #: 班长: listens, whispers or barges in


class CallLeg(Base):
    """A stretch of a call with one holder. The legs of a call lie end to end from its first to its last
    instant: no second without a holder, none with two."""

    __tablename__ = "call_legs"

    call_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: 1, 2, … in order of time.
    n: Mapped[int] = mapped_column(primary_key=True)
    holder_kind: Mapped[str] = mapped_column(String(16))
    #: A queue's name, a seat's extension (of a parked call: who parked it), a directory code, or empty.
    holder: Mapped[str] = mapped_column(String(MAX_HOLDER), default="")
    state: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    #: What began it: answered, held, consult, transfer:blind, returned:no_answer, lost … or empty.
    why: Mapped[str] = mapped_column(String(MAX_WHY), default="")


class SeatLeg(Base):
    """A stretch of a seat's time on a call in one role, its phone's ringing included.

    `ring_s + talk_s + hold_s + consult_s + conference_s + supervise_s + idle_s` is the whole of it.
    """

    __tablename__ = "seat_legs"
    __table_args__ = (Index("ix_seat_legs_ring_at", "ring_at", "seat"),)

    call_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: 1, 2, … in order of time.
    n: Mapped[int] = mapped_column(primary_key=True)
    seat: Mapped[str] = mapped_column(String(8))
    role: Mapped[str] = mapped_column(String(16))
    #: When it began to ring; the beginning of the leg.
    ring_at: Mapped[datetime]
    #: When it was with somebody first; None: it rang in vain.
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime]
    #: Until it was with somebody; of a call the seat places, the citizen's ringing is in it.
    ring_s: Mapped[float] = mapped_column(Float, default=0.0)
    #: With the citizen alone.
    talk_s: Mapped[float] = mapped_column(Float, default=0.0)
    #: The citizen, or who asked this seat, waited for it.
    hold_s: Mapped[float] = mapped_column(Float, default=0.0)
    #: Asking somebody, or being asked, without the citizen.
    consult_s: Mapped[float] = mapped_column(Float, default=0.0)
    #: With the citizen and at least one more.
    conference_s: Mapped[float] = mapped_column(Float, default=0.0)
    #: Listening or whispering as a supervisor.
    supervise_s: Mapped[float] = mapped_column(Float, default=0.0)
    #: With nobody, and nobody waited for it: told that its call was taken over, for instance.
    idle_s: Mapped[float] = mapped_column(Float, default=0.0)
