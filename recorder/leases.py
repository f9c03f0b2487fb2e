"""Leases: which worker holds a recording, so that several may run and a dead one is replaced.

`Recording.leased_until` is both the end of the lease and its token: whoever writes a row names the value
it last saw, so a worker that lost its lease (killed, stopped, too slow) cannot write any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import structlog
from sqlalchemy import ColumnElement, CursorResult, Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import HotlineError
from recorder.tables import Recording, RecordingState

#: A dead worker's recording is taken over after this long.
LEASE = timedelta(seconds=45)
#: No failure makes a recording wait longer.
_LONGEST_PAUSE = timedelta(days=1)


log = structlog.get_logger()


class LeaseLostError(HotlineError):
    """Another worker took this recording over."""

    code = "lease_lost"


class Lease:
    """The right to work on one recording until `until`; renewed while `kept`."""

    def __init__(self, sessions: SessionFactory, clock: Clock, recording: Recording, until: datetime) -> None:
        self.recording = recording
        self._sessions, self._clock, self._until = sessions, clock, until

    async def save(self, session: AsyncSession, **values: Any) -> None:
        """Write `values` into the row, in the caller's transaction.

        Raises:
            LeaseLostError: the row is somebody else's now; nothing was written.
        """
        change = update(Recording).where(
            Recording.id == self.recording.id, Recording.leased_until == self._until
        )
        result = await session.execute(change.values(**values))
        if not isinstance(result, CursorResult) or result.rowcount != 1:
            raise LeaseLostError

    async def renew(self) -> None:
        """
        Raises:
            LeaseLostError: too late.
        """
        until = self._clock.now() + LEASE
        async with self._sessions() as session:
            await begin_write(session)
            await self.save(session, leased_until=until)
            await session.commit()
        self._until = until

    async def end(self, **values: Any) -> None:
        """Write `values` in a transaction of their own; a lease that was lost by now is only logged."""
        try:
            async with self._sessions() as session:
                await begin_write(session)
                await self.save(session, **values)
                await session.commit()
        except LeaseLostError:
            log.warning("another worker took a recording over", call=self.recording.call_id)

    @asynccontextmanager
    async def kept(self, abort: Event) -> AsyncIterator[None]:
        """Renew in the background while the block runs; a lost lease sets `abort`."""
        done = asyncio.Event()

        async def keep() -> None:
            while not done.is_set():
                try:
                    await asyncio.wait_for(done.wait(), LEASE.total_seconds() / 3)
                except TimeoutError:
                    try:
                        await self.renew()
                    except LeaseLostError:
                        abort.set()
                        return

        keeper = asyncio.create_task(keep())
        try:
            yield
        finally:
            done.set()
            await keeper


#: Which recording is next, of those in one of the states and due at a time.
Next = Callable[[datetime, Collection[RecordingState]], Select[Recording]]


async def claim(
    sessions: SessionFactory,
    clock: Clock,
    states: Collection[RecordingState],
    next_one: Next | None = None,
) -> Lease | None:
    """The next recording in one of `states` that is due and nobody's, leased; None when there is none.

    Without `next_one` it is the oldest.
    """
    for _ in range(10):
        now = clock.now()
        async with sessions() as session:
            found = await session.scalar((next_one or _oldest)(now, states))
        if found is None:
            return None
        until = now + LEASE
        same: ColumnElement[bool] = Recording.leased_until.is_not_distinct_from(found.leased_until)
        take = update(Recording).where(Recording.id == found.id, Recording.state == found.state, same)
        async with sessions() as session:
            await begin_write(session)
            result = await session.execute(take.values(leased_until=until))
            await session.commit()
        if isinstance(result, CursorResult) and result.rowcount == 1:
            return Lease(sessions, clock, found, until)
    return None


def are_due(now: datetime, states: Collection[RecordingState]) -> list[ColumnElement[bool]]:
    """The conditions under which a recording may be claimed.

    A time further ahead than anybody sets was written by a clock that has been put back since: it binds
    nobody. A living worker that held the recording notices at its next renewal, and can write no more.
    """
    tried, leased = Recording.next_try_at, Recording.leased_until
    return [
        Recording.state.in_(states),
        or_(tried.is_(None), tried <= now, tried > now + _LONGEST_PAUSE),
        or_(leased.is_(None), leased <= now, leased > now + LEASE),
    ]


def _oldest(now: datetime, states: Collection[RecordingState]) -> Select[Recording]:
    query = select(Recording).where(*are_due(now, states))
    return query.order_by(Recording.next_try_at.is_not(None), Recording.id).limit(1)
