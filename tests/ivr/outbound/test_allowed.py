"""Whom the hotline may call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.outbound.allowed import NumberRefusedError, Refusal, Rules, check

RULES = Rules("0411")


@pytest.mark.parametrize(
    ("number", "dialled"),
    [
        ("13800001234", "13800001234"),
        ("013800001234", "13800001234"),
        ("+8613800001234", "13800001234"),
        ("19912345678", "19912345678"),
        ("84394567", "041184394567"),
        ("0411-8439 4567", "041184394567"),
        ("01088886666", "01088886666"),
    ],
)
def test_mobiles_and_landlines(number: str, dialled: str) -> None:
    assert check(number, RULES) == dialled


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("", Refusal.WITHHELD),
        ("anonymous", Refusal.WITHHELD),
        ("16812345", Refusal.PREMIUM),
        ("16899", Refusal.PREMIUM),
        ("041116812345", Refusal.PREMIUM),
        ("95588", Refusal.PREMIUM),
        ("9510012345", Refusal.PREMIUM),
        ("4008123456", Refusal.PREMIUM),
        ("13491234567", Refusal.PREMIUM),
        ("17401234567", Refusal.PREMIUM),
        ("110", Refusal.SHORT),
        ("12319", Refusal.SHORT),
        ("10086", Refusal.SHORT),
        ("+85221234567", Refusal.FOREIGN),
        ("0085221234567", Refusal.FOREIGN),
        ("12345", Refusal.SHORT),
        ("1380000123", Refusal.INVALID),
        ("138000012345", Refusal.INVALID),
        ("13800001234@evil", Refusal.INVALID),
        ("13800001234&PJSIP/1001", Refusal.INVALID),
        ("1" * 200, Refusal.INVALID),
    ],
)
def test_all_others_are_refused_with_the_reason(number: str, why: Refusal) -> None:
    with pytest.raises(NumberRefusedError) as caught:
        check(number, RULES)
    assert caught.value.refusal is why


def test_a_setting_may_allow_more() -> None:
    rules = Rules("0411", frozenset({"12345", "95588"}))
    assert check("12345", rules) == "12345"
    assert check("041195588", rules) == "95588"
    with pytest.raises(NumberRefusedError):
        check("95599", rules)


def test_even_a_setting_lets_nothing_but_digits_through() -> None:
    with pytest.raises(NumberRefusedError):
        check("12345@evil", Rules("0411", frozenset({"12345@evil"})))


@given(st.text(max_size=40))
def test_whatever_comes_in_only_digits_go_out(number: str) -> None:
    try:
        dialled = check(number, RULES)
    except NumberRefusedError:
        return
    assert dialled.isascii()
    assert dialled.isdigit()
    assert len(dialled) in (10, 11, 12)
