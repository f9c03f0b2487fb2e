"""ticketing.catalogue.search: a class is found by what a seat types; spellings agree with the dictionary."""

from __future__ import annotations

import pytest

from ticketing.catalogue.files import EDITIONS, PINYIN, rows
from ticketing.catalogue.pinyin import spell, syllables_of
from ticketing.catalogue.search import search
from ticketing.suggestions import Named, Suggester
from ticketing.tables import Category


@pytest.fixture(scope="module")
def classes() -> list[Category]:
    return [
        Category(
            **{name: row[name] for name in ("kind", "code", "major", "minor")},
            initials=spell(row["minor"]).initials,
            pinyin=spell(row["minor"]).whole,
        )
        for row in rows(EDITIONS["2013"])
    ]


@pytest.mark.parametrize(
    ("typed", "minor", "why"),
    [
        ("路灯", "路灯", "name"),
        ("0137", "路灯", "code"),
        ("ld", "路灯", "initials"),
        ("LD", "路灯", "initials"),
        ("ludeng", "路灯", "pinyin"),
        ("bllj", "暴露垃圾", "initials"),
        ("xingdaoshu", "行道树", "pinyin"),
        ("喷", "喷泉", "name"),
        ("施工 扬尘", "工地扬尘", "words"),
        ("噪音", "商业噪音", "name"),
    ],
)
def test_what_is_typed_finds_the_class(classes: list[Category], typed: str, minor: str, why: str) -> None:
    found = search(classes, typed)
    assert minor in [hit.one.minor for hit in found[:2]], [hit.one.minor for hit in found]
    assert next(hit.why for hit in found if hit.one.minor == minor) == why


@pytest.mark.parametrize("typed", ["", "   ", "zzzz", "路灯 垃圾", "%", "'; DROP TABLE"])
def test_nothing_is_found_where_nothing_fits(classes: list[Category], typed: str) -> None:
    assert search(classes, typed) == []


def test_a_better_match_comes_first_and_no_more_than_asked(classes: list[Category]) -> None:
    names = [hit.one.minor for hit in search(classes, "井盖", most=5)]
    assert len(names) == 5
    assert [hit.one.code for hit in search(classes, "01", most=3)] == ["0101", "0102", "0103"]


def test_the_shipped_spellings_are_the_dictionarys() -> None:
    shipped = {row["name"]: row["syllables"].split() for row in rows(PINYIN)}
    names = {row["minor"] for file in EDITIONS.values() for row in rows(file)}
    assert shipped.keys() == names
    assert {name: syllables_of(name) for name in names} == shipped


def test_a_suggestion_says_why_in_a_sentence(classes: list[Category]) -> None:
    suggester = Suggester(Named(one.kind, one.code, one.major, one.minor) for one in classes)
    best = suggester.suggest("门口道路破损路面破了没人管")[0]
    assert (best.named.minor, best.reason) == ("道路破损", "提到“道路破损”；“路面破”常指“道路破损”")
