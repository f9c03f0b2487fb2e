"""From what the ledger knows of an ended call to the visit it was about, and to the case."""

from __future__ import annotations

import structlog

from ivr.ledger.tables import Call, Direction
from ivr.visits.book import RATINGS, VisitBook, is_dissatisfied
from ivr.visits.ports import Cases
from ivr.visits.tables import Visit, VisitState

log = structlog.get_logger()


class Answers:
    """Notes results. Told of the same call again it changes nothing, so that no crash loses one."""

    def __init__(self, book: VisitBook, cases: Cases, levels: list[str]) -> None:
        """`levels`: names of the five levels, best first."""
        self._book, self._cases, self._levels = book, cases, levels

    async def hear(self, call: Call) -> None:
        """Note what an ended call means for result visits; most mean nothing."""
        if call.direction == Direction.OUTBOUND and call.purpose.startswith("visit:"):
            visit = await self._book.hear(call.id, call.visit, talked=call.seat_answered_at is not None)
        elif ":" in call.visit:
            visit = await self._called_in(call)
        else:
            return
        if visit is not None:
            await self._send_back(visit)

    async def _called_in(self, call: Call) -> Visit | None:
        number, _, rating = call.visit.partition(":")
        case = await self._cases.closed_by_number(number) if rating in RATINGS else None
        if case is None:
            log.info("a rating of no closed case", call=call.id)
            return None
        return await self._book.rate(case, call.id, call.started_at, rating)

    async def _send_back(self, visit: Visit) -> None:
        if visit.state != VisitState.DONE or not is_dissatisfied(visit.result):
            return
        level = self._levels[int(visit.result) - 1]
        await self._cases.reopen(visit.case_id, visit.closed_at, f"结果回访：市民{level}（{visit.result}）")
