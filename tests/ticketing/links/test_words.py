"""ticketing.links.words: how alike two texts are."""

from __future__ import annotations

import pytest

from ticketing.links.words import address_likeness, likeness


def test_the_shorter_text_is_looked_for_in_the_longer() -> None:
    assert likeness("路灯不亮", "人民路有一盏路灯不亮了，天黑看不见") == 1.0
    assert likeness("路灯不亮", "路灯坏了") == pytest.approx(1 / 3)
    assert likeness("路灯不亮", "垃圾没人清") == 0.0


@pytest.mark.parametrize(("one", "other"), [("", "路灯"), ("", ""), ("！？", "路灯")])
def test_nothing_said_is_like_nothing(one: str, other: str) -> None:
    assert likeness(one, other) == 0.0


def test_house_numbers_tell_places_apart() -> None:
    assert address_likeness("人民路12号", "人民路34号") == 0.0
    assert address_likeness("人民路12号楼前", "人民路12号") == 1.0
    assert address_likeness("人民路", "人民路34号") == 1.0
    assert likeness("人民路12号", "人民路34号") > 0.5


def test_latin_words_and_case_count() -> None:
    assert likeness("KFC 门口", "kfc门前") == pytest.approx(1 / 2)
