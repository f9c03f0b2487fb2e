"""ticketing.forms: exact limits, each wrong field named, text kept as given."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidError
from ticketing import forms


def wrong(fields: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidError) as refusal:
        forms.read(fields)
    found = refusal.value.details["fields"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("field", "limit"),
    [("description", 4000), ("address", 256), ("reporter_name", 64), ("callback_number", 32)],
)
def test_limits_are_exact(field: str, limit: int) -> None:
    assert forms.read({field: "灯" * limit}) == {field: "灯" * limit}
    assert wrong({field: "灯" * (limit + 1)}) == {field: f"最多 {limit} 个字，现有 {limit + 1} 个"}


def test_every_wrong_field_is_named_at_once() -> None:
    found = wrong(
        {
            "kind": "shouting",
            "description": "x" * 5000,
            "address": 5,
            "confidential": "yes",
            "category": {"edition": "2013"},
            "stage": "closed",
            "number": "1",
        }
    )
    assert set(found) == {"kind", "description", "address", "confidential", "category", "stage", "number"}
    assert all(found.values())


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}} ' \" & ${x}", "灯\n不亮\t。", "👩‍🚒"])
def test_text_is_kept_as_given(text: str) -> None:
    assert forms.read({"description": text}) == {"description": text}


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\u0085b"])
@pytest.mark.parametrize("field", ["description", "address", "reporter_name"])
def test_control_characters_are_refused(field: str, text: str) -> None:
    assert "控制字符" in wrong({field: text})[field]


def test_half_a_character_is_refused() -> None:
    assert wrong({"description": "\ud800"})


@pytest.mark.parametrize("code", ["2102\x0002", "x", "2" * 16, 5])
def test_codes_are_digits(code: object) -> None:
    category = {"edition": "2013", "kind": "部\x00件", "code": "0101"}
    assert set(wrong({"district": code, "street": code, "category": category})) == {
        "district",
        "street",
        "category",
    }


def test_a_line_holds_no_line_break() -> None:
    assert "U+000A" in wrong({"address": "中山路\n1号"})["address"]


def test_only_named_fields_are_set() -> None:
    assert forms.read({}) == {}
    assert forms.read({"district": "", "kind": None, "category": None, "address": None}) == {
        "district": None,
        "kind": "",
        "address": "",
        "category_edition": None,
        "category_kind": None,
        "category_code": None,
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"longitude": 180.1},
        {"latitude": -90.1},
        {"longitude": "121.6"},
        {"longitude": True},
        {"latitude": float("nan")},
        {"part": "210204013700001"},
        {"cell": "网格"},
    ],
)
def test_a_place_that_cannot_be_is_refused(fields: dict[str, Any]) -> None:
    assert set(wrong(fields)) == set(fields)


def test_a_place_is_read() -> None:
    fields = {"longitude": 121.6, "latitude": 39, "cell": "210204017001001", "part": "2102040137000001"}
    assert forms.read(fields) == fields
    assert forms.read({"longitude": None, "part": ""}) == {"longitude": None, "part": None}


_values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=50), st.lists(st.text(), max_size=2)
)


@given(st.dictionaries(st.one_of(st.sampled_from(forms.COLUMNS), st.text(max_size=10)), _values, max_size=6))
def test_any_json_is_read_or_refused_with_reasons(fields: dict[str, Any]) -> None:
    try:
        columns = forms.read(fields)
    except InvalidError as error:
        assert error.details["fields"]
    else:
        assert set(columns) <= set(forms.COLUMNS)


@pytest.mark.parametrize(
    ("number", "is_fine"),
    [("", True), ("13800001234", True), ("88886666", True), ("12ab", False), ("123", False)],
)
def test_a_call_back_number_can_be_dialled(number: str, is_fine: bool) -> None:
    values = dict.fromkeys(forms.COLUMNS, "x") | {"callback_number": number}
    assert ("callback_number" not in forms.incomplete(values, (), "0411")) is is_fine
