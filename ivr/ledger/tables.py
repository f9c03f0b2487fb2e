"""Tables of the call ledger and of seats."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Float, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

MAX_LANGUAGE, MAX_PURPOSE, MAX_NAME = 16, 32, 64
DEFAULT_LANGUAGE = "zh_CN"
#: Mark of a call whose caller wants to stay unknown (保密举报).
CONFIDENTIAL = "confidential"


class Direction(StrEnum):
    """Who called whom."""

    INBOUND = "inbound"  #: 呼入
    OUTBOUND = "outbound"  #: 呼出: called back, or a result visit


class Outcome(StrEnum):
    """How a call ended for the caller."""

    IN_PROGRESS = "in_progress"  #: 进行中
    ANSWERED = "answered"  #: 已接听: a seat talked with the caller
    #: 放弃: gave up waiting for a person, or asked to leave a message and left none
    ABANDONED = "abandoned"
    MESSAGE = "message"  #: 留言
    HUNG_UP_IN_MENU = "hung_up_in_menu"  #: 菜单中挂机
    UNKNOWN_NUMBER = "unknown_number"  #: 空号: dialled a number that is not ours
    FAILED = "failed"  #: 失败
    BUSY = "busy"  #: 忙: refused because a limit was reached
    CALLBACK = "callback"  #: 已约回拨: asked to be called back and keep the place
    FORWARDED = "forwarded"  #: 已转接 to an outside number, and answered there
    VISITED = "visited"  #: 回访完成: a result visit that got its answer


class Call(Base):
    """One call with a citizen, from INVITE to hang-up. Written only from `CallRecord` (reducer.py)."""

    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_survey_asked", "survey_asked", "started_at"),)

    #: The switch's linked id, minted when the INVITE arrives.
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    direction: Mapped[str] = mapped_column(String(8), default=Direction.INBOUND)
    #: Of an outbound call: `callback:<id>` or `visit:<id>`.
    purpose: Mapped[str] = mapped_column(String(MAX_PURPOSE), default="")
    trunk: Mapped[str] = mapped_column(String(64))
    #: As the carrier sent it, percent-encoded where not printable ASCII.
    caller_raw: Mapped[str] = mapped_column(Text, default="")
    #: Normalised: national significant form, for example 13800001234 or 041188886666; empty when withheld.
    caller: Mapped[str] = mapped_column(String(32), default="", index=True)
    #: core.phone.NumberKind
    caller_kind: Mapped[str] = mapped_column(String(16), default="")
    did: Mapped[str] = mapped_column(String(64), default="")
    started_at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    #: Of the prompts the caller chose.
    language: Mapped[str] = mapped_column(String(MAX_LANGUAGE), default=DEFAULT_LANGUAGE)
    #: confidential, emergency, nuisance:<path>, closed, busy:<pool>.
    marks: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Ids of the announcements that were played.
    announcements: Mapped[list[int]] = mapped_column(default=list)
    #: [{"at": ISO time, "step": "greeting", "key": "2" or ""}] in order.
    menu_path: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    #: Of several, the one a seat answered in, or the last.
    queue: Mapped[str] = mapped_column(String(32), default="")
    #: In that queue; higher goes first.
    priority: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime | None]
    #: Seconds from joining the (first) queue to a seat answering, or to leaving the queue.
    wait_s: Mapped[float] = mapped_column(Float, default=0.0)
    #: The first that answered.
    seat: Mapped[str] = mapped_column(String(8), default="")
    #: Seats that had the citizen after it, in order.
    handed_to: Mapped[list[str]] = mapped_column(JSON, default=list)
    seat_answered_at: Mapped[datetime | None]
    #: Seconds the seat and the caller were connected.
    talk_s: Mapped[float] = mapped_column(Float, default=0.0)
    message_at: Mapped[datetime | None]
    #: Name in the allow-list of outside numbers.
    forwarded_to: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    survey_asked: Mapped[bool] = mapped_column(default=False)
    #: 1 (非常满意) to 5 (非常不满意); None: not asked, or no answer.
    survey: Mapped[int | None]
    #: What a result visit (回访) came to: see `ivr.ledger.events.VisitAnswered`.
    visit: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    outcome: Mapped[str] = mapped_column(String(32), default=Outcome.IN_PROGRESS, index=True)
    #: caller, seat, external, hotline or empty.
    hung_up_by: Mapped[str] = mapped_column(String(16), default="")


class CallEvent(Base):
    """A switch event as the translator understood it; the reducer's only input."""

    __tablename__ = "call_events"

    #: Position in the switch's event file: `<file generation>:<offset>`; makes a repeat harmless.
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime]
    type: Mapped[str] = mapped_column(String(32))
    body: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Seat(Base):
    """A place an agent answers at (坐席): its extension and the secret its phones register with."""

    __tablename__ = "seats"

    extension: Mapped[str] = mapped_column(String(8), primary_key=True)
    display_name: Mapped[str] = mapped_column(String(64))
    sip_secret: Mapped[str] = mapped_column(String(64))
