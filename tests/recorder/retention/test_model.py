from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.retention.model import CallFacts, Flag, Kind, Rule, Standard, months_after, verdict

ENDED = datetime(2024, 1, 31, 8, 0, tzinfo=UTC)
STANDARD = Standard(case_months=24, other_months=12)
LINKED = CallFacts("c", ENDED, Kind.ANSWERED, case_id=1, has_case=True, case_closed_at=ENDED)
LOOSE = CallFacts("c", ENDED, Kind.MENU, frozenset({Flag.EMERGENCY}))


def test_two_years_with_a_case_one_without() -> None:
    assert verdict(LINKED, (), STANDARD).keep_until == datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
    assert verdict(LOOSE, (), STANDARD).keep_until == datetime(2025, 1, 31, 8, 0, tzinfo=UTC)


def test_an_open_case_keeps_its_recording() -> None:
    still_open = CallFacts("c", ENDED, Kind.ANSWERED, case_id=1, has_case=True)
    assert not verdict(still_open, [Rule(1, "short", 1)], STANDARD).is_due(datetime(2099, 1, 1, tzinfo=UTC))


def test_a_case_closed_late_counts_from_there() -> None:
    closed = datetime(2025, 3, 1, tzinfo=UTC)
    late = CallFacts("c", ENDED, Kind.ANSWERED, case_id=1, has_case=True, case_closed_at=closed)
    assert verdict(late, (), STANDARD).keep_until == datetime(2027, 3, 1, tzinfo=UTC)


def test_a_draft_nobody_took_up_keeps_nothing() -> None:
    draft = CallFacts("c", ENDED, Kind.MISSED, case_id=1)
    assert verdict(draft, (), STANDARD).keep_until == datetime(2025, 1, 31, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rules", "months", "by"),
    [
        ([Rule(1, "menu", 3, kinds=frozenset({Kind.MENU}))], 3, "menu"),
        ([Rule(1, "visits", 3, kinds=frozenset({Kind.VISIT}))], 12, None),
        ([Rule(1, "menu", 3, kinds=frozenset({Kind.MENU})), Rule(2, "all", 6)], 6, "all"),
        ([Rule(1, "urgent", 60, flags=frozenset({Flag.EMERGENCY, Flag.CONFIDENTIAL}))], 60, "urgent"),
        ([Rule(1, "secret", 60, flags=frozenset({Flag.CONFIDENTIAL}))], 12, None),
        ([Rule(1, "with case", 60, has_case=True)], 12, None),
        ([Rule(1, "without", 1, has_case=False)], 1, "without"),
    ],
)
def test_the_longest_matching_rule_decides(rules: list[Rule], months: int, by: str | None) -> None:
    found = verdict(LOOSE, rules, STANDARD)
    assert found.keep_until == months_after(ENDED, months)
    assert (found.rule.name if found.rule else None) == by


def test_for_good_beats_every_number() -> None:
    rules = [Rule(1, "long", 1200), Rule(2, "for good", 0)]
    assert verdict(LOOSE, rules, STANDARD).keep_until is None
    assert verdict(LOOSE, (), Standard(24, 0)).keep_until is None


def test_months_end_where_months_end() -> None:
    assert months_after(ENDED, 1) == datetime(2024, 2, 29, 8, 0, tzinfo=UTC)
    assert months_after(ENDED, -2) == datetime(2023, 11, 30, 8, 0, tzinfo=UTC)


@given(st.integers(0, 36500), st.integers(-240, 1200))
def test_months_are_never_lost(day: int, months: int) -> None:
    moment = ENDED + timedelta(days=day)
    later = months_after(moment, months)
    assert (later.year - moment.year) * 12 + later.month - moment.month == months
    assert later.time() == moment.time()
    assert later.day <= moment.day
