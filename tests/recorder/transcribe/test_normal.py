"""The rule file against its own examples, and what only times can tell."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.transcribe.normal import sentence, written
from recorder.transcribe.numbers import rules
from recorder.transcribe.protocol import Heard, Word

EXAMPLES = [(one["said"], one["written"]) for one in rules()["example"]]


def _spoken(text: str, start: float = 0.0, pauses: dict[int, float] | None = None) -> list[Word]:
    """`text` character by character, a fifth of a second each, with `pauses` before some of them."""
    words = []
    for at, character in enumerate(text):
        start += (pauses or {}).get(at, 0.0)
        words.append(Word(character, start, start + 0.2, 1.0))
        start += 0.2
    return words


@pytest.mark.parametrize(("said", "expected"), EXAMPLES, ids=[said or "nothing" for said, _ in EXAMPLES])
def test_example(said: str, expected: str) -> None:
    assert sentence(_spoken(said)) == expected


def test_there_are_many_examples_and_no_two_alike() -> None:
    assert len(EXAMPLES) > 80
    assert len({said for said, _ in EXAMPLES}) == len(EXAMPLES)


def test_a_pause_is_a_comma_but_not_inside_a_number() -> None:
    assert sentence(_spoken("路灯坏了三天了", pauses={4: 0.6})) == "路灯坏了，三天了。"
    assert sentence(_spoken("一三八零零一三八零零零", pauses={3: 0.8, 7: 0.8})) == "13800138000。"


def test_before_some_words_a_short_pause_is_enough() -> None:
    words = [Word("停水", 0.0, 0.4, 1.0), Word("但是", 0.6, 1.0, 1.0), Word("没有", 1.2, 1.4, 1.0)]
    assert sentence(words) == "停水，但是没有。"


def test_a_number_spelt_in_pieces_is_put_together() -> None:
    first, second = _spoken("电话一三八"), _spoken("零零一三", start=2.0)
    third = _spoken("八零零零没人接", start=4.0)
    assert written(Heard([first, second, third])) == "电话13800138000没人接。"


def test_two_numbers_stay_two() -> None:
    numbers = [_spoken("八八八八六六六六"), _spoken("八八八八七七七七", start=2.5)]
    assert written(Heard(numbers)) == "88886666。88887777。"
    late = [_spoken("一三八零零一三"), _spoken("八零零零", start=9.0)]
    assert written(Heard(late)) == "1380013。8000。"


def test_foreign_words_keep_their_spaces() -> None:
    words = [Word(word, at, at + 0.3, 1.0) for at, word in enumerate(("ok", "thanks"))]
    assert sentence(words[:1]) == "ok。"
    assert sentence([words[0], Word("you", 0.3, 0.5, 1.0)]) == "ok you。"


_SPEECH = st.text(
    alphabet="零一二两三四五六七八九十百千万亿点半刻分之幺洞拐第几号楼年月日元块路灯 吗", max_size=30
)


@given(_SPEECH)
def test_anything_can_be_written(said: str) -> None:
    text = sentence(_spoken(said))
    assert all(not "\ue000" <= character <= "\uf8ff" for character in text)
    assert all(first + second != "，，" for first, second in pairwise(text))
    assert bool(text) == bool(said)


@given(st.lists(st.integers(0, 9), min_size=3, max_size=12))
def test_digits_said_one_by_one_are_those_digits(digits: list[int]) -> None:
    said = "".join("零一二三四五六七八九"[one] for one in digits)
    assert sentence(_spoken("电话是" + said)) == f"电话是{''.join(map(str, digits))}。"


@given(st.integers(11, 99999))
def test_numbers_said_in_full_are_those_numbers(value: int) -> None:
    import cn2an

    said = cn2an.an2cn(value, "low")
    said = said.removeprefix("一") if said.startswith("一十") else said
    assert sentence(_spoken(f"共有{said}户")) == f"共有{value}户。"
