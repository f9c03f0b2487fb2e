"""Whatever people try in whatever order: illegal moves never succeed, and history misses nothing."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core import migrate
from core.clock import FixedClock, SystemClock
from core.db import SessionFactory, make_engine, make_sessions
from core.errors import HotlineError
from core.tables import Account
from ticketing import catalogue, drafts, moves
from ticketing.tables import CaseHistory

#: Written out again, not read from the table: the test's own idea of what is legal.
LEGAL = {
    ("register", "draft", "seat"): "registered",
    ("register", "draft", "shift_leader"): "registered",
    ("establish", "registered", "shift_leader"): "established",
    ("close", "established", "shift_leader"): "closed",
    ("reopen", "closed", "shift_leader"): "established",
    ("reopen", "closed", None): "established",
}
ROLES = ("seat", "shift_leader", "administrator")
_tries = st.tuples(
    st.sampled_from(["open_draft", "register", "establish", "close", "reopen", "fly"]),
    st.sampled_from([*ROLES, None]),
    st.sampled_from([0, 0, 0, -1, 1]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_tries, max_size=12))
def test_random_moves(tries: list[tuple[str, str | None, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(f"sqlite+aiosqlite:///{Path(folder) / 'hotline.db'}", tries))


async def _play(url: str, tries: list[tuple[str, str | None, int]]) -> None:
    await migrate.upgrade(url)
    engine = make_engine(url)
    sessions, clock = make_sessions(engine), SystemClock()
    people = await _people(sessions, FixedClock(clock.now()))
    case, _ = await drafts.open_draft(
        sessions, call_id="a-1", caller_number="13800001234", transcript="路灯不亮", clock=clock
    )
    stage, version, done = "draft", case.version, ["open_draft"]
    for name, role, lag in tries:
        legal = LEGAL.get((name, stage, role)) if lag == 0 else None
        fields: dict[str, Any] = {"kind": "report", "district": "210202"} if name == "register" else {}
        actor = people[role] if role else None
        try:
            case = await moves.move(
                sessions,
                case_id=1,
                move=name,
                actor=actor,
                version=version + lag,
                fields=fields,
                note="市民不满意",
                clock=clock,
            )
        except HotlineError as error:
            assert legal is None, f"{name} from {stage} by {role} refused: {error}"
        else:
            assert case.stage == legal
            assert (case.closed_at is not None) == (case.stage == "closed")
            stage, version = case.stage, case.version
            done.append(name)
    async with sessions() as session:
        entries = list(await session.scalars(select(CaseHistory).order_by(CaseHistory.seq)))
    await engine.dispose()
    assert [entry.move for entry in entries] == done
    assert [entry.seq for entry in entries] == list(range(1, len(done) + 1))


async def _people(sessions: SessionFactory, clock: FixedClock) -> dict[str, Account]:
    people = {
        role: Account(
            username=role, display_name=role, role=role, password_hash="", failures=0, created_at=clock.now()
        )
        for role in ROLES
    }
    async with sessions() as session:
        session.add_all(people.values())
        await catalogue.load(session)
        await session.commit()
    return people
