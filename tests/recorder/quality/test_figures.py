"""recorder.quality.reports and agreement: what the figures mean."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from recorder.quality import reports
from recorder.quality.agreement import agreement
from recorder.quality.reports import By, Scored
from recorder.quality.scoring import ItemAnswer, score
from recorder.quality.standard import STANDARD
from tests.recorder.quality.conftest import full


def _scored(tenths: int, **more: Any) -> Scored:
    known: dict[str, Any] = {
        "seat": "1001",
        "inspector_id": 1,
        "day": date(2026, 11, 16),
        "is_fatal": False,
        "passed": tenths >= 800,
        "appealed": False,
        "changed": False,
        "shares": {},
        "fatal": frozenset(),
    }
    return Scored(total_tenths=tenths, **known | more)


def test_a_line_of_a_report() -> None:
    found = [
        _scored(905, appealed=True, changed=True),
        _scored(800, appealed=True),
        _scored(0, is_fatal=True, fatal=frozenset({"abuse"})),
    ]
    (line,) = reports.lines(found, By.SEAT)
    assert (line.key, line.count, line.average, line.low, line.high) == (
        "1001",
        3,
        Decimal("56.8"),
        Decimal("0.0"),
        Decimal("90.5"),
    )
    assert (line.pass_rate, line.fatal_rate, line.appeal_rate, line.changed_rate) == (
        Decimal("66.7"),
        Decimal("33.3"),
        Decimal("66.7"),
        Decimal("50.0"),
    )


def test_lines_are_by_what_is_asked() -> None:
    found = [
        _scored(900, day=date(2027, 1, 3)),
        _scored(900, seat="1002", inspector_id=2, day=date(2026, 12, 31)),
    ]
    assert [one.key for one in reports.lines(found, By.SEAT)] == ["1001", "1002"]
    assert [one.key for one in reports.lines(found, By.INSPECTOR)] == ["1", "2"]
    # The last days of December belong to the week of the first days of January.
    assert [(one.key, one.count) for one in reports.lines(found, By.WEEK)] == [("2026-W53", 2)]
    assert [one.key for one in reports.lines(found, By.MONTH)] == ["2026-12", "2027-01"]


def test_items_that_do_not_apply_do_not_count() -> None:
    found = [
        _scored(900, shares={"greeting": Fraction(1)}),
        _scored(900, shares={"greeting": Fraction(1, 2)}, fatal=frozenset({"abuse"})),
        _scored(900),
    ]
    greeting, abuse = reports.item_lines(found, {"abuse"})
    assert (greeting.count, greeting.average, greeting.loss_rate) == (2, Decimal("75.0"), Decimal("50.0"))
    assert (abuse.count, abuse.loss_rate) == (3, Decimal("33.3"))


def test_agreement_is_by_pairs() -> None:
    answers = [full(), full(), full(greeting=ItemAnswer(yes=False), tone=ItemAnswer(points=Decimal(9)))]
    totals = [score(STANDARD, one).total for one in answers]
    found = agreement(STANDARD, answers, totals)
    assert found is not None
    items = {one.code: one for one in found.items}
    # Two of three say yes: one pair of three agrees. Nine points of ten are near enough to ten.
    assert items["greeting"].agreement == Decimal("33.3")
    assert items["tone"].agreement == Decimal("100.0")
    assert (items["tone"].low, items["tone"].high) == (Decimal("90.0"), Decimal("100.0"))
    assert (found.spread, found.same_verdict) == (Decimal("9.0"), True)


def test_what_does_not_apply_agrees_with_itself_alone() -> None:
    away = ItemAnswer(not_applicable=True)
    answers = [full(closing=away), full(closing=away), full()]
    found = agreement(STANDARD, answers, [Decimal(100), Decimal(100), Decimal(79)])
    assert found is not None
    assert next(one for one in found.items if one.code == "closing").agreement == Decimal("33.3")
    assert not found.same_verdict


def test_one_score_agrees_with_nobody() -> None:
    assert agreement(STANDARD, [full()], [Decimal(100)]) is None
