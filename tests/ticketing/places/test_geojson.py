"""ticketing.places.geojson: every mistake is named by feature and property."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ticketing.places.features import area, feature, point
from ticketing.places import geojson
from ticketing.places.geojson import READERS, Reading, What
from ticketing.places.problems import ImportRefusedError

SQUARE = [[[121.0, 38.0], [121.1, 38.0], [121.1, 38.1], [121.0, 38.1], [121.0, 38.0]]]
BOW = [[[121.0, 38.0], [121.1, 38.1], [121.1, 38.0], [121.0, 38.1], [121.0, 38.0]]]
CELL = {"code": "210204017001001", "name": "一号网格"}
PART = {"code": "2102040137000001", "名称": "路灯", "状态": "破损", "养护单位": "路灯一队"}


def wrong(what: What, one: Any) -> tuple[str, str]:
    (problem,) = Reading([one], READERS[what]).problems
    return problem.field, str(problem)


def test_rows_are_read_with_their_names_in_either_language() -> None:
    (_, cell), (_, multi) = Reading(
        [
            feature(area(SQUARE), **CELL, valid_from="2026-01-01"),
            feature(area([SQUARE], "MultiPolygon"), code="210204", name="沙河口区"),
        ],
        READERS[What.PLACES],
    ).rows
    assert (cell.level, cell.parent, str(cell.valid_from)) == (6, "210204017001", "2026-01-01")  # type: ignore[union-attr]
    assert (multi.level, multi.parent) == (3, "2102")  # type: ignore[union-attr]
    ((_, part),) = Reading([feature(point(121.6, 38.9, 5.0), **PART)], READERS[What.PARTS]).rows
    assert (part.state, part.keeper, part.category) == ("damaged", "路灯一队", "0137")  # type: ignore[union-attr]
    named = feature(point(121.6, 38.9), name="星海广场", 别名="百年城雕、星海", 类型="广场")
    ((_, name),) = Reading([named], READERS[What.LANDMARKS]).rows
    assert (name.aliases, name.sort) == (("百年城雕", "星海"), "广场")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("geometry", "properties", "field", "why"),
    [
        (area(BOW), CELL, "geometry", "自相交"),
        (area([SQUARE[0][:4]]), CELL, "coordinates", "没有闭合"),
        (area([SQUARE[0][:2]]), CELL, "coordinates", "四个点"),
        (area([]), CELL, "coordinates", "没有边界"),
        (area([[[38.0, 121.0]] * 4]), CELL, "coordinates", "写反"),
        (area([[["x", 1]] * 4]), CELL, "coordinates", "坐标须是"),
        (area([[[121.0, 38.0]] * 4]), CELL, "geometry", "面"),
        (point(121, 38), CELL, "geometry", "须是面"),
        (area(SQUARE), CELL | {"code": "21020401"}, "code", "位数字"),
        (area(SQUARE), CELL | {"code": 210204017001001}, "code", "须写成文本"),
        (area(SQUARE), {"name": "x"}, "code", "缺少"),
        (area(SQUARE), {"code": "210204"}, "name", "缺少"),
        (area(SQUARE), CELL | {"name": "字" * 65}, "name", "最多 64"),
        (area(SQUARE), CELL | {"name": "a\x07b"}, "name", "控制字符"),
        (area(SQUARE), CELL | {"valid_from": "2026/1/1"}, "valid_from", "须是日期"),
        (area(SQUARE), CELL | {"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to", "早于"),
    ],
)
def test_a_wrong_place_is_named(geometry: Any, properties: dict[str, Any], field: str, why: str) -> None:
    found, told = wrong(What.PLACES, feature(geometry, **properties))
    assert found == field
    assert why in told
    assert told.startswith("第 1 个要素")


@pytest.mark.parametrize(
    ("geometry", "properties", "field", "why"),
    [
        (point(38.9, 121.6), PART, "coordinates", "写反"),
        (point(500, 38), PART, "coordinates", "不是经纬度"),
        (point(float("nan"), 38), PART, "coordinates", "坐标须是"),
        (point(True, 38), PART, "coordinates", "坐标须是"),
        (None, PART, "geometry", "须是点"),
        (point(121.6, 38.9), PART | {"code": "21020401370000"}, "code", "16 位"),
        (point(121.6, 38.9), PART | {"状态": "坏了"}, "state", "没有状态“坏了”"),
        (point(121.6, 38.9), PART | {"养护单位": 5}, "keeper", "须是文本"),
    ],
)
def test_a_wrong_component_is_named(geometry: Any, properties: dict[str, Any], field: str, why: str) -> None:
    found, told = wrong(What.PARTS, feature(geometry, **properties))
    assert found == field
    assert why in told


@pytest.mark.parametrize("one", [None, 5, {}, {"type": "Feature"}, {"type": "Feature", "properties": []}])
def test_what_is_no_feature_is_named(one: Any) -> None:
    assert wrong(What.PARTS, one)[0] in ("type", "properties")


def test_the_second_of_a_code_is_named_with_the_first() -> None:
    same = feature(point(121.6, 38.9), **PART)
    (problem,) = Reading([same, same], READERS[What.PARTS]).problems
    assert str(problem) == "第 2 个要素（2102040137000001） code：与第 1 个要素重复"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"type": "FeatureCollection",\n oops}', "第 2 行第 2 列"),
        ("[]", "FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "没有要素"),
        (
            '{"type": "FeatureCollection", "features": [1], '
            '"crs": {"type": "name", "properties": {"name": "EPSG:3857"}}}',
            "坐标系",
        ),
        ("[" * 100_000, "嵌套过深"),
    ],
)
def test_what_is_no_collection_is_refused(text: str, why: str) -> None:
    with pytest.raises(ImportRefusedError, match=why):
        geojson.features(text)


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(_json, _json, st.sampled_from(list(What)))
def test_any_feature_is_read_or_named(geometry: Any, properties: Any, what: What) -> None:
    drawn = {"type": "Polygon", "coordinates": geometry}
    for one in (geometry, drawn, drawn | {"type": "MultiPolygon"}, drawn | {"type": "Point"}):
        named = {"type": "Feature", "geometry": one, "properties": CELL | {"sort": properties}}
        reading = Reading([json.loads(json.dumps(named)), properties], READERS[what])
        assert len(reading.rows) + len(reading.problems) >= 2
