"""Six transferred calls of a real switch, from its own files through the watcher: legs, and no difference.

`real/` is what Asterisk wrote while seats (baresip) held, consulted, conferred with and handed over callers.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Settings
from ivr.ledger.legs_queries import legs_of
from ivr.ledger.tables import Call
from ivr.reconciliation.reconcile import reconcile
from ivr.watcher import Watcher

REAL = Path(__file__).parent / "real"
#: Who had the citizen, between menu and goodbye, and how long, seconds to one place.
LEGS = [
    ["1001 talk 1.9", "1001 hold 4.2", "1001 talk 2.0"],
    ["1001 talk 2.0", "1001 consult 2.7", "1002 talk 2.6"],
    ["1001 talk 1.9", "1001 consult 2.2", "1001 conference 2.6", "1002 talk 2.2"],
    ["1001 talk 1.6", "english wait 3.4", "1001 talk 0.7"],
    ["1001 talk 1.6", "1001 hold 2.7", "1001 talk 2.2"],
    ["1001 talk 1.5", "1002 talk 3.7"],
]


async def test_legs_of_real_calls(
    sessions: SessionFactory, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_PATHS_STATE", str(tmp_path))
    settings = Settings()
    folder = settings.asterisk_dir / "log" / "cel-custom"
    folder.mkdir(parents=True)
    for name in ("cel", "holds"):
        shutil.copy(REAL / f"{name}.txt", folder / f"{name}.log")
    watcher = Watcher(settings, sessions, clock)
    while await watcher.carry_on():
        pass
    async with sessions() as session:
        calls = list(await session.scalars(select(Call).order_by(Call.started_at)))
        legs = [(await legs_of(session, call.id)).call for call in calls]
    told = []
    for one in legs:
        people = [leg for leg in one if leg.holder_kind not in ("menu", "queue") or leg.holder == "english"]
        lengths = [(leg.ended_at - leg.started_at).total_seconds() for leg in people if leg.ended_at]
        told.append([f"{leg.holder} {leg.state} {s:.1f}" for leg, s in zip(people, lengths, strict=True)])
    assert told == LEGS
    assert {call.hung_up_by for call in calls} == {"seat"}
    report = await reconcile(sessions, REAL / "queue_log.txt", date(2026, 11, 23), clock)
    assert (report.calls, report.entries, report.differences) == (6, 7, ())
