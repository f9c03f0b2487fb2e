"""ticketing.routing.versions, .editing, .what_if, .reviews: changing the rules, knowing what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import ConflictError, InvalidError, NotFoundError
from core.tables import AuditEntry
from tests.ticketing.routing.conftest import COVER, DISTRICTS, LAMP, draft_with
from ticketing.routing import editing, facts, reviews, versions, what_if
from ticketing.routing.editing import RuleForm
from ticketing.routing.tables import ReturnVerdict
from ticketing.routing.versions import Editor, NoDraftError, UnsoundRulesError
from ticketing.tables import Case

Make = Callable[..., Awaitable[Case]]


async def test_a_draft_begins_with_what_is_in_force_and_is_one(editor: Editor, in_force: int) -> None:
    row = await versions.begin(editor)
    assert (row.version, row.based_on) == (2, 1)
    with pytest.raises(ConflictError, match="已有一份"):
        await versions.begin(editor)
    async with editor.sessions() as session:
        old, new = await facts.rules_of(session, 1), await facts.rules_of(session, 2)
    assert [one.scope for one in old] == [one.scope for one in new]
    await versions.discard(editor, row.revision)
    with pytest.raises(NoDraftError):
        await versions.discard(editor, 2)
    assert (await versions.begin(editor)).version == 3


async def test_a_set_without_catch_alls_is_not_published(editor: Editor, platforms: None) -> None:
    revision = await draft_with(editor, *({"place": code, "unit": code} for code in DISTRICTS[1:]))
    with pytest.raises(UnsoundRulesError) as refusal:
        await versions.publish(editor, revision, "第一版")
    assert [one["message"] for one in refusal.value.details["problems"]] == ["中山区没有属地兜底规则"]  # type: ignore[attr-defined]
    async with editor.sessions() as session:
        assert await facts.in_force(session) is None
    await editing.add(editor, revision, RuleForm(place=DISTRICTS[0], unit=DISTRICTS[0]))
    with pytest.raises(InvalidError):
        await versions.publish(editor, revision + 1, " ")
    assert (await versions.publish(editor, revision + 1, "第一版")).version == 1


async def test_whoever_saw_an_older_draft_is_told(editor: Editor, in_force: int) -> None:
    row = await versions.begin(editor)
    await editing.add(editor, row.revision, RuleForm(**LAMP, unit="parks"))
    for late in (
        editing.add(editor, row.revision, RuleForm(**COVER, place="210203", unit="parks")),
        editing.remove(editor, row.revision, 1),
        versions.publish(editor, row.revision, "x"),
        versions.discard(editor, row.revision),
    ):
        with pytest.raises(ConflictError):
            await late


async def test_rules_of_what_is_in_force_cannot_be_changed(editor: Editor, in_force: int) -> None:
    async with editor.sessions() as session:
        first = (await facts.rules_of(session, in_force))[0]
    with pytest.raises(NoDraftError):
        await editing.remove(editor, 1, first.id)
    row = await versions.begin(editor)
    with pytest.raises(NotFoundError):
        await editing.change(editor, row.revision, first.id, RuleForm(place=first.place, unit="parks"))


async def test_a_rule_speaks_of_things_there_are(editor: Editor, in_force: int) -> None:
    row = await versions.begin(editor)
    for rule, says in (
        ({"unit": "nobody"}, "没有这个责任单位"),
        ({"unit": "parks", "place": "999999"}, "没有这个地点"),
        ({"unit": "parks", **COVER, "category_code": "9999"}, "没有这个类别"),
        ({"unit": "parks", **COVER}, "适用范围完全相同"),
    ):
        with pytest.raises(InvalidError) as refusal:
            await editing.add(editor, row.revision, RuleForm(**rule))
        assert says in str(refusal.value.details)


@pytest.mark.parametrize(
    "rule",
    [
        {"category_code": "0101"},
        {**COVER, "category_code": "010"},
        {"hours": "25:00-26:00"},
        {"season_from": "11-05"},
        {"season_from": "13-01", "season_to": "02-01"},
        {"ground": "a\nb"},
        {"place": "中山"},
        {"category_kind": "东西", "category_edition": "2013", "category_code": "0101"},
    ],
)
def test_half_a_rule_is_none(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RuleForm(**{"unit": "parks"} | rule)


def test_the_leap_day_is_a_day() -> None:
    assert RuleForm(unit="parks", season_from="02-29", season_to="03-01").season_from == "02-29"


async def test_every_change_is_in_the_audit_trail(editor: Editor, in_force: int) -> None:
    row = await versions.begin(editor)
    rule = await editing.add(editor, row.revision, RuleForm(**LAMP, unit="parks"))
    await editing.change(editor, row.revision + 1, rule.id, RuleForm(**LAMP, unit="roads"))
    await editing.remove(editor, row.revision + 2, rule.id)
    await versions.publish(editor, row.revision + 3, "照旧")
    async with editor.sessions() as session:
        query = select(AuditEntry).where(AuditEntry.subject == "routing:2").order_by(AuditEntry.id)
        lines = list(await session.scalars(query))
    assert [one.action.removeprefix("routing:") for one in lines] == [
        "drafted",
        "rule:added",
        "rule:changed",
        "rule:removed",
        "published",
    ]
    assert lines[2].detail["unit"] == "roads" and lines[2].address == "127.0.0.1"


async def test_a_draft_is_tried_on_past_cases(
    sessions: SessionFactory, clock: FixedClock, editor: Editor, in_force: int, established: Make, act: Make
) -> None:
    for unit, person in (("water", "water1"), ("roads", "roads1"), ("roads", "roads1")):
        case = await act(await established(), "dispatch", "dispatcher", unit=unit)
        await act(case, "accept", person)
    await act(await established(category=None), "dispatch", "dispatcher", unit="parks")
    await established()
    await draft_with(editor, COVER | {"place": "210202", "unit": "roads"})
    async with sessions() as session:
        found = await what_if.try_out(session, 2, now=clock.now(), days=30)
        assert (found.against, found.seen, found.moved) == (1, 4, 3)
        assert (found.accepted, found.right_before, found.right_after) == (3, 1, 2)
        assert found.flows == {("water", "roads"): 3}
        assert [(one.before, one.after, one.actual) for one in found.cases] == [
            ("water", "roads", "roads"),
            ("water", "roads", "roads"),
            ("water", "roads", "water"),
        ]
        first = await what_if.try_out(session, 1, now=clock.now(), days=30)
        assert (first.against, first.moved) == (None, 4)
        few = await what_if.try_out(session, 2, now=clock.now(), days=30, most=2)
        assert few.seen == 2
        with pytest.raises(NotFoundError):
            await what_if.try_out(session, 9, now=clock.now(), days=30)


async def test_returned_cases_wait_for_a_review(
    sessions: SessionFactory, editor: Editor, in_force: int, established: Make, act: Make
) -> None:
    for number in range(3):
        case = await act(await established(), "dispatch", "dispatcher", unit="water")
        await act(case, "return", "water1", note=f"理由{number}")
    async with sessions() as session:
        first = await reviews.page(session, open_only=True, limit=2, cursor="")
        rest = await reviews.page(session, open_only=True, limit=2, cursor=first.next or "")
        with pytest.raises(InvalidError):
            await reviews.page(session, open_only=True, limit=2, cursor="x")
    assert [one.decision.outcome_note for one in (*first.items, *rest.items)] == ["理由2", "理由1", "理由0"]
    assert (rest.next, first.waiting, first.items[0].returned_by) == (None, 3, "water1")
    chosen = first.items[0].decision.id
    with pytest.raises(InvalidError):
        await reviews.review(editor, chosen, ReturnVerdict.RULE, "")
    await reviews.review(editor, chosen, ReturnVerdict.RULE, "规则应细分")
    with pytest.raises(ConflictError):
        await reviews.review(editor, chosen, ReturnVerdict.UNIT, "又一次")
    with pytest.raises(NotFoundError):
        await reviews.review(editor, 999, ReturnVerdict.UNIT, "没有")
    async with sessions() as session:
        left = await reviews.page(session, open_only=True, limit=9, cursor="")
        everything = await reviews.page(session, open_only=False, limit=9, cursor="")
    assert (len(left.items), left.waiting, len(everything.items)) == (2, 2, 3)
    assert (everything.items[0].reviewed_by, everything.items[0].decision.verdict) == ("赵敏", "rule")
