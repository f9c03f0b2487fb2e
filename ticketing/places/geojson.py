"""Reading GeoJSON (RFC 7946): places are areas, components and names points. Every mistake is named. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from ticketing.places.levels import BY_LENGTH
from ticketing.places.problems import ImportRefusedError, Problem
from ticketing.places.rows import NewLandmark, NewPart, NewPlace
from ticketing.places.tables import PartState


class What(StrEnum):
    """What a file is of."""

    PLACES = "places"  #: 区县、街道、社区、单元网格
    PARTS = "parts"  #: 部件
    LANDMARKS = "landmarks"  #: 地名


#: What a property may be called, our name first.
_CALLED = {
    "code": ("code", "标识码", "编码", "代码"),
    "name": ("name", "名称"),
    "parent": ("parent", "上级"),
    "valid_from": ("valid_from", "启用日期"),
    "valid_to": ("valid_to", "停用日期"),
    "owner": ("owner", "权属单位"),
    "keeper": ("keeper", "养护单位"),
    "state": ("state", "状态"),
    "sort": ("sort", "类型"),
    "aliases": ("aliases", "别名"),
}
_STATES = {
    "完好": PartState.GOOD,
    "破损": PartState.DAMAGED,
    "丢失": PartState.MISSING,
    "废除": PartState.DISUSED,
    "移除": PartState.REMOVED,
}
#: Longitude and latitude in degrees, whose differences nobody sees on a street.
_SYSTEMS = ("CRS84", "4326", "4490")
_PART_DIGITS = 16
Row = NewPlace | NewPart | NewLandmark


class Mistake(ValueError):
    """One property or the geometry of a feature is not as it must be."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field, self.why = field, why


def features(text: str) -> list[Any]:
    """The features of a collection.

    Raises:
        ImportRefusedError: it is no JSON, no FeatureCollection, empty, or in another system of coordinates.
    """
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        where = (
            f"第 {error.lineno} 行第 {error.colno} 列"
            if isinstance(error, json.JSONDecodeError)
            else "嵌套过深"
        )
        raise _refused(f"不是有效的 JSON（{where}）") from None
    if not isinstance(found, dict) or found.get("type") != "FeatureCollection":
        raise _refused("不是 GeoJSON 的 FeatureCollection")
    system = json.dumps(found.get("crs"))
    if found.get("crs") is not None and not any(name in system for name in _SYSTEMS):
        raise _refused("坐标系须是 CGCS2000 或 WGS 84 经纬度（EPSG:4490、EPSG:4326）")
    listed = found.get("features")
    if not isinstance(listed, list) or not listed:
        raise _refused("没有要素（features）")
    return listed


def _refused(why: str) -> ImportRefusedError:
    return ImportRefusedError([Problem(0, "file", why)])


class Reading:
    """The rows of a file, and what is wrong with it; `rows` has the number of each row's feature."""

    def __init__(self, listed: list[Any], read: Callable[[Mapping[str, Any], Any], Row]) -> None:
        self.rows: list[tuple[int, Row]] = []
        self.problems: list[Problem] = []
        first: dict[str, int] = {}
        for number, feature in enumerate(listed, 1):
            try:
                row = read(_properties(feature), feature.get("geometry"))
            except Mistake as mistake:
                self.problems.append(Problem(number, mistake.field, mistake.why, _label(feature)))
                continue
            if (key := _key(row)) in first:
                why = f"与第 {first[key]} 个要素重复"
                self.problems.append(Problem(number, "code", why, _label(feature)))
            first.setdefault(key, number)
            self.rows.append((number, row))


def place(properties: Mapping[str, Any], geometry: Any) -> NewPlace:
    """
    Raises:
        Mistake: says which property, or that the outline is none.
    """
    code = _digits(properties, "code", tuple(BY_LENGTH))
    level = BY_LENGTH[len(code)]
    shorter = next((n for n, above in BY_LENGTH.items() if above == level - 1), 0)
    parent = (
        _digits(properties, "parent", tuple(BY_LENGTH))
        if properties.get("parent")
        else code[:shorter] or None
    )
    begins, ends = _day(properties, "valid_from"), _day(properties, "valid_to")
    if begins and ends and ends < begins:
        raise Mistake("valid_to", "早于启用日期")
    name = _text(properties, "name", 64)
    if not name:
        raise Mistake("name", "缺少名称")
    return NewPlace(code, name, level, parent, _area(geometry), begins, ends)


def part(properties: Mapping[str, Any], geometry: Any) -> NewPart:
    """
    Raises:
        Mistake: says which property, or that it is no point.
    """
    code = _digits(properties, "code", (_PART_DIGITS,))
    said = _text(properties, "state", 16) or "完好"
    state = _STATES.get(said, said)
    if state not in set(PartState):
        raise Mistake("state", f"没有状态“{said}”，只能是：{'、'.join(_STATES)}")
    name, owner, keeper = (_text(properties, field, 64) for field in ("name", "owner", "keeper"))
    return NewPart(code, *_point(geometry), name, owner, keeper, str(state))


