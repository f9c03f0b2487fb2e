"""The one door to the table of call-backs: every change of a row's state is here.

waiting → dialling → done | waiting (again, later) | failed; waiting → expired | cancelled | done (the citizen
called again and was answered). A closed row may be taken up again by a person (`retry`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.settings import Callback as Rules
from ivr.callbacks.tables import OPEN, Callback, CallbackKind, CallbackState
from ivr.ledger.tables import Call
from ivr.outbound.dialler import DialResult

#: An attempt that found no free channel was none: the turn comes again after this.
_NO_CHANNEL_S = 5

log = structlog.get_logger()


class CallbackBook:
    """Call-backs asked for, missed, dialled and closed."""

    def __init__(self, sessions: SessionFactory, rules: Rules, clock: Clock) -> None:
        self._sessions, self._rules, self._clock = sessions, rules, clock

    async def ask(
        self, *, number: str, queue: str, joined_at: datetime, call_id: str, language: str = "zh_CN"
    ) -> int:
        """A caller asks to be called back; asked twice, it is one call-back with the better place.

        Args:
            number: as `ivr.outbound.allowed.check` gave it.
            joined_at: when the caller joined the queue.

        Returns the row's id.
        """
        wanted = Callback(
            kind=CallbackKind.REQUESTED,
            number=number,
            queue=queue,
            language=language,
            joined_at=joined_at,
            call_id=call_id,
        )
        try:
            return await self._put(wanted)
        except IntegrityError:  # somebody else's row for the number was there a moment earlier
            return await self._put(wanted)

    async def miss(self, call: Call) -> int | None:
        """A caller gave up waiting; None when the number is on the list already."""
        wanted = Callback(
            kind=CallbackKind.MISSED,
            number=call.caller,
            queue=call.queue or "general",
            language="zh_CN",
            joined_at=call.queued_at or call.started_at,
            call_id=call.id,
        )
        try:
            async with self._sessions() as session:
                await begin_write(session)
                seen = await session.scalar(select(Callback.id).where(Callback.call_id == call.id))
                if seen is not None or await self._open_of(session, call.caller) is not None:
                    return None
                return await self._add(session, wanted)
        except IntegrityError:
            return None

    async def answered(self, call: Call) -> int:
        """A citizen on the list was talked with in `call`; returns how many rows that closed."""
        async with self._sessions() as session:
            await begin_write(session)
            row = await self._open_of(session, call.caller)
            at = call.seat_answered_at
            if row is None or row.state != CallbackState.WAITING or at is None or row.created_at > at:
                return 0
            self._close(row, CallbackState.DONE)
            await session.commit()
            return 1

    async def open(self) -> Sequence[Callback]:
        """All that are not closed, in the order of their places; missed calls after those asked for."""
        query = select(Callback).where(Callback.state.in_(OPEN))
        async with self._sessions() as session:
            rows = (await session.scalars(query)).all()
        return sorted(rows, key=lambda row: (row.kind == CallbackKind.MISSED, row.joined_at, row.id))

    async def expire(self) -> int:
        """Give up what was not reached in time; returns how many."""
        now = self._clock.now()
        overdue = select(Callback).where(Callback.state == CallbackState.WAITING, Callback.expires_at <= now)
        async with self._sessions() as session:
            await begin_write(session)
            rows = (await session.scalars(overdue.with_for_update())).all()
            for row in rows:
                self._close(row, CallbackState.EXPIRED)
            await session.commit()
            return len(rows)

    async def begin(self, row_id: int, call_id: str) -> bool:
        """Before the phone rings: count the attempt and note its call id.

        False when it is no longer to be dialled: cancelled, expired, or answered meanwhile in a call of the
        citizen's own.
        """
        async with self._sessions() as session:
            await begin_write(session)
            row = await self._locked(session, row_id)
            if row is None or row.state != CallbackState.WAITING:
                return False
            if await _was_answered(session, row):
                self._close(row, CallbackState.DONE)
                await session.commit()
                return False
            row.state, row.attempts = CallbackState.DIALLING, row.attempts + 1
            row.attempted_at, row.attempt_call_id, row.result = self._clock.now(), call_id, ""
            await session.commit()
            return True

    async def dialled(self, row_id: int, call_id: str, result: DialResult) -> None:
        """What became of the attempt `call_id`; told of another one, nothing changes.

        Answered and unknown leave the row as it is: the ledger says how that call ends.
        """
        async with self._sessions() as session:
            await begin_write(session)
            row = await self._locked(session, row_id)
            if row is None or row.state != CallbackState.DIALLING or row.attempt_call_id != call_id:
                return
            row.result = result
            if result is DialResult.REFUSED:
                self._close(row, CallbackState.FAILED)
            elif result is DialResult.NO_CHANNEL:
                row.attempts -= 1
                self._wait(row, _NO_CHANNEL_S)
            elif result not in (DialResult.ANSWERED, DialResult.UNKNOWN):
                self._again(row)
            await session.commit()

    async def ended(self, row_id: int, call_id: str, *, reached: bool, result: str) -> None:
        """The call of the attempt is over. `reached`: talked with a seat or left a message."""
        async with self._sessions() as session:
            await begin_write(session)
            row = await self._locked(session, row_id)
            if row is None or row.state != CallbackState.DIALLING or row.attempt_call_id != call_id:
                return
            row.result = result
            if reached:
                self._close(row, CallbackState.DONE)
            else:
                self._again(row)
            await session.commit()

    def _again(self, row: Callback) -> None:
        if row.attempts >= self._rules.attempts:
            self._close(row, CallbackState.FAILED)
        else:
            self._wait(row, self._rules.retry_s)

    def _wait(self, row: Callback, seconds: int) -> None:
        row.state, row.next_at = CallbackState.WAITING, self._clock.now() + timedelta(seconds=seconds)

    def _close(self, row: Callback, state: CallbackState) -> None:
        row.state, row.next_at, row.closed_at = state, None, self._clock.now()
        log.info("call-back closed", id=row.id, state=str(state), attempts=row.attempts)

    async def _put(self, wanted: Callback) -> int:
        async with self._sessions() as session:
            await begin_write(session)
            row = await self._open_of(session, wanted.number)
            if row is None:
                return await self._add(session, wanted)
            if row.kind == CallbackKind.REQUESTED and row.queue == wanted.queue:
                row.joined_at = min(row.joined_at, wanted.joined_at)
            else:
                row.joined_at = wanted.joined_at
            row.kind, row.queue, row.language = CallbackKind.REQUESTED, wanted.queue, wanted.language
            row.expires_at, row.next_at = self._expiry(), None
            await session.commit()
            return row.id

    async def _add(self, session: AsyncSession, wanted: Callback) -> int:
        row = Callback(
            **{name: getattr(wanted, name) for name in _GIVEN},
            state=CallbackState.WAITING,
            created_at=self._clock.now(),
            expires_at=self._expiry(),
        )
        session.add(row)
        await session.commit()
        return row.id

    def _expiry(self) -> datetime:
        return self._clock.now() + timedelta(hours=self._rules.expiry_hours)

    async def _open_of(self, session: AsyncSession, number: str) -> Callback | None:
        query = select(Callback).where(Callback.number == number, Callback.state.in_(OPEN)).with_for_update()
        return (await session.scalars(query)).one_or_none()

    async def _locked(self, session: AsyncSession, row_id: int) -> Callback | None:
        query = select(Callback).where(Callback.id == row_id).with_for_update()
        return (await session.scalars(query)).one_or_none()


#: What whoever asks decides; the rest is the book's.
_GIVEN = ("kind", "number", "queue", "language", "joined_at", "call_id")


async def _was_answered(session: AsyncSession, row: Callback) -> bool:
    query = select(Call.id).where(Call.caller == row.number, Call.seat_answered_at > row.created_at)
    return (await session.scalar(query.limit(1))) is not None
