"""Whatever happens to visits in whatever order: no attempt rings twice, nobody is called after an answer."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.after_call import Visits
from core.clock import FixedClock
from core.db import make_engine, make_sessions
from ivr.outbound.dialler import DialResult
from ivr.outbound.fakes import FakeDialler
from ivr.visits.book import VisitBook
from ivr.visits.keeper import VisitKeeper
from ivr.visits.ports import ClosedCase
from ivr.visits.tables import VisitState
from tests.ivr.visits.conftest import LEVELS, World
from tests.ivr.visits.fakes import FakeCases

_ANSWERS = ("1", "5", "refused", "person", "machine", "")
_happenings = st.one_of(
    st.sampled_from([("look", ""), ("plan", ""), ("restart", ""), ("wait", "1"), ("wait", "61")]),
    st.sampled_from([("wait", "700"), ("send_back", ""), ("rate", "2"), ("rate", "4")]),
    st.tuples(st.just("dial"), st.sampled_from([str(result) for result in DialResult])),
    st.tuples(st.just("hear"), st.sampled_from(_ANSWERS)),
)
_OVER = {VisitState.DONE, VisitState.REFUSED, VisitState.FAILED, VisitState.SKIPPED, VisitState.SENDING_BACK}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_happenings, max_size=30))
def test_random_days(sqlite_template: Path, happenings: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(sqlite_template, Path(folder) / "hotline.db")
        asyncio.run(_play(f"sqlite+aiosqlite:///{Path(folder) / 'hotline.db'}", happenings))


async def _play(url: str, happenings: list[tuple[str, str]]) -> None:
    engine = make_engine(url)
    world = _world(engine)
    for what, detail in [("plan", ""), ("wait", "31"), *happenings]:
        visits = await world.visits()
        was_over = bool(visits) and visits[0].state in _OVER
        before = len(world.dialler.dialled)
        await _happen(world, what, detail)
        assert not (was_over and len(world.dialler.dialled) > before), "called after it was over"
    (visit,) = await world.visits()
    assert visit.attempts <= world.settings.attempts
    # Every call has an id of its own that was written down before it: no attempt has two that may have rung.
    assert max(Counter(call.call_id for call in world.dialler.dialled).values(), default=1) == 1
    assert len(world.cases.reopened) <= 1
    await engine.dispose()


def _world(engine: object) -> World:
    clock = FixedClock(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))
    sessions, rules = make_sessions(engine), Visits()  # type: ignore[arg-type]
    case = ClosedCase(7, "2102002026112300001", clock.now(), "13800001234", False, True)
    cases, dialler = FakeCases(case), FakeDialler()
    book = VisitBook(sessions, rules, clock)
    return World(
        sessions, clock, rules, case, cases, dialler, book, VisitKeeper(book, cases, dialler, rules, LEVELS)
    )


async def _happen(world: World, what: str, detail: str) -> None:
    match what:
        case "look":
            await world.look()
        case "plan":
            await world.book.plan(world.case)
        case "restart":
            world.restart()
        case "wait":
            world.wait(float(detail))
        case "send_back":
            await world.keeper.send_back()
        case "rate":
            await world.book.rate(world.case, detail)
        case "dial":
            world.dialler.results.append(DialResult(detail))
        case "hear" if world.dialler.dialled:
            await world.book.hear(world.dialler.dialled[-1].call_id, detail, talked=False)
