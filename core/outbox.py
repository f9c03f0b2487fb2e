"""Events committed with the change they tell of, and published afterwards: at least once, in order.

Each process that writes runs a `Relay`, woken by its own commits; looking at the table many times a second
would cost more than the calls do.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any, Protocol, cast

import structlog
from sqlalchemy import Table, delete, event, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from core.backoff import Backoff
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.events import Event, EventCodec
from core.tables import OutboxEntry

log = structlog.get_logger()
BATCH = 200
#: How often a relay looks without having been woken, for what a process that died had committed: one of them
#: soon (`WATCHFUL_S`), the others should that one be away.
LOOK_S, WATCHFUL_S = 60.0, 5.0
#: What is committed so soon after something was published goes out together.
GATHER_S = 0.2
_TOLD = "outbox"
_wakers: set[asyncio.Event] = set()


class Publisher(Protocol):
    async def publish(self, *events: Event) -> None: ...


def add(session: AsyncSession, told: Event) -> None:
    """Write `told` in the caller's transaction: it is published if, and only if, that commits."""
    session.add(OutboxEntry(**_row(told)))
    session.info[_TOLD] = True


async def add_all(session: AsyncSession, told: Sequence[Event]) -> None:
    """As `add`, many with one statement, now."""
    if told:
        await session.execute(insert(cast(Table, OutboxEntry.__table__)), [_row(one) for one in told])
        session.info[_TOLD] = True


def _row(told: Event) -> dict[str, Any]:
    message = EventCodec.encode(told)
    return {"at": told.at, "type": message["type"], "body": message["body"]}


@event.listens_for(Session, "after_commit")
def _wake(session: Session) -> None:
    if session.info.pop(_TOLD, False):
        for waker in _wakers:
            waker.set()


class Relay:
    """Publishes what this process commits, at once, and what others left behind."""

    def __init__(
        self, sessions: SessionFactory, bus: Publisher, clock: Clock, *, look_s: float = LOOK_S
    ) -> None:
        self._sessions, self._bus, self._clock, self._look_s = sessions, bus, clock, look_s

    async def run(self) -> None:
        """Publish for ever; a database that is away is waited for."""
        woken, backoff = asyncio.Event(), Backoff(first_s=0.5)
        _wakers.add(woken)
        try:
            while True:
                woken.clear()
                try:
                    while (told := await relay(self._sessions, self._bus, self._clock)) == BATCH:
                        pass
                except (SQLAlchemyError, OSError) as error:
                    if backoff.is_first:
                        log.warning("events wait in the outbox", why=str(error).splitlines()[:1])
                    await backoff.wait()
                    continue
                backoff.reset()
                if told:
                    await asyncio.sleep(GATHER_S)
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), self._look_s)
        finally:
            _wakers.discard(woken)


@asynccontextmanager
async def relaying(sessions: SessionFactory, bus: Publisher, clock: Clock) -> AsyncIterator[None]:
    """A `Relay` beside what is done inside."""
    task = asyncio.create_task(Relay(sessions, bus, clock).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def relay(sessions: SessionFactory, bus: Publisher, clock: Clock) -> int:
    """Publish what is not yet published, oldest first, and return how many.

    A crash between publishing and marking publishes again: consumers know events may repeat. No transaction
    is open while Redis is spoken to.
    """
    columns = (OutboxEntry.id, OutboxEntry.type, OutboxEntry.body)
    query = select(*columns).where(OutboxEntry.published_at.is_(None)).order_by(OutboxEntry.id)
    async with sessions() as session:
        entries = (await session.execute(query.limit(BATCH))).all()
    if not entries:
        return 0
    read = [_read(entry.id, entry.type, entry.body) for entry in entries]
    await bus.publish(*(told for told in read if told is not None))
    async with sessions() as session:
        await begin_write(session)
        ids = [entry.id for entry in entries]
        await session.execute(
            update(OutboxEntry).where(OutboxEntry.id.in_(ids)).values(published_at=clock.now())
        )
        await session.commit()
    return len(entries)


async def prune(sessions: SessionFactory, before: datetime) -> int:
    """Delete entries published before `before`, and return how many."""
    async with sessions() as session:
        await begin_write(session)
        ids = (await session.scalars(select(OutboxEntry.id).where(OutboxEntry.published_at < before))).all()
        await session.execute(delete(OutboxEntry).where(OutboxEntry.published_at < before))
        await session.commit()
    return len(ids)


def _read(entry_id: int, kind: str, body: str) -> Event | None:
    """The event of a row; None, and a log line, for one that cannot be read: it must not block the rest."""
    try:
        return EventCodec.decode({"type": kind, "body": body})
    except (KeyError, TypeError, json.JSONDecodeError, ValueError) as error:
        log.error("outbox row nobody can read", id=entry_id, type=kind, error=repr(error))
        return None
