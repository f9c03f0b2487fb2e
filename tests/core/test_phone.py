"""core.phone: every form a carrier sends, and everything nobody should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.phone import NumberKind, mask, normalise

AREA = "0411"


@pytest.mark.parametrize(
    ("raw", "normal", "kind"),
    [
        ("13800001234", "13800001234", "mobile"),
        ("013800001234", "13800001234", "mobile"),
        ("+8613800001234", "13800001234", "mobile"),
        ("8613800001234", "13800001234", "mobile"),
        ("008613800001234", "13800001234", "mobile"),
        ("138-0000-1234", "13800001234", "mobile"),
        ("19912345678", "19912345678", "mobile"),
        ("12800001234", "", "invalid"),
        ("88886666", "041188886666", "landline"),
        ("3912345", "04113912345", "landline"),
        ("86866666", "041186866666", "landline"),
        ("041188886666", "041188886666", "landline"),
        ("+8641188886666", "041188886666", "landline"),
        ("8641188886666", "041188886666", "landline"),
        ("+86041188886666", "041188886666", "landline"),
        ("01062345678", "01062345678", "landline"),
        ("861062345678", "01062345678", "landline"),
        ("+86 10 6234 5678", "01062345678", "landline"),
        ("95588", "95588", "short"),
        ("041195588", "95588", "short"),
        ("10086", "10086", "short"),
        ("+8610086", "10086", "short"),
        ("110", "110", "short"),
        ("12345", "12345", "short"),
        ("041112319", "12319", "short"),
        ("4008123123", "4008123123", "short"),
        ("123", "", "invalid"),
        ("1001", "", "invalid"),
        ("+85221234567", "+85221234567", "foreign"),
        ("0085221234567", "+85221234567", "foreign"),
        ("+12025550123", "+12025550123", "foreign"),
        ("+1", "", "invalid"),
        ("+99999999999999", "", "invalid"),
        ("", "", "withheld"),
        ("anonymous", "", "withheld"),
        ("Anonymous", "", "withheld"),
        ("Restricted", "", "withheld"),
        ("unavailable", "", "withheld"),
        ("  ", "", "withheld"),
        ("138ABCD1234", "", "invalid"),
        ("13800001234'; DROP TABLE calls;--", "", "invalid"),
        ('"13800001234"', "", "invalid"),
        ("13800001234\r\nAction: Originate", "", "invalid"),
        ("13800001234\n", "13800001234", "mobile"),
        ("${SHELL(id)}", "", "invalid"),
        ("9" * 300, "", "invalid"),
        ("１３８００００１２３４", "", "invalid"),
        ("١٣٨٠٠٠٠١٢٣٤", "", "invalid"),
    ],
)
def test_normalise(raw: str, normal: str, kind: str) -> None:
    number = normalise(raw, AREA)
    assert (number.raw, number.normal, str(number.kind)) == (raw, normal, kind)


_dialled = st.text(alphabet="0123456789+", max_size=24)


@given(st.one_of(st.text(max_size=400), _dialled))
def test_anything_becomes_a_number_of_known_shape(raw: str) -> None:
    number = normalise(raw, AREA)
    assert number.raw == raw
    digits = number.normal.removeprefix("+")
    if number.kind in (NumberKind.WITHHELD, NumberKind.INVALID):
        assert number.normal == ""
    else:
        assert digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 15
        assert number.normal.startswith("+") == (number.kind is NumberKind.FOREIGN)


@given(_dialled)
def test_a_normal_number_is_its_own_normal_form(raw: str) -> None:
    once = normalise(raw, AREA)
    if once.normal:
        again = normalise(once.normal, AREA)
        assert (again.normal, again.kind) == (once.normal, once.kind)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13800001234", "138****1234"),
        ("041188886666", "0411****6666"),
        ("01062345678", "010****5678"),
        ("12319", "12319"),
        ("", ""),
        ("4008123123", "40****23"),
    ],
)
def test_mask(number: str, masked: str) -> None:
    assert mask(number) == masked


@given(st.from_regex(r"[0-9]{7,15}", fullmatch=True))
def test_a_mask_hides_at_least_three_digits(number: str) -> None:
    shown = mask(number).replace("*", "")
    assert len(number) - len(shown) >= 3