def landmark(properties: Mapping[str, Any], geometry: Any) -> NewLandmark:
    """
    Raises:
        Mistake: says which property, or that it is no point.
    """
    name = _text(properties, "name", 64)
    if not name:
        raise Mistake("name", "缺少名称")
    given = properties.get("aliases") or []
    listed = given.replace("，", "、").replace(",", "、").split("、") if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(one, str) and len(one) <= 64 for one in listed):
        raise Mistake("aliases", "须是名称的列表，每个最多 64 个字")
    aliases = tuple(one.strip() for one in listed if one.strip())
    return NewLandmark(name, *_point(geometry), _text(properties, "sort", 16), aliases)


def _properties(feature: Any) -> dict[str, Any]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise Mistake("type", "不是要素（Feature）")
    given = feature.get("properties")
    if not isinstance(given, dict):
        raise Mistake("properties", "缺少属性")
    return {
        name: next((given[one] for one in called if given.get(one) not in (None, "")), None)
        for name, called in _CALLED.items()
    }


def _label(feature: Any) -> str:
    try:
        found = _properties(feature)
    except Mistake:
        return ""
    return str(found["code"] or found["name"] or "")[:32]


def _key(row: Row) -> str:
    return f"{row.name}/{row.sort}" if isinstance(row, NewLandmark) else row.code


def _digits(properties: Mapping[str, Any], field: str, lengths: tuple[int, ...]) -> str:
    value = properties.get(field)
    if value is None:
        raise Mistake(field, "缺少")
    if not isinstance(value, str):
        # 0101… as a number has lost its zero, 16 digits have lost their end.
        raise Mistake(field, "须写成文本，不能是数字")
    text = value.strip()
    if not (text.isascii() and text.isdigit() and len(text) in lengths):
        wanted = "、".join(str(one) for one in lengths)
        raise Mistake(field, f"须是 {wanted} 位数字，现为“{text[:32]}”")
    return text


def _text(properties: Mapping[str, Any], field: str, most: int) -> str:
    value = properties.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Mistake(field, "须是文本")
    text = value.strip()
    if len(text) > most:
        raise Mistake(field, f"最多 {most} 个字，现有 {len(text)} 个")
    if not text.isprintable():
        raise Mistake(field, "含有不可见的控制字符")
    return text


def _day(properties: Mapping[str, Any], field: str) -> date | None:
    value = properties.get(field)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Mistake(field, "须是日期，如 2026-11-23") from None


def _point(geometry: Any) -> tuple[float, float]:
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        raise Mistake("geometry", "须是点（Point）")
    return _position(geometry.get("coordinates"))


def _position(found: Any) -> tuple[float, float]:
    if not isinstance(found, list) or len(found) < 2 or not all(_is_number(one) for one in found[:2]):
        raise Mistake("coordinates", "坐标须是 [经度, 纬度]")
    lon, lat = float(found[0]), float(found[1])
    if abs(lat) > 90 and abs(lon) <= 90:
        raise Mistake("coordinates", f"[{lon}, {lat}] 像是把经度和纬度写反了")
    if abs(lon) > 180 or abs(lat) > 90:
        raise Mistake("coordinates", f"[{lon}, {lat}] 不是经纬度（度）")
    return lon, lat


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _area(geometry: Any) -> dict[str, Any] | None:
    """A checked outline; None for a feature that has no geometry: its place keeps the one it has."""
    if geometry is None:
        return None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise Mistake("geometry", "须是面（Polygon、MultiPolygon）")
    coordinates = geometry.get("coordinates")
    for ring in _rings([coordinates] if kind == "Polygon" else coordinates):
        _check_ring(ring)
    from shapely import is_valid_reason
    from shapely.geometry import shape

    outline = {"type": kind, "coordinates": coordinates}
    drawn = shape(outline)
    if not drawn.is_valid:
        raise Mistake("geometry", f"面有误：{_why(str(is_valid_reason(drawn)))}")
    if drawn.area == 0:
        raise Mistake("geometry", "面没有面积")
    return outline


def _rings(polygons: Any) -> Iterator[Any]:
    for polygon in polygons if isinstance(polygons, list) and polygons else [None]:
        if not isinstance(polygon, list) or not polygon:
            raise Mistake("coordinates", "面没有边界")
        yield from polygon


def _check_ring(ring: Any) -> None:
    if not isinstance(ring, list) or len(ring) < 4:
        raise Mistake("coordinates", "边界至少要四个点")
    points = [_position(one) for one in ring]
    if points[0] != points[-1]:
        raise Mistake("coordinates", "边界没有闭合：首尾两点须相同")


def _why(reason: str) -> str:
    """What the library says, in Chinese where it is the usual."""
    said, _, where = reason.partition("[")
    known = {
        "Self-intersection": "自相交",
        "Ring Self-intersection": "边界自相交",
        "Hole lies outside shell": "洞在面外",
    }
    return known.get(said, said) + (f"，在 [{where}" if where else "")


#: How a feature of each sort of file is read.
READERS: Mapping[What, Callable[[Mapping[str, Any], Any], Row]] = {
    What.PLACES: place,
    What.PARTS: part,
    What.LANDMARKS: landmark,
}
