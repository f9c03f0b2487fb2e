"""A case engine made of a dict."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ivr.visits.ports import ClosedCase


class FakeCases:
    """Closed cases by id; `reopened` keeps what was sent back, and why."""

    def __init__(self, *cases: ClosedCase) -> None:
        self.known = {case.id: case for case in cases}
        self.reopened: list[tuple[int, str]] = []

    async def closed(self, case_id: int) -> ClosedCase | None:
        return self.known.get(case_id)

    async def closed_by_number(self, number: str) -> ClosedCase | None:
        return next((case for case in self.known.values() if case.number == number), None)

    async def reopen(self, case_id: int, closed_at: datetime, reason: str) -> None:
        case = self.known.get(case_id)
        if case is not None and case.closed_at == closed_at:
            self.reopened.append((case_id, reason))
            del self.known[case_id]

    def close_again(self, case: ClosedCase, at: datetime) -> ClosedCase:
        self.known[case.id] = replace(case, closed_at=at)
        return self.known[case.id]
