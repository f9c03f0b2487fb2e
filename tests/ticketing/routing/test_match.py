"""ticketing.routing.match: the most exact rule wins, class before place before time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.calendar import OfficeCalendar
from ticketing.routing.match import Facts, Router, Rule, contradictions, in_season

#: A Monday, 10:00 in China; and that night, 23:00.
MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
COVER = {"edition": "2013", "kind": "部件", "code": "0101"}
MAJOR = {"edition": "2013", "kind": "部件", "code": "01"}
STREET, DISTRICT, CELL = "210202001", "210202", "210202001001001"
HERE = (CELL, STREET, DISTRICT)


def found(*rules: Rule, at: datetime = MORNING, places: tuple[str, ...] = HERE, **of: str) -> int | None:
    rule = Router(rules, OfficeCalendar()).find(Facts(at, **(of or COVER), places=places))
    return rule.id if rule else None


CATCH_ALL = Rule(1, "platform", place=DISTRICT)


@pytest.mark.parametrize(
    "more_exact",
    [
        Rule(2, "u", **COVER),
        Rule(2, "u", **MAJOR),
        Rule(2, "u", place=STREET),
        Rule(2, "u", place=CELL),
        Rule(2, "u", place=DISTRICT, hours="daily 08:00-20:00"),
    ],
)
def test_every_rule_is_more_exact_than_the_catch_all(more_exact: Rule) -> None:
    assert found(CATCH_ALL, more_exact) == found(more_exact, CATCH_ALL) == 2


def test_the_class_counts_more_than_the_place_and_the_place_more_than_the_time() -> None:
    by_class = Rule(2, "u", **COVER)
    by_cell = Rule(3, "u", **MAJOR, place=CELL)
    assert found(by_cell, by_class) == 2
    by_street = Rule(4, "u", **COVER, place=STREET)
    timed = Rule(5, "u", **COVER, place=DISTRICT, hours="daily 08:00-20:00")
    assert found(by_class, timed, by_street) == 4
    assert found(by_class, timed) == 5


def test_out_of_hours_the_next_rule_has_it() -> None:
    office = Rule(2, "u", **COVER, hours="08:00-18:00")
    assert found(CATCH_ALL, office) == 2
    assert found(CATCH_ALL, office, at=NIGHT) == 1
    sunday = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    assert found(CATCH_ALL, office, at=sunday) == 1


def test_a_season_may_go_over_new_year() -> None:
    heat = Rule(2, "heat", **COVER, season_from="11-05", season_to="04-05")
    assert found(CATCH_ALL, heat) == 2
    assert found(CATCH_ALL, heat, at=datetime(2026, 7, 1, 2, 0, tzinfo=UTC)) == 1
    assert [in_season("11-05", "04-05", day) for day in (date(2026, 11, 5), date(2027, 4, 5))] == [True, True]
    assert not in_season("11-05", "04-05", date(2026, 4, 6))
    assert not in_season("03-01", "05-01", date(2026, 11, 5))


def test_the_day_of_a_season_is_chinas() -> None:
    heat = Rule(2, "heat", season_from="11-05", season_to="04-05")
    assert found(heat, at=datetime(2026, 11, 4, 16, 0, tzinfo=UTC)) == 2
    assert found(heat, at=datetime(2026, 11, 4, 15, 59, tzinfo=UTC)) is None


def test_codes_repeat_between_kinds_and_editions() -> None:
    rule = Rule(2, "u", **COVER)
    assert found(rule, edition="2013", kind="事件", code="0101") is None
    assert found(rule, edition="2007", kind="部件", code="0101") is None


def test_a_case_without_class_or_place_meets_what_asks_for_neither() -> None:
    everything = Rule(3, "city")
    assert found(CATCH_ALL, Rule(2, "u", **COVER), edition="", kind="", code="") == 1
    assert found(CATCH_ALL, everything, places=()) == 3
    assert found(CATCH_ALL, places=()) is None


def test_rules_of_one_scope_contradict_each_other() -> None:
    one, same, other = Rule(1, "a", **COVER), Rule(2, "b", **COVER), Rule(3, "c", **COVER, place=STREET)
    assert contradictions([one, same, other]) == [(one, same)]
