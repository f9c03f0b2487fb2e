"""Calls whoever is due, never more than lines are free, and never at the cost of who calls us; and sends the
cases of dissatisfied citizens back into handling."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.after_call import Visits
from core.errors import HotlineError
from ivr.outbound.dialler import Dialler, DialResult, OutboundCall
from ivr.visits.book import VisitBook
from ivr.visits.ports import Cases
from ivr.visits.tables import Visit

#: How often due visits are looked for: while one is due, and while nobody says that one may be, seconds.
LOOK_EVERY_S, IDLE_S = 2.0, 10.0
CONTEXT = "hl-visit"
_NOT_REACHED = frozenset({DialResult.BUSY, DialResult.NO_ANSWER, DialResult.FAILED})

log = structlog.get_logger()


class VisitKeeper:
    """Dials visits that are due. What the citizen says comes through the ledger, not through here."""

    def __init__(
        self, book: VisitBook, cases: Cases, dialler: Dialler, settings: Visits, levels: Sequence[str]
    ) -> None:
        """`levels`: names of the five levels, best first."""
        self._book, self._cases, self._dialler = book, cases, dialler
        self._settings, self._levels = settings, levels
        self._ringing: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """A visit was planned, or something became of one."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled. A database that is away is waited for."""
        try:
            while True:
                self._wake.clear()
                pause = IDLE_S
                try:
                    await self.send_back()
                    if self._settings.enabled and await self.look():
                        pause = LOOK_EVERY_S
                except (SQLAlchemyError, OSError) as error:
                    log.warning("visits wait for the database", why=str(error).splitlines()[:1])
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)
        finally:
            for task in self._ringing:
                task.cancel()

    async def look(self) -> bool:
        """Start as many calls as there is room for; whether any visit was due."""
        if lost := await self._book.give_up_lost():
            log.warning("nothing was heard of visits that were dialled", visits=lost)
        # Only then is the switch asked what is free: with ninety calls on it the answer is long.
        if not (due := await self._book.due(self._settings.at_once - len(self._ringing))):
            return False
        for visit in due[: self._dialler.free_channels()]:
            case = await self._cases.closed(visit.case_id)
            if case is None or case.closed_at != visit.closed_at:
                await self._book.skip(visit.id, "not_closed")
            elif case.confidential:
                await self._book.skip(visit.id, "confidential")
            else:
                self._start(visit)
        return True

    async def send_back(self) -> None:
        """Reopen what did not satisfy. A crash in between repeats it, and the second time does nothing."""
        for visit in await self._book.unsatisfied():
            level = self._levels[int(visit.result) - 1]
            try:
                await self._cases.reopen(visit.case_id, visit.closed_at, f"结果回访：市民{level}")
            except HotlineError as error:
                log.warning("a case was not sent back, will try again", case=visit.case_id, why=str(error))
                continue
            await self._book.sent_back(visit.id)

    async def idle(self) -> None:
        """Wait until nobody's phone rings any more: for tests."""
        await asyncio.gather(*self._ringing)

    def _start(self, visit: Visit) -> None:
        task = asyncio.create_task(self._call(visit.id))
        self._ringing.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._ringing.discard(task)
        self.wake()

    async def _call(self, visit_id: int) -> None:
        try:
            await self._dial(visit_id)
        except (SQLAlchemyError, OSError) as error:
            # The attempt is used up; `give_up_lost` or the ledger takes it from here.
            log.warning("the end of a visit's call was not noted", visit=visit_id, why=str(error)[:200])

    async def _dial(self, visit_id: int) -> None:
        call_id = self._dialler.new_call_id()
        visit = await self._book.claim(visit_id, call_id)
        if visit is None:
            return
        result = await self._dialler.dial(
            OutboundCall(
                number=visit.number,
                context=CONTEXT,
                purpose=f"visit:{visit.id}",
                variables={"HL_VISIT": str(visit.id), "HL_CASE_NUMBER": visit.case_number},
                ring_s=self._settings.ring_s,
                call_id=call_id,
            )
        )
        if result is DialResult.NO_CHANNEL:
            await self._book.give_back(call_id)
        elif result is DialResult.REFUSED:
            await self._book.skip(visit.id, "not_allowed")
        elif result in _NOT_REACHED:
            await self._book.not_reached(call_id, str(result))
