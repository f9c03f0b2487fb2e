"""Events committed with the change they tell of, and published afterwards: at least once, in order."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.events import Event, EventCodec
from core.tables import OutboxEntry

log = structlog.get_logger()
BATCH = 200


class Publisher(Protocol):
    async def publish(self, *events: Event) -> None: ...


def add(session: AsyncSession, event: Event) -> None:
    """Write `event` in the caller's transaction: it is published if, and only if, that commits."""
    message = EventCodec.encode(event)
    session.add(OutboxEntry(at=event.at, type=message["type"], body=message["body"]))


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
    await bus.publish(*(event for event in read if event is not None))
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
