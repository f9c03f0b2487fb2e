"""Tables of the call ledger and of seats."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Float, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


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


class Call(Base):
    """One call of a citizen, from INVITE to hang-up. Written only from `CallRecord` (reducer.py)."""

    __tablename__ = "calls"

    #: The switch's linked id, minted when the INVITE arrives.
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
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
    #: [{"at": ISO time, "step": "greeting", "key": "2" or ""}] in order.
    menu_path: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    queue: Mapped[str] = mapped_column(String(32), default="")
    queued_at: Mapped[datetime | None]
    #: Seconds from joining the queue to a seat answering, or to leaving the queue.
    wait_s: Mapped[float] = mapped_column(Float, default=0.0)
    seat: Mapped[str] = mapped_column(String(8), default="")
    seat_answered_at: Mapped[datetime | None]
    #: Seconds the seat and the caller were connected.
    talk_s: Mapped[float] = mapped_column(Float, default=0.0)
    message_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(32), default=Outcome.IN_PROGRESS, index=True)
    #: caller, seat, hotline or empty.
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
