"""The flow's Visits port: callers who tell by themselves how their case was settled (结果回访)."""

from __future__ import annotations

from agi_scripts.facts import bounded
from core.clock import Clock
from core.db import SessionFactory
from core.settings import Settings
from ivr.visits.book import VisitBook
from ivr.visits.ports import ClosedCase
from ticketing import closed


class Ratings:
    """Notes ratings where result visits note theirs; the part `exchange` sends cases back."""

    def __init__(self, sessions: SessionFactory, settings: Settings, clock: Clock) -> None:
        self._sessions, self._limit_s = sessions, settings.flow.lookup_s
        self._book = VisitBook(sessions, settings.visits, clock)

    async def rate(self, case_number: str, score: int) -> bool:
        """Keep a rating, 1 非常满意 … 5 非常不满意. False: the case is not closed.

        Raises:
            LookupFailedError
        """
        return await bounded(self._rate(case_number, score), self._limit_s, "a rating")

    async def _rate(self, case_number: str, score: int) -> bool:
        case = await closed.find(self._sessions, number=case_number)
        if case is None or case.number is None or case.closed_at is None:
            return False
        facts = ClosedCase(
            id=case.id,
            number=case.number,
            closed_at=case.closed_at,
            phone=case.callback_number or case.caller_number,
            confidential=case.confidential,
            wants_visit=case.wants_visit,
        )
        await self._book.rate(facts, str(score))
        return True
