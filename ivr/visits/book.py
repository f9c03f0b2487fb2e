"""The visits' one door: lock → check → change → commit. Every change of a visit is made here.

The life of a visit: a case is closed → DUE → `claim` before anything is dialled → DIALLING → what the ledger
tells of that very call (`hear`), or the dialler when nobody picked up (`not_reached`) → DONE (after
SENDING_BACK when the citizen was not satisfied), REFUSED, or DUE again until the attempts are used up.
An attempt is written down before it is dialled: whoever is killed in between has used it up, and nobody is
called twice for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.after_call import Visits
from core.clock import Clock
from core.db import SessionFactory, begin_write
from ivr.visits.hours import CallingHours
from ivr.visits.ports import ClosedCase
from ivr.visits.tables import Visit, VisitState

#: A call about which nothing was heard for this long is over: talks with a person are shorter.
BELIEVED_FOR = timedelta(hours=1)
#: A line was free and then was not: tried again after this long.
NO_LINE = timedelta(seconds=30)
RATINGS = frozenset("12345")
#: Closings before that are history: nobody remembers, and a hotline that starts anew must not call them all.
TOO_OLD = timedelta(days=7)
_SETTLED = frozenset({VisitState.SENDING_BACK, VisitState.DONE, VisitState.REFUSED, VisitState.SKIPPED})
#: 不满意, 非常不满意: the case goes back into handling.
DISSATISFIED = ("4", "5")


class VisitBook:
    """Visits in the database."""

    def __init__(self, sessions: SessionFactory, settings: Visits, clock: Clock) -> None:
        self._sessions, self._settings, self._clock = sessions, settings, clock
        self._hours = CallingHours.of(settings)

    async def plan(self, case: ClosedCase) -> None:
        """Note that the closing of `case` is to be asked about; however often this is said, once."""
        if not case.wants_visit or self._clock.now() - case.closed_at > TOO_OLD:
            return
        with suppress(IntegrityError):  # planned in the same moment
            async with self._sessions() as session:
                await begin_write(session)
                if await _of_closing(session, case) is None:
                    session.add(await self._new(session, case))
                await session.commit()

    async def _new(self, session: AsyncSession, case: ClosedCase) -> Visit:
        refused = select(Visit.id).where(Visit.case_id == case.id, Visit.state == VisitState.REFUSED).limit(1)
        why = "confidential" if case.confidential else "" if case.phone else "no_number"
        if not why and await session.scalar(refused):
            why = "refused"
        now = self._clock.now()
        return Visit(
            case_id=case.id,
            case_number=case.number,
            closed_at=case.closed_at,
            # A number that is never dialled is not kept a second time.
            number="" if why else case.phone,
            state=VisitState.SKIPPED if why else VisitState.DUE,
            result=why,
            attempts=0,
            next_at=self._hours.next(case.closed_at + timedelta(minutes=self._settings.delay_min)),
            created_at=now,
        )

    async def due(self, most: int) -> Sequence[Visit]:
        """Visits whose time has come, those waiting longest first; none outside the calling hours."""
        now = self._clock.now()
        if most < 1 or not self._hours.open_at(now):
            return []
        query = select(Visit).where(Visit.state == VisitState.DUE, Visit.next_at <= now)
        async with self._sessions() as session:
            return (await session.scalars(query.order_by(Visit.next_at, Visit.id).limit(most))).all()

    async def claim(self, visit_id: int, call_id: str) -> Visit | None:
        """Use up one attempt, for the call `call_id`, which is dialled after this and only then.

        None when the visit is not due any more.
        """
        async with self._sessions() as session:
            visit = await _locked(session, Visit.id == visit_id)
            now = self._clock.now()
            if visit is None or visit.state != VisitState.DUE or visit.next_at > now:
                return None
            visit.state, visit.call_id, visit.called_at = VisitState.DIALLING, call_id, now
            visit.attempts += 1
            visit.next_at = now + BELIEVED_FOR
            await session.commit()
            return visit

    async def give_back(self, call_id: str) -> None:
        """Nothing was dialled for want of a line: the attempt does not count."""
        async with self._sessions() as session:
            visit = await self._dialling(session, call_id)
            if visit is not None:
                visit.state, visit.attempts = VisitState.DUE, visit.attempts - 1
                visit.next_at = self._clock.now() + NO_LINE
            await session.commit()

    async def skip(self, visit_id: int, why: str) -> None:
        """Never call for it."""
        async with self._sessions() as session:
            visit = await _locked(session, Visit.id == visit_id)
            if visit is not None and visit.state in (VisitState.DUE, VisitState.DIALLING):
                visit.state, visit.result = VisitState.SKIPPED, why
            await session.commit()

    async def not_reached(self, call_id: str, why: str) -> None:
        """The attempt came to nothing; another one follows, if any is left."""
        async with self._sessions() as session:
            visit = await self._dialling(session, call_id)
            if visit is not None:
                self._failed(visit, why)
            await session.commit()

    async def give_up_lost(self) -> int:
        """End attempts nobody heard of for `BELIEVED_FOR`. Returns how many."""
        is_lost = and_(Visit.state == VisitState.DIALLING, Visit.next_at <= self._clock.now())
        async with self._sessions() as session:
            if await session.scalar(select(Visit.id).where(is_lost).limit(1)) is None:
                return 0
        async with self._sessions() as session:
            await begin_write(session)
            lost = (await session.scalars(select(Visit).where(is_lost).with_for_update())).all()
            for visit in lost:
                self._failed(visit, "lost")
            await session.commit()
        return len(lost)

    def _failed(self, visit: Visit, why: str) -> None:
        visit.result = why
        if visit.attempts >= self._settings.attempts:
            visit.state = VisitState.FAILED
            return
        visit.state = VisitState.DUE
        again = self._clock.now() + timedelta(minutes=self._settings.interval_min)
        visit.next_at = self._hours.next(again)

    async def hear(self, call_id: str, answer: str, *, talked: bool) -> None:
        """What a call we placed came to. Heard again, or of no visit's call, it changes nothing.

        Args:
            answer: `Call.visit`; empty when they hung up without one.
            talked: they talked with a seat, or left a message for one.
        """
        async with self._sessions() as session:
            visit = await _locked(session, Visit.call_id == call_id)
            if visit is not None:
                self._hear(visit, answer, talked=talked)
            await session.commit()

    def _hear(self, visit: Visit, answer: str, *, talked: bool) -> None:
        if visit.state in _SETTLED:
            return
        # An answer counts even where nobody believed in the call any more.
        if answer in RATINGS or (answer == "person" and talked):
            _answered(visit, answer)
        elif answer == "refused":
            visit.state, visit.result = VisitState.REFUSED, answer
        elif visit.state == VisitState.DIALLING:
            self._failed(visit, answer or "hung_up")

    async def rate(self, case: ClosedCase, result: str) -> None:
        """A citizen called in and rated the result: that counts, and nobody is called about it any more."""
        try:
            await self._rate(case, result)
        except IntegrityError:  # planned in the same moment: it is there now
            await self._rate(case, result)

    async def _rate(self, case: ClosedCase, result: str) -> None:
        async with self._sessions() as session:
            await begin_write(session)
            visit = await _of_closing(session, case)
            if visit is None:
                visit = await self._new(session, case)
                session.add(visit)
            _answered(visit, result)
            visit.called_at = self._clock.now()
            await session.commit()

    async def unsatisfied(self) -> Sequence[Visit]:
        """Visits whose citizen was not satisfied and whose case has not been sent back yet."""
        query = select(Visit).where(Visit.state == VisitState.SENDING_BACK).order_by(Visit.id)
        async with self._sessions() as session:
            return (await session.scalars(query)).all()

    async def sent_back(self, visit_id: int) -> None:
        """The case is back in handling, or that closing was undone otherwise."""
        async with self._sessions() as session:
            visit = await _locked(session, Visit.id == visit_id)
            if visit is not None and visit.state == VisitState.SENDING_BACK:
                visit.state = VisitState.DONE
            await session.commit()

    @staticmethod
    async def _dialling(session: AsyncSession, call_id: str) -> Visit | None:
        visit = await _locked(session, Visit.call_id == call_id)
        return visit if visit is not None and visit.state == VisitState.DIALLING else None


def _answered(visit: Visit, result: str) -> None:
    visit.state = VisitState.SENDING_BACK if result in DISSATISFIED else VisitState.DONE
    visit.result = result


async def _locked(session: AsyncSession, which: ColumnElement[bool]) -> Visit | None:
    """The visit, held until the transaction ends."""
    await begin_write(session)
    return await session.scalar(select(Visit).where(which).with_for_update())


async def _of_closing(session: AsyncSession, case: ClosedCase) -> Visit | None:
    query = select(Visit).where(Visit.case_id == case.id, Visit.closed_at == case.closed_at)
    return await session.scalar(query.with_for_update())
