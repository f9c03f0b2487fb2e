"""Seats in the database: who they are, what was chosen for them, and the history of their states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import SessionFactory, begin_write
from core.tables import Account
from ivr.ledger.tables import Seat
from ivr.seats.model import SeatLive
from ivr.seats.rules import Chosen
from ivr.seats.tables import SeatDesk, SeatState


@dataclass(frozen=True)
class Person:
    """Who sits at a seat."""

    account_id: int
    display_name: str


@dataclass(frozen=True)
class Book:
    """All that is written of seats, as of one moment."""

    #: Extension → what the seat is called.
    names: Mapping[str, str]
    chosen: Mapping[str, Chosen]
    #: Extension → accounts that work there.
    people: Mapping[str, Sequence[Person]]

    def person(self, extension: str) -> Person | None:
        """Who sits there: who logged in last if they still work there, or else the first who does."""
        there = self.people.get(extension, ())
        last = self.chosen.get(extension, Chosen()).account_id
        return next((one for one in there if one.account_id == last), there[0] if there else None)


async def read(sessions: SessionFactory) -> Book:
    """
    Raises:
        SQLAlchemyError, OSError: the database is away.
    """
    people: dict[str, list[Person]] = {}
    async with sessions() as session:
        names = {row.extension: row.display_name for row in await session.scalars(select(Seat))}
        chosen = {row.extension: _chosen(row) for row in await session.scalars(select(SeatDesk))}
        query = select(Account).where(Account.extension.is_not(None)).order_by(Account.id)
        for account in await session.scalars(query):
            people.setdefault(account.extension or "", []).append(Person(account.id, account.display_name))
    return Book(names, chosen, people)


def _chosen(row: SeatDesk) -> Chosen:
    return Chosen(row.account_id, row.device, row.reason, row.until)


async def choose(session: AsyncSession, extension: str, **changes: object) -> None:
    """Note what was chosen for a seat (fields of `SeatDesk`), in the caller's transaction."""
    row = await session.get(SeatDesk, extension, with_for_update=True)
    if row is None:
        row = SeatDesk(extension=extension, account_id=None, device="", reason="", until=None)
        session.add(row)
    for name, value in changes.items():
        setattr(row, name, value)


async def keep_history(sessions: SessionFactory, changed: Sequence[SeatLive], now: datetime) -> None:
    """End the rows of seats that changed and begin new ones; being logged out (offline) has no row.

    Raises:
        SQLAlchemyError, OSError: nothing was written.
    """
    async with sessions.begin() as session:
        await begin_write(session)
        for seat in changed:
            is_open = (SeatState.extension == seat.extension, SeatState.ended_at.is_(None))
            await session.execute(update(SeatState).where(*is_open).values(ended_at=now))
            if seat.state != "offline":
                session.add(
                    SeatState(
                        extension=seat.extension,
                        account_id=seat.account_id,
                        state=seat.state,
                        reason=seat.reason[:32],
                        call_id=seat.call.call_id if seat.call else "",
                        started_at=seat.since,
                    )
                )
