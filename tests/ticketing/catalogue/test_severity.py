"""Choosing a severity at 立案: it gives the limit, and old cases keep what was true then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import InvalidError
from core.tables import Account
from ticketing import catalogue, moves
from ticketing.catalogue import store
from ticketing.catalogue.lines import ClassLine, SeverityLine
from ticketing.tables import Case, CaseHistory

Act = Callable[..., Awaitable[Case]]
LAMP = {"edition": "2013", "kind": "部件", "code": "0137"}
CLASS = ClassLine(edition="2013", kind="部件", code="0137", major="公用设施", minor="路灯")
WORST = SeverityLine(
    edition="2013", kind="部件", code="0137", rank=1, condition="漏电、断线或灯具悬垂，有触电坠落危险",
    limit_value=2, limit_unit="work_hour",
)  # fmt: skip


@pytest.fixture
def act(
    sessions: SessionFactory,
    clock: FixedClock,
    people: dict[str, Account],
    draft: Case,
    complete: dict[str, Any],
) -> Act:
    version = draft.version

    async def go(move: str, who: str, **more: Any) -> Case:
        nonlocal version
        case = await moves.move(
            sessions,
            case_id=draft.id,
            move=move,
            actor=people[who],
            version=version,
            fields=complete | {"category": more.pop("category", LAMP)} if move == "register" else {},
            given=more,
            note="说明" if move == "hand_back" else "",
            clock=clock,
        )
        version = case.version
        return case

    return go


async def change(sessions: SessionFactory, clock: FixedClock, line: ClassLine | SeverityLine) -> None:
    sheet = "类别" if isinstance(line, ClassLine) else "严重程度"
    await store.carry_out(sessions, ([((sheet, 2), line)], []), store.By(clock.now()))


def fields(refused: pytest.ExceptionInfo[InvalidError]) -> Any:
    return refused.value.details["fields"]


async def test_the_row_gives_the_limit_and_the_history_tells(act: Act, sessions: SessionFactory) -> None:
    await act("register", "seat")
    case = await act("establish", "shift_leader", severity=1)
    assert (case.limit_value, case.limit_unit, case.severity_rank) == (2, "work_hour", 1)
    async with sessions() as session:
        entry = await session.scalar(select(CaseHistory).where(CaseHistory.move == "establish"))
        assert entry is not None
        assert entry.changes["severity_rank"] == [None, 1]
        assert entry.inputs == {"severity": 1}
        assert (await catalogue.filing(session, case)).condition == WORST.condition


async def test_an_old_case_keeps_what_was_true_then(
    act: Act, sessions: SessionFactory, clock: FixedClock
) -> None:
    await act("register", "seat")
    case = await act("establish", "shift_leader", severity=1)
    clock.advance(timedelta(hours=1))
    await change(sessions, clock, replace(WORST, condition="整条街不亮", limit_value=1))
    await change(sessions, clock, replace(CLASS, major="城市照明", minor="道路照明灯"))
    async with sessions() as session:
        old = await catalogue.filing(session, case)
        assert (old.major, old.minor, old.condition) == ("公用设施", "路灯", WORST.condition)
    assert (case.limit_value, case.limit_unit) == (2, "work_hour")
    await act("hand_back", "dispatcher")
    case = await act("establish", "shift_leader", severity=1)
    assert (case.limit_value, case.severity_rank) == (1, 1)
    async with sessions() as session:
        assert (await catalogue.filing(session, case)).condition == "整条街不亮"


async def test_established_anew_without_a_severity_the_limit_goes_with_it(act: Act) -> None:
    await act("register", "seat")
    await act("establish", "shift_leader", severity=1)
    await act("hand_back", "dispatcher")
    case = await act("establish", "shift_leader")
    assert (case.limit_value, case.limit_unit, case.severity_rank) == (None, "", None)
    await act("hand_back", "dispatcher")
    case = await act("establish", "shift_leader", limit_value=3, limit_unit="work_day")
    assert (case.limit_value, case.severity_rank) == (3, None)


async def test_a_severity_that_does_not_fit_is_refused(act: Act) -> None:
    await act("register", "seat")
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"severity": 9}, "该类别没有这一级，可选：1 漏电"),
        ({"severity": 0}, "须为 1 到 99 的整数"),
        ({"severity": "x"}, "须为 1 到 99 的整数"),
        ({"severity": 1, "limit_value": 3, "limit_unit": "work_day"}, "时限由它决定"),
    )
    for given, what in wrong:
        with pytest.raises(InvalidError) as refused:
            await act("establish", "shift_leader", **given)
        assert what in fields(refused)["severity"]


async def test_a_case_without_class_and_a_class_without_rows_say_so(
    act: Act, sessions: SessionFactory, clock: FixedClock
) -> None:
    await act("register", "seat", category=None)
    with pytest.raises(InvalidError) as refused:
        await act("establish", "shift_leader", severity=1)
    assert "还没有选类别" in fields(refused)["severity"]


async def test_unknown_codes_are_refused_by_name(act: Act) -> None:
    for edition, what in (("2013", "2013 版目录中没有编码为 9999 的事件类别"), ("1999", "没有“1999”版目录")):
        with pytest.raises(InvalidError) as refused:
            await act("register", "seat", category={"edition": edition, "kind": "事件", "code": "9999"})
        assert fields(refused) == {"category": what}


async def test_a_class_that_does_not_hold_today_is_refused(
    act: Act, sessions: SessionFactory, clock: FixedClock
) -> None:
    today, tomorrow = date(2026, 11, 23), date(2026, 11, 24)
    assert clock.now().date() == today
    for line, what in (
        (replace(CLASS, valid_to=today), "“路灯”自 2026-11-23 起已停用"),
        (replace(CLASS, valid_from=tomorrow), "“路灯”自 2026-11-24 起才能使用"),
    ):
        await change(sessions, clock, line)
        with pytest.raises(InvalidError) as refused:
            await act("register", "seat")
        assert fields(refused) == {"category": what}


async def test_ended_rows_are_not_offered(act: Act, sessions: SessionFactory, clock: FixedClock) -> None:
    await change(sessions, clock, replace(WORST, valid_to=date(2026, 11, 23)))
    await act("register", "seat")
    with pytest.raises(InvalidError) as refused:
        await act("establish", "shift_leader", severity=1)
    assert "可选：2 " in fields(refused)["severity"]
