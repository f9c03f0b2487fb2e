from __future__ import annotations

from core.clock import FixedClock
from core.db import SessionFactory
from hotline.recording import LedgerCalls
from ivr.ledger.tables import Call


async def test_the_recorder_learns_which_calls_are_over(sessions: SessionFactory, clock: FixedClock) -> None:
    now = clock.now()
    async with sessions.begin() as session:
        session.add(Call(id="hl-1700000000.1", trunk="carrier", started_at=now, ended_at=now))
        session.add(Call(id="hl-1700000000.2", trunk="carrier", started_at=now))
    asked = ["hl-1700000000.1", "hl-1700000000.2", "hl-1700000000.3"]
    known = await LedgerCalls(sessions).have_ended(asked)
    assert known == {"hl-1700000000.1": True, "hl-1700000000.2": False}
