"""Result visits (结果回访) put together: here, and only here, they meet the case engine and the ledger."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select

from core.bus import Bus
from core.clock import Clock
from core.db import SessionFactory
from core.events import CallChanged, CaseMoved, Event
from core.settings import Settings
from ivr.ledger.tables import Call, Direction
from ivr.outbound.dialler import Dialler
from ivr.visits.book import VisitBook
from ivr.visits.keeper import VisitKeeper
from ivr.visits.ports import ClosedCase
from ticketing import closed
from ticketing.tables import Case
from ticketing.workflow import CLOSE

log = structlog.get_logger()


class TicketCases:
    """`ivr.visits.ports.Cases` from the case engine."""

    def __init__(self, sessions: SessionFactory, clock: Clock) -> None:
        self._sessions, self._clock = sessions, clock

    async def closed(self, case_id: int) -> ClosedCase | None:
        return _facts(await closed.find(self._sessions, case_id=case_id))

    async def closed_by_number(self, number: str) -> ClosedCase | None:
        return _facts(await closed.find(self._sessions, number=number))

    async def reopen(self, case_id: int, closed_at: datetime, reason: str) -> None:
        await closed.reopen(
            self._sessions, case_id=case_id, closed_at=closed_at, reason=reason, clock=self._clock
        )


def _facts(case: Case | None) -> ClosedCase | None:
    if case is None or case.closed_at is None or case.number is None:
        return None
    return ClosedCase(
        id=case.id,
        number=case.number,
        closed_at=case.closed_at,
        phone=case.callback_number or case.caller_number,
        confidential=case.confidential,
        wants_visit=case.wants_visit,
    )


def works(
    settings: Settings, sessions: SessionFactory, dialler: Dialler, clock: Clock
) -> list[Coroutine[Any, Any, None]]:
    """What the part `exchange` runs for visits, beside its other works."""
    book, cases = VisitBook(sessions, settings.visits, clock), TicketCases(sessions, clock)
    keeper = VisitKeeper(book, cases, dialler, settings.visits, settings.survey.levels)
    listener = Listener(settings, sessions, book, cases)
    return [keeper.run(), listen(Bus(settings.redis.url), listener, keeper.wake)]


class Listener:
    """Plans a visit for each case that is closed, and notes what came of the calls."""

    def __init__(
        self, settings: Settings, sessions: SessionFactory, book: VisitBook, cases: TicketCases
    ) -> None:
        self._settings, self._sessions, self._book, self._cases = settings, sessions, book, cases

    @staticmethod
    def wants(event: Event) -> bool:
        """Whether `handle` would do anything."""
        if isinstance(event, CallChanged):
            return event.ended
        return isinstance(event, CaseMoved) and event.move == CLOSE.name

    async def handle(self, event: Event) -> None:
        """Told of the same event again, nothing changes."""
        if isinstance(event, CallChanged):
            await self._hear(event.call_id)
        elif isinstance(event, CaseMoved) and self._settings.visits.enabled:
            case = await self._cases.closed(event.case_id)
            if case is not None:
                await self._book.plan(case)

    async def _hear(self, call_id: str) -> None:
        query = select(Call.visit, Call.seat_answered_at, Call.message_at).where(
            Call.id == call_id, Call.direction == Direction.OUTBOUND, Call.purpose.startswith("visit:")
        )
        async with self._sessions() as session:
            call = (await session.execute(query)).first()
        if call is not None:
            talked = call.seat_answered_at is not None or call.message_at is not None
            await self._book.hear(call_id, call.visit, talked=talked)


async def listen(bus: Bus, listener: Listener, told: Callable[[], None] = lambda: None) -> None:
    """Feed the listener; an event it cannot handle now is not acked, so it comes again. `told` is called when
    one has been handled."""
    try:
        async for message_id, event in bus.consume("visits", "exchange", Listener.wants, gather_s=1.0):
            try:
                await listener.handle(event)
            except Exception as error:  # noqa: BLE001 - event consumer boundary
                log.warning("not handled, will try again", event_type=type(event).__name__, why=str(error))
                continue
            await bus.ack("visits", message_id)
            told()
    finally:
        await bus.close()
