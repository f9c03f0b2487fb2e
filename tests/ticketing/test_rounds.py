"""ticketing.rounds: what is due by itself happens once, and the history says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.calendar import DayKind, store
from core.case_settings import Cases
from core.clock import CHINA, FixedClock
from core.db import SessionFactory
from core.tables import Account
from ticketing import moves
from ticketing.deadlines import Warned, warned
from ticketing.rounds import Rounds
from ticketing.tables import Case, CaseHistory

Go = Callable[..., Awaitable[Case]]


@pytest.fixture
def go(
    sessions: SessionFactory, people: dict[str, Account], clock: FixedClock, complete: dict[str, Any]
) -> Go:
    """Take a case through moves, each `person move`, with the inputs it needs."""
    given: dict[str, dict[str, Any]] = {
        "dispatch": {"unit": "parks"},
        "establish": {"limit_value": 2, "limit_unit": "work_day"},
        "ask_delay": {"value": 1},
    }

    async def take(case_id: int, *steps: str, **more: Any) -> Case:
        for step in steps:
            person, name = step.split()
            async with sessions() as session:
                version = (await session.get_one(Case, case_id)).version
            found = await moves.move(
                sessions,
                case_id=case_id,
                move=name,
                actor=people[person],
                version=version,
                fields=complete if name == "register" else None,
                given=given.get(name, {}) | more.get(name, {}),
                note="说明",
                clock=clock,
            )
        return found

    return take


HANDLING = ("seat register", "shift_leader establish", "dispatcher dispatch", "parks1 accept")


async def _history(sessions: SessionFactory, case_id: int) -> list[CaseHistory]:
    query = select(CaseHistory).where(CaseHistory.case_id == case_id).order_by(CaseHistory.seq)
    async with sessions() as session:
        return list(await session.scalars(query))


async def _case(sessions: SessionFactory, case_id: int) -> Case:
    async with sessions() as session:
        return await session.get_one(Case, case_id)


def _local(case: Case) -> str:
    assert case.due_at is not None
    return case.due_at.astimezone(CHINA).strftime("%m-%d %H:%M")


async def test_a_suspended_case_goes_on_by_itself_and_its_pause_does_not_count(
    sessions: SessionFactory, clock: FixedClock, draft: Case, go: Go
) -> None:
    rounds = Rounds(sessions, Cases(), clock)
    case = await go(draft.id, *HANDLING)
    assert _local(case) == "11-25 09:30"
    until = clock.now() + timedelta(days=1)
    case = await go(
        draft.id, "parks1 ask_suspend", "dispatcher grant_suspend", ask_suspend={"until": until.isoformat()}
    )
    assert (case.stage, case.clock) == ("suspended", "paused")
    clock.advance(timedelta(hours=23))
    assert await rounds.resume() == 0
    clock.advance(timedelta(hours=1))
    assert (await rounds.resume(), await rounds.resume()) == (1, 0)
    case = await _case(sessions, draft.id)
    assert (case.stage, case.clock, _local(case)) == ("handling", "running", "11-26 09:30")
    assert ((await _history(sessions, draft.id))[-1].actor_id, case.resume_at) == (None, None)


async def test_the_ladder_is_climbed_step_by_step(
    sessions: SessionFactory, clock: FixedClock, draft: Case, go: Go
) -> None:
    rounds = Rounds(sessions, Cases(), clock)
    case = await go(draft.id, *HANDLING)
    told: list[str] = []
    for hours, state in (
        (1, Warned.NONE),
        (23, Warned.YELLOW),
        (24, Warned.RED),
        (24, Warned.RED),
        (24, Warned.RED),
    ):
        clock.advance(timedelta(hours=hours))
        while await rounds.escalate():
            told.append((await _history(sessions, draft.id))[-1].note)
        case = await _case(sessions, draft.id)
        assert warned(case, clock.now()) == state, hours
    assert [note.removeprefix("时限提醒：") for note in told] == ["责任单位", "派遣员", "值班长", "领导"]
    assert case.escalate_at is None


async def test_a_delay_takes_two_people_of_the_unit_and_the_dispatcher(
    sessions: SessionFactory, clock: FixedClock, draft: Case, go: Go
) -> None:
    case = await go(draft.id, *HANDLING, "parks1 ask_delay")
    for wrong in ("parks1 endorse", "dispatcher grant_delay"):
        with pytest.raises(Exception, match=r"自己的申请|单位审核"):
            await go(draft.id, wrong)
    case = await go(draft.id, "parks2 endorse", "dispatcher grant_delay")
    assert (_local(case), case.delays, case.pending) == ("11-26 09:30", 1, "")
    with pytest.raises(Exception, match="不超过原时限"):
        await go(draft.id, "parks1 ask_delay", ask_delay={"value": 3})
    clock.advance(timedelta(days=4))
    with pytest.raises(Exception, match="已超期"):
        await go(draft.id, "parks1 ask_delay")


async def test_a_changed_calendar_moves_every_deadline_and_says_why(
    sessions: SessionFactory, clock: FixedClock, people: dict[str, Account], draft: Case, go: Go
) -> None:
    rounds = Rounds(sessions, Cases(), clock)
    await go(draft.id, *HANDLING)
    assert await rounds.recompute() == 0
    await store.put_day(
        sessions,
        date(2026, 11, 24),
        DayKind.SPECIAL,
        "暴雪",
        actor=people["administrator"],
        address="",
        clock=clock,
    )
    assert (await rounds.recompute(), await rounds.recompute()) == (1, 0)
    case, last = await _case(sessions, draft.id), (await _history(sessions, draft.id))[-1]
    assert (_local(case), last.move) == ("11-26 09:30", "recompute")
    assert last.changes["due_at"][1] == case.due_at.isoformat() if case.due_at else False
    assert last.note == "工作日历变更，时限由2026-11-25 09:30改为2026-11-26 09:30"


async def test_a_year_without_holidays_is_asked_for_and_filled_in_later(
    sessions: SessionFactory, clock: FixedClock, people: dict[str, Account], draft: Case, go: Go
) -> None:
    rounds = Rounds(sessions, Cases(), clock)
    clock.advance(timedelta(days=365 * 12))
    case = await go(draft.id, *HANDLING)
    year = clock.now().year
    assert (case.due_at, case.unknown_year) == (None, year)
    await store.complete_year(sessions, year, actor=people["administrator"], address="", clock=clock)
    assert await rounds.recompute() == 1
    case = await _case(sessions, draft.id)
    assert (case.due_at is not None, case.unknown_year) == (True, None)


async def test_an_overdue_case_is_appealed_once_and_two_people_decide(
    sessions: SessionFactory, clock: FixedClock, draft: Case, go: Go
) -> None:
    await go(draft.id, *HANDLING)
    clock.advance(timedelta(days=4))
    closed = ("parks1 report_done", "dispatcher send_check", "collector check_pass", "shift_leader close")
    await go(draft.id, *closed, "parks2 appeal")
    with pytest.raises(Exception, match="初审"):
        await go(draft.id, "assessor grant_appeal")
    case = await go(draft.id, "shift_leader pass_appeal", "assessor grant_appeal")
    assert (case.exempt, warned(case, clock.now())) == (True, Warned.RED), "exempt, but the fact stays"
    with pytest.raises(Exception, match="只能申诉一次"):
        await go(draft.id, "parks1 appeal")


async def test_a_closed_case_is_rated_once(draft: Case, go: Go) -> None:
    await go(draft.id, *HANDLING, "parks1 report_done", "dispatcher send_check", "collector check_pass")
    case = await go(draft.id, "shift_leader close", "seat rate", rate={"rating": "4"})
    assert case.rating == 4
    with pytest.raises(Exception, match="已经评价过"):
        await go(draft.id, "seat rate", rate={"rating": "1"})
    case = await go(draft.id, "shift_leader reopen")
    assert case.rating is None
