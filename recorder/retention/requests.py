"""Requests for personal data (个人信息查询): asked, bundled by a job, fetched once by who asked, expired."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import ConflictError, ForbiddenError, HotlineError, NotFoundError
from core.phone import mask
from core.settings import Settings
from recorder.failures import reason as words_of
from recorder.failures import wait_after
from recorder.retention import bundle
from recorder.retention.bundle import Person, Written
from recorder.retention.tables import DataRequest, RequestState
from recorder.rights.store import Actor

#: Tries before a person has to look.
_MOST = 8

log = structlog.get_logger()


class Gather(Protocol):
    """Calls and cases by number, wired in by whoever composes the processes."""

    async def person(self, session: AsyncSession, number: str) -> Person:
        """Everything that is known under a normalised number."""
        ...


async def ask_for(db: AsyncSession, actor: Actor, number: str, why: str) -> DataRequest:
    """Note a request down and commit it; the job begins within seconds."""
    await begin_write(db)
    row = DataRequest(
        number=number,
        reason=why,
        asked_by=actor.account.id,
        asked_at=actor.now,
        state=RequestState.WAITING,
        last_error="",
        sha256="",
    )
    db.add(row)
    await db.flush()
    actor.note(db, Action.PERSONAL_DATA_ASKED, f"personal_data:{row.id}", number=mask(number), reason=why)
    await db.commit()
    return row


async def listing(db: AsyncSession, *, after: int | None, limit: int) -> Sequence[DataRequest]:
    """Requests, newest first, those before the id `after`."""
    query = select(DataRequest).order_by(DataRequest.id.desc()).limit(limit)
    if after is not None:
        query = query.where(DataRequest.id < after)
    return (await db.scalars(query)).all()


async def take(db: AsyncSession, actor: Actor, request_id: int) -> DataRequest:
    """Mark a ZIP as fetched and commit it, before the first byte: there is no second time.

    Raises:
        NotFoundError: no such request.
        ForbiddenError: somebody else asked for it.
        ConflictError: not ready, expired, or fetched already.
    """
    await begin_write(db)
    row = await db.get(DataRequest, request_id, with_for_update=True)
    if row is None:
        raise NotFoundError("没有这项查询。")
    if row.asked_by != actor.account.id:
        raise ForbiddenError("只有申请人本人可以领取。")
    if row.state != RequestState.READY or (row.expires_at and row.expires_at <= actor.now):
        raise ConflictError("文件尚未生成、已过期或已被领取。")
    row.state, row.fetched_at = RequestState.FETCHED, actor.now
    actor.note(db, Action.PERSONAL_DATA_FETCHED, f"personal_data:{row.id}", sha256=row.sha256, size=row.size)
    await db.commit()
    return row


class Bundler:
    """Works requests off; one begun and not ended is begun again: nothing is shown before it is whole."""

    def __init__(self, settings: Settings, sessions: SessionFactory, clock: Clock, gather: Gather) -> None:
        self._settings, self._sessions, self._clock, self._gather = settings, sessions, clock, gather

    async def run_one(self) -> bool:
        """Bundle the next request that waits; False when there is none."""
        now = self._clock.now()
        query = (
            select(DataRequest)
            .where(
                DataRequest.state == RequestState.WAITING,
                or_(DataRequest.next_try_at.is_(None), DataRequest.next_try_at <= now),
            )
            .order_by(DataRequest.id)
            .limit(1)
        )
        async with self._sessions() as db:
            row = await db.scalar(query)
            person = await self._gather.person(db, row.number) if row else None
        if row is None or person is None:
            return False
        try:
            written = await asyncio.to_thread(bundle.write, self._settings, row.id, person)
            await self._ready(row.id, person, written)
        except (HotlineError, OSError, SQLAlchemyError) as error:
            await self._again_later(row.id, error)
        return True

    async def expire(self) -> int:
        """Remove what nobody fetched in time, and files whose turn is over; how many requests expired."""
        now = self._clock.now()
        async with self._sessions() as db:
            await begin_write(db)
            query = select(DataRequest).where(
                DataRequest.state == RequestState.READY, DataRequest.expires_at <= now
            )
            rows = (await db.scalars(query)).all()
            for row in rows:
                row.state = RequestState.EXPIRED
            await db.commit()
            over = (RequestState.EXPIRED, RequestState.FETCHED, RequestState.FAILED)
            closed = await db.scalars(
                select(DataRequest.id).where(
                    DataRequest.state.in_(over), DataRequest.asked_at > now - timedelta(days=90)
                )
            )
            ids = list(closed)
        for request_id in ids:  # whoever has one open reads on all the same
            await asyncio.to_thread(bundle.remove, self._settings, request_id)
        return len(rows)

    async def _ready(self, request_id: int, person: Person, written: Written) -> None:
        now = self._clock.now()
        async with self._sessions() as db:
            await begin_write(db)
            row = await db.get_one(DataRequest, request_id, with_for_update=True)
            row.state, row.ready_at, row.last_error = RequestState.READY, now, ""
            row.expires_at = now + timedelta(days=self._settings.retention.personal_data_days)
            row.sha256, row.size = written.sha256, written.size
            row.calls, row.cases, row.recordings = person.call_count, len(person.cases), person.recordings
            await db.commit()
        log.info("personal data bundled", request=request_id, calls=person.call_count)

    async def _again_later(self, request_id: int, error: Exception) -> None:
        log.warning("personal data not bundled yet", request=request_id, why=words_of(error))
        async with self._sessions() as db:
            await begin_write(db)
            row = await db.get_one(DataRequest, request_id)
            row.attempts, row.last_error = row.attempts + 1, words_of(error)
            row.next_try_at = self._clock.now() + wait_after(row.attempts)
            if row.attempts >= _MOST:
                row.state, row.next_try_at = RequestState.FAILED, None
            await db.commit()


def is_over(row: DataRequest, now: datetime) -> bool:
    """Whether a ready ZIP has waited too long, also before the job has noticed."""
    return row.state == RequestState.READY and row.expires_at is not None and row.expires_at <= now
