"""recorder.quality.scoring: weights, fatal items, what does not apply, rounding."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidError
from recorder.quality.scoring import ItemAnswer, half_up, score
from recorder.quality.sheet import ItemKind, Sheet, SheetGroup, SheetItem
from tests.recorder.quality.sheets import Pair, scored

SHEET = Sheet(
    groups=(
        SheetGroup(
            code="opening",
            title="开头结尾",
            items=(
                SheetItem(code="greeting", title="开头语", kind=ItemKind.YES_NO, weight=10),
                SheetItem(code="closing", title="结束语", kind=ItemKind.YES_NO, weight=10, optional=True),
            ),
        ),
        SheetGroup(
            code="service",
            title="服务",
            items=(
                SheetItem(code="attitude", title="态度", weight=40, scale=10),
                SheetItem(code="solving", title="解答", weight=40, scale=10),
                SheetItem(code="abuse", title="辱骂市民", kind=ItemKind.FATAL),
                SheetItem(code="leak", title="泄露信息", kind=ItemKind.FATAL, cap=59),
            ),
        ),
    )
)
NO = ItemAnswer(yes=False)


def _answers(**more: ItemAnswer) -> dict[str, ItemAnswer]:
    whole = {"greeting": ItemAnswer(yes=True), "closing": ItemAnswer(yes=True), "abuse": NO, "leak": NO}
    return (
        whole | {"attitude": ItemAnswer(points=Decimal(10)), "solving": ItemAnswer(points=Decimal(10))} | more
    )


@pytest.mark.parametrize(
    ("more", "total", "passed"),
    [
        ({}, "100.0", True),
        ({"greeting": NO}, "90.0", True),
        ({"attitude": ItemAnswer(points=Decimal("7.5"))}, "90.0", True),
        ({"attitude": ItemAnswer(points=Decimal(0)), "greeting": NO}, "50.0", False),
        # Its 10 of 100 go to the others: 80/90.
        ({"closing": ItemAnswer(not_applicable=True), "greeting": NO}, "88.9", True),
        ({"abuse": ItemAnswer(yes=True)}, "0.0", False),
        ({"leak": ItemAnswer(yes=True)}, "59.0", False),
        ({"leak": ItemAnswer(yes=True), "attitude": ItemAnswer(points=Decimal(0))}, "59.0", False),
        ({"leak": ItemAnswer(yes=True), "abuse": ItemAnswer(yes=True)}, "0.0", False),
    ],
)
def test_totals(more: dict[str, ItemAnswer], total: str, passed: bool) -> None:
    result = score(SHEET, _answers(**more))
    assert (str(result.total), result.passed) == (total, passed)


def test_a_group_may_have_a_weight_of_its_own() -> None:
    heavy = SHEET.groups[0].model_copy(update={"weight": 80})
    sheet = SHEET.model_copy(update={"groups": (heavy, SHEET.groups[1])})
    assert score(sheet, _answers(greeting=NO)).total == Decimal("75.0")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"greeting": ItemAnswer()}, "answers.greeting"),
        ({"greeting": ItemAnswer(not_applicable=True)}, "answers.greeting"),
        ({"attitude": ItemAnswer(points=Decimal("10.5"))}, "answers.attitude"),
        ({"attitude": ItemAnswer(yes=True)}, "answers.attitude"),
        ({"unknown": NO}, "answers.unknown"),
    ],
)
def test_answers_that_do_not_fit_are_named(more: dict[str, ItemAnswer], field: str) -> None:
    with pytest.raises(InvalidError) as error:
        score(SHEET, _answers(**more))
    assert error.value.details["fields"].keys() == {field}  # type: ignore[attr-defined]


def test_nothing_that_applies_is_no_score() -> None:
    item = SheetItem(code="a", title="a", optional=True)
    sheet = Sheet(groups=(SheetGroup(code="g", title="g", items=(item,)),))
    with pytest.raises(InvalidError):
        score(sheet, {"a": ItemAnswer(not_applicable=True)})


@given(st.fractions(0, 100))
def test_rounding_is_half_up_to_a_tenth(value: Fraction) -> None:
    exact = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert half_up(value) == exact


def test_a_half_goes_up() -> None:
    assert [str(half_up(Fraction(n, 100))) for n in (4, 5, 15, 25, 9995)] == [
        "0.0",
        "0.1",
        "0.2",
        "0.3",
        "100.0",
    ]


@settings(max_examples=200)
@given(scored())
def test_a_total_lies_between_nothing_and_all(pair: Pair) -> None:
    sheet, answers = pair
    result = score(sheet, answers)
    assert 0 <= result.total <= result.before_fatal <= 100
    assert result.passed == (result.total >= sheet.pass_mark)


@settings(max_examples=200)
@given(scored())
def test_fatal_items_only_cap(pair: Pair) -> None:
    sheet, answers = pair
    caps = {item.code: item.cap for item in sheet.items() if item.kind is ItemKind.FATAL}
    result = score(sheet, answers)
    met = [caps[code] for code in caps if answers[code].yes]
    assert result.total == min([result.before_fatal, *map(Decimal, met)])
    without = answers | {code: ItemAnswer(yes=False) for code in caps}
    assert score(sheet, without).total == result.before_fatal


@settings(max_examples=200)
@given(scored(), st.integers(2, 5))
def test_only_the_proportion_of_weights_counts(pair: Pair, factor: int) -> None:
    sheet, answers = pair
    groups = tuple(
        SheetGroup(
            code=group.code,
            title=group.title,
            weight=group.weight and group.weight * factor,
            items=tuple(one.model_copy(update={"weight": one.weight * factor}) for one in group.items),
        )
        for group in sheet.groups
    )
    grown = Sheet(groups=groups, pass_mark=sheet.pass_mark)
    assert score(grown, answers).total == score(sheet, answers).total


@settings(max_examples=200)
@given(scored())
def test_what_does_not_apply_is_as_if_it_were_not_there(pair: Pair) -> None:
    sheet, answers = pair
    groups = [
        group.model_copy(
            update={"items": tuple(one for one in group.items if not answers[one.code].not_applicable)}
        )
        for group in sheet.groups
    ]
    rest = sheet.model_copy(update={"groups": tuple(group for group in groups if group.items)})
    kept = {code: answer for code, answer in answers.items() if not answer.not_applicable}
    assert score(rest, kept).total == score(sheet, answers).total


@settings(max_examples=200)
@given(scored(), st.data())
def test_a_better_answer_never_costs_points(pair: Pair, data: st.DataObject) -> None:
    sheet, answers = pair
    item = data.draw(st.sampled_from([one for one in sheet.items() if not answers[one.code].not_applicable]))
    best = ItemAnswer(points=Decimal(item.scale)) if item.kind is ItemKind.POINTS else ItemAnswer(yes=True)
    if item.kind is ItemKind.FATAL:
        best = ItemAnswer(yes=False)
    assert score(sheet, answers | {item.code: best}).total >= score(sheet, answers).total


@settings(max_examples=100)
@given(scored())
def test_all_points_are_a_hundred_and_none_are_none(pair: Pair) -> None:
    sheet, _ = pair

    def all_with(share: int) -> dict[str, ItemAnswer]:
        return {
            item.code: ItemAnswer(points=Decimal(item.scale * share))
            if item.kind is ItemKind.POINTS
            else ItemAnswer(yes=bool(share) and item.kind is not ItemKind.FATAL)
            for item in sheet.items()
        }

    assert score(sheet, all_with(1)).total == 100
    assert score(sheet, all_with(0)).total == 0
