"""Made-up talks to sample from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from recorder.quality.rules import Candidate

MONDAY = date(2026, 11, 16)
WEEK = "2026-W47"


def talk(number: int, *, seat: str = "1001", day: int = 0, **more: Any) -> Candidate:
    """Recording `number`, on a day of the week (0: Monday)."""
    known = {"agent_id": None, "talk_s": 60.0} | more
    return Candidate(
        recording_id=number,
        call_id=f"call-{number}",
        seat=seat,
        day=MONDAY + timedelta(days=day),
        **known,
    )


@dataclass
class FakeTalks:
    """`Candidates` from a list."""

    talks: list[Candidate] = field(default_factory=list)

    async def between(self, first: date, last: date) -> list[Candidate]:
        return [one for one in self.talks if first <= one.day <= last]
