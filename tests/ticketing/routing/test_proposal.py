"""ticketing.routing.proposal and .decisions: whose a case is and why, and what is kept of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import select, update

from core.case_settings import Cases
from core.clock import FixedClock
from core.db import SessionFactory
from core.tables import Unit
from tests.ticketing.routing.conftest import COVER, draft_with
from ticketing.routing import Proposal, propose, versions
from ticketing.routing.tables import Basis, DecisionOutcome, RoutingDecision
from ticketing.routing.versions import Editor
from ticketing.tables import Case, Category

Make = Callable[..., Awaitable[Case]]
#: Two accepted cases are enough here.
EASY = Cases(routing_history_least=2)


async def proposed(sessions: SessionFactory, case: Case, clock: FixedClock, rules: Cases = EASY) -> Proposal:
    async with sessions() as session:
        return await propose(session, case, clock.now(), rules)


async def decided(sessions: SessionFactory, case: Case) -> list[RoutingDecision]:
    async with sessions() as session:
        query = select(RoutingDecision).where(RoutingDecision.case_id == case.id)
        return list(await session.scalars(query.order_by(RoutingDecision.id)))


async def test_without_rules_nobody_is_proposed_and_dispatching_goes_on(
    sessions: SessionFactory, clock: FixedClock, established: Make, act: Make
) -> None:
    case = await established()
    found = await proposed(sessions, case, clock)
    assert (found.unit, found.basis) == (None, Basis.NONE)
    assert found.because == "还没有已发布的派遣规则。"
    case = await act(case, "dispatch", "dispatcher", unit="parks")
    (kept,) = await decided(sessions, case)
    assert (kept.version, kept.proposed, kept.unit) == (None, None, "parks")


async def test_a_rule_is_named_with_its_class_ground_and_version(
    sessions: SessionFactory, clock: FixedClock, in_force: int, established: Make
) -> None:
    found = await proposed(sessions, await established(), clock)
    assert (found.unit, found.basis, found.version) == ("water", Basis.RULE, 1)
    assert found.because == (
        f"因为类别为“部件0101 上水井盖”，由“water”负责（供水设施归供水企业）（第 1 版规则 {found.rule_id}）。"
    )
    assert "because the class is" in found.because_en.lower()


async def test_what_no_rule_speaks_of_falls_to_the_district(
    sessions: SessionFactory, clock: FixedClock, in_force: int, established: Make
) -> None:
    found = await proposed(sessions, await established(category=None, district="210203"), clock)
    assert (found.unit, found.basis) == ("210203", Basis.CATCH_ALL)
    assert found.because.startswith("没有更具体的规则，按属地兜底由“平台210203”负责西岗区")


async def test_the_catalogues_unit_stands_before_the_catch_all_but_after_a_rule(
    sessions: SessionFactory, clock: FixedClock, in_force: int, established: Make
) -> None:
    async with sessions.begin() as session:
        for code in ("0101", "0301"):
            key = ("2013", "部件", code)
            (await session.get_one(Category, key)).unit = "parks"
    by_rule = await proposed(sessions, await established(), clock)
    listed = {"edition": "2013", "kind": "部件", "code": "0301"}
    by_catalogue = await proposed(sessions, await established(category=listed), clock)
    assert (by_rule.unit, by_rule.basis) == ("water", Basis.RULE)
    assert (by_catalogue.unit, by_catalogue.basis) == ("parks", Basis.CATALOGUE)
    assert by_catalogue.because == "没有更具体的规则，类别目录规定由“parks”负责。"
    async with sessions.begin() as session:
        await session.execute(update(Unit).where(Unit.code == "parks").values(is_active=False))
    assert (await proposed(sessions, await established(category=listed), clock)).unit == "210202"


async def test_a_unit_that_is_gone_is_not_proposed(
    sessions: SessionFactory, clock: FixedClock, in_force: int, established: Make
) -> None:
    async with sessions.begin() as session:
        await session.execute(update(Unit).where(Unit.code == "water").values(is_active=False))
    found = await proposed(sessions, await established(), clock)
    assert (found.unit, found.basis) == ("roads", Basis.RULE)


async def test_what_units_accept_corrects_the_rules_and_the_sentence_counts(
    sessions: SessionFactory, clock: FixedClock, in_force: int, established: Make, act: Make
) -> None:
    for _ in range(2):
        case = await act(await established(), "dispatch", "dispatcher", unit="water")
        case = await act(case, "return", "water1", note="不是供水井盖")
        case = await act(case, "dispatch", "dispatcher", unit="roads")
        await act(case, "accept", "roads1")
    case = await established()
    found = await proposed(sessions, case, clock)
    assert (found.unit, found.by_rule, found.basis) == ("roads", "water", Basis.HISTORY)
    assert "近 180 天本区同类案卷共有 2 件被接收，其中“roads”接收 2 件、退单 0 件" in found.because
    assert found.history.of("water").returned == 2
    strict = await proposed(sessions, case, clock, Cases(routing_history_least=3))
    assert (strict.unit, strict.basis) == ("water", Basis.RULE)
    assert "该单位接收 0 件、退单 2 件" in strict.because
    never = await proposed(sessions, case, clock, Cases(routing_history_days=0, routing_history_least=1))
    assert (never.unit, never.history.tallies) == ("water", ())
    clock.advance(timedelta(days=181))
    assert (await proposed(sessions, case, clock)).unit == "water"


async def test_other_districts_and_classes_do_not_count(
    sessions: SessionFactory, clock: FixedClock, in_force: int, established: Make, act: Make
) -> None:
    for district in ("210202", "210203"):
        case = await act(await established(district=district), "dispatch", "dispatcher", unit="roads")
        await act(case, "accept", "roads1")
    assert (await proposed(sessions, await established(), clock)).unit == "water"


async def test_outcomes_follow_the_case(
    sessions: SessionFactory, clock: FixedClock, in_force: int, established: Make, act: Make
) -> None:
    case = await act(await established(), "dispatch", "dispatcher", unit="zhongshan")
    case = await act(case, "assign", "zhongshan", unit="parks")
    case = await act(case, "accept", "parks1")
    case = await act(case, "return", "parks1", note="不是绿化")
    case = await act(case, "dispatch", "dispatcher", unit="water")
    await act(case, "force_close", "shift_leader")
    kept = await decided(sessions, case)
    assert [(one.move, one.unit, one.outcome, one.outcome_note) for one in kept] == [
        ("dispatch", "zhongshan", DecisionOutcome.PASSED_ON, "说明"),
        ("assign", "parks", DecisionOutcome.RETURNED, "不是绿化"),
        ("dispatch", "water", DecisionOutcome.PASSED_ON, "说明"),
    ]
    assert all(one.proposed == "water" and one.version == 1 and one.because for one in kept)


async def test_old_decisions_keep_their_version(
    sessions: SessionFactory, clock: FixedClock, editor: Editor, in_force: int, established: Make, act: Make
) -> None:
    old = await act(await established(), "dispatch", "dispatcher", unit="water")
    await versions.publish(
        editor, await draft_with(editor, COVER | {"place": "210202", "unit": "roads"}), "二"
    )
    new = await act(await established(), "dispatch", "dispatcher", unit="roads")
    (first,), (second,) = await decided(sessions, old), await decided(sessions, new)
    assert (first.version, first.proposed, second.version, second.proposed) == (1, "water", 2, "roads")
    assert "第 1 版" in first.because and "第 2 版" in second.because


async def test_a_unit_that_returns_as_often_as_it_accepts_is_no_favourite(
    sessions: SessionFactory, clock: FixedClock, in_force: int, established: Make, act: Make
) -> None:
    lax = Cases(routing_history_least=1)
    for move, expected in (("accept", "roads"), ("return", "water")):
        case = await act(await established(), "dispatch", "dispatcher", unit="roads")
        await act(case, move, "roads1")
        assert (await proposed(sessions, await established(), clock, lax)).unit == expected
