"""Tables of seats at work: what people chose, what was, and the reasons of pauses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class SeatDesk(Base):
    """What was chosen for a seat: the switch knows whether it is so."""

    __tablename__ = "seat_desks"

    extension: Mapped[str] = mapped_column(ForeignKey("seats.extension"), primary_key=True)
    #: Who sits there since the last log-in.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    #: Device wanted: browser, phone; empty: whichever answers.
    device: Mapped[str] = mapped_column(String(8), default="")
    #: Reason of a pause whose end is `until`.
    reason: Mapped[str] = mapped_column(String(32), default="")
    until: Mapped[datetime | None]


class SeatState(Base):
    """A time a seat was in one state; `ended_at` is empty while it lasts."""

    __tablename__ = "seat_states"

    id: Mapped[int] = mapped_column(primary_key=True)
    extension: Mapped[str] = mapped_column(String(8), index=True)
    #: Who sat there; None: nobody we know.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    #: ivr.seats.model.State
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(32), default="")
    #: The call it was in, if any.
    call_id: Mapped[str] = mapped_column(String(64), default="")
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class PauseReason(Base):
    """Why a seat takes no calls for a while (示忙原因)."""

    __tablename__ = "pause_reasons"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    label: Mapped[str] = mapped_column(String(32))
    label_en: Mapped[str] = mapped_column(String(64))
    #: Minutes it may last; 0: as long as it takes.
    limit_minutes: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class Lockout(Base):
    """An address that tried too many wrong SIP passwords (密码锁定)."""

    __tablename__ = "sip_lockouts"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(64), index=True)
    #: User name it tried last.
    username: Mapped[str] = mapped_column(String(64), default="")
    failures: Mapped[int]
    began_at: Mapped[datetime]
    until: Mapped[datetime]
    #: Let go before `until`, or at it.
    ended_at: Mapped[datetime | None]
