"""Puts callers who gave up waiting on the list (漏接), and takes off whoever was talked with since."""

from __future__ import annotations

from core.db import SessionFactory
from core.events import CallChanged, Event
from core.settings import Settings
from ivr.callbacks.book import CallbackBook
from ivr.ledger.tables import CONFIDENTIAL, Call, Direction, Outcome
from ivr.outbound.allowed import NumberRefusedError, Rules, check


class MissedCalls:
    """Hears of calls that have ended; told twice, nothing changes."""

    def __init__(self, settings: Settings, sessions: SessionFactory, book: CallbackBook) -> None:
        self._after_s = settings.callback.missed_after_s
        self._rules = Rules.of(settings)
        self._sessions, self._book = sessions, book

    @staticmethod
    def wants(event: Event) -> bool:
        """Whether `handle` would do anything."""
        return isinstance(event, CallChanged) and event.ended

    async def handle(self, event: Event) -> None:
        """
        Raises:
            SQLAlchemyError, OSError: the database is away; to be told again.
        """
        if not isinstance(event, CallChanged):
            return
        async with self._sessions() as session:
            call = await session.get(Call, event.call_id)
        if call is None or call.direction != Direction.INBOUND or not call.caller:
            return
        if call.seat_answered_at is not None:
            await self._book.answered(call)
        elif self._was_missed(call):
            await self._book.miss(call)

    def _was_missed(self, call: Call) -> bool:
        """Confidential callers are not called: somebody else may pick up."""
        if call.outcome != Outcome.ABANDONED or call.queued_at is None or CONFIDENTIAL in call.marks:
            return False
        try:
            return check(call.caller, self._rules) == call.caller and call.wait_s >= self._after_s
        except NumberRefusedError:
            return False
