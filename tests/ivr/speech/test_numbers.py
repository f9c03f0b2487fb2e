"""Numbers in both languages against a slow, obvious reference."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ivr import speech
from ivr.speech import chinese
from ivr.speech.units import text
from tests.ivr.speech import reference

ANY = st.one_of(st.integers(0, 10**9), st.integers(0, 10**12 - 1), st.integers(-(10**6), 10**5))
#: Numbers of zeros and ones, where mistakes with zero hide.
ROUND = st.lists(st.sampled_from("0012"), min_size=1, max_size=12).map(lambda digits: int("".join(digits)))

NUMBERS = {
    0: "零",
    10: "十",
    12: "十二",
    20: "二十",
    100: "一百",
    101: "一百零一",
    110: "一百一十",
    111: "一百一十一",
    200: "两百",
    202: "两百零二",
    222: "两百二十二",
    1000: "一千",
    1010: "一千零一十",
    2000: "两千",
    2002: "两千零二",
    10000: "一万",
    20000: "两万",
    20002: "两万零二",
    22222: "两万两千两百二十二",
    100000: "十万",
    101000: "十万一千",
    120000: "十二万",
    200000: "二十万",
    1001000: "一百万一千",
    1000500: "一百万零五百",
    10_0010: "十万零一十",
    100_000_000: "一亿",
    200_000_000: "两亿",
    100_005_000: "一亿零五千",
    1_000_000_000: "十亿",
    -2: "负二",
}


def _zh(value: int) -> str:
    return text("zh_CN", speech.speak("zh_CN", speech.number(value)))


def _en(value: int) -> str:
    return text("en", speech.speak("en", speech.number(value)))


@pytest.mark.parametrize("value", NUMBERS)
def test_known_numbers(value: int) -> None:
    assert _zh(value) == NUMBERS[value] == reference.chinese(value)


@settings(max_examples=2000, deadline=None)
@given(st.one_of(ANY, ROUND))
@example(10**9)
def test_mandarin_is_as_the_reference_says(value: int) -> None:
    assert _zh(value) == reference.chinese(value)
    ordinal = text("zh_CN", chinese.number(value, ordinal=True))
    assert ordinal == reference.chinese(value, ordinal=True)
    assert "两" not in ordinal


@settings(max_examples=1000, deadline=None)
@given(ANY)
def test_english_is_as_the_reference_says(value: int) -> None:
    assert _en(value) == reference.english(value)


def test_every_number_is_read_in_its_own_way() -> None:
    for say in (_zh, _en):
        assert len({say(value) for value in range(30_000)}) == 30_000


@pytest.mark.parametrize("value", [10**12, -(10**12)])
def test_a_number_too_large_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="too large"):
        speech.number(value)
