"""A GeoJSON file goes in whole or not at all, on both databases."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import SessionFactory
from core.tables import AuditEntry
from tests.ticketing.places.features import area, feature, point
from ticketing.places.geojson import What
from ticketing.places.importing import import_text
from ticketing.places.memory import TREE
from ticketing.places.problems import ImportRefusedError
from ticketing.places.rows import Put
from ticketing.places.tables import Part


def text(*features: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def square(west: float, south: float, side: float = 0.002) -> dict[str, Any]:
    east, north = west + side, south + side
    return area([[[west, south], [east, south], [east, north], [west, north], [west, south]]])


def lamp(number: int, lon: float = 121.65, lat: float = 38.90, **more: str) -> dict[str, Any]:
    return feature(point(lon, lat), **({"code": f"2102020137{number:06}"} | more))


async def put(
    city: SessionFactory, what: What, clock: FixedClock, *features: Any, check: bool = False
) -> Put:
    return await import_text(city, text(*features), what, actor=None, clock=clock, only_check=check)


async def refused(city: SessionFactory, what: What, clock: FixedClock, *features: Any) -> list[str]:
    with pytest.raises(ImportRefusedError) as refusal:
        await put(city, what, clock, *features)
    return [str(one) for one in refusal.value.problems]


async def test_three_bad_rows_of_ten_thousand(city: SessionFactory, clock: FixedClock) -> None:
    """Each is named, and nothing is put in: neither the good ones."""
    lamps = [lamp(500_000 + n, 121.64 + n % 100 / 2000, 38.87 + n // 100 / 2000) for n in range(10_000)]
    lamps[41] = lamp(1, 0.0, 0.0)
    lamps[7_000] = lamp(2, code="2102029999000001")
    lamps[9_999] = lamp(500_000)
    told = await refused(city, What.PARTS, clock, *lamps)
    assert [one.partition("（")[0] for one in told] == ["第 42 个要素", "第 7001 个要素", "第 10000 个要素"]
    assert ["不在本市" in told[0], "部件类别" in told[1], "与第 1 个要素重复" in told[2]] == [True] * 3
    async with city() as session:
        assert await session.scalar(select(func.count()).select_from(Part)) == 2448
        assert await session.scalar(select(func.count()).select_from(AuditEntry)) == 0


async def test_importing_twice_changes_nothing_and_checking_nothing_at_all(
    city: SessionFactory, clock: FixedClock
) -> None:
    lamps = [lamp(500_000 + n) for n in range(3)]
    assert await put(city, What.PARTS, clock, *lamps, check=True) == Put(3, 0, 0)
    assert await put(city, What.PARTS, clock, *lamps) == Put(3, 0, 0)
    assert await put(city, What.PARTS, clock, *lamps) == Put(0, 0, 3)
    changed = [lamp(500_000, 状态="丢失"), *lamps[1:]]
    assert await put(city, What.PARTS, clock, *changed) == Put(0, 1, 2)
    async with city() as session:
        part = await session.get_one(Part, "2102020137500000")
        assert (part.state, part.version) == ("missing", 2)
        entries = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    assert [entry.detail["changed"] for entry in entries] == [0, 0, 1]


async def test_places_need_a_parent_and_room(city: SessionFactory, clock: FixedClock) -> None:
    sea = square(121.75, 38.90)
    community = feature(sea, code="210202005009", name="新社区")
    assert await refused(city, What.PLACES, clock, feature(sea, code="210202005009001", name="新网格")) == [
        "第 1 个要素（210202005009001） parent：没有上级社区 210202005009"
    ]
    (told,) = await refused(
        city, What.PLACES, clock, feature(square(121.6867, 38.9286), code="210202005009", name="新社区")
    )
    assert "重叠" in told
    cell = feature(sea, code="210202005009001", name="新网格")
    assert await put(city, What.PLACES, clock, cell, community) == Put(2, 0, 0)
    async with city() as session:
        found = (await TREE.current(session)).locate(121.751, 38.901, clock.now().date())
    assert found.cell is not None
    assert (found.cell.code, found.street and found.street.name) == ("210202005009001", "人民路街道")


async def test_names_are_found_after_an_import(city: SessionFactory, clock: FixedClock) -> None:
    bar = feature(point(121.65, 38.90), name="星空酒吧", aliases=["星吧"], sort="酒吧")
    assert await put(city, What.LANDMARKS, clock, bar) == Put(1, 0, 0)
    moved = feature(point(121.66, 38.90), name="星空酒吧", aliases=["星吧"], sort="酒吧")
    assert await put(city, What.LANDMARKS, clock, moved, bar | {"properties": {"name": "又一家"}}) == Put(
        1, 1, 0
    )
    (told,) = await refused(city, What.LANDMARKS, clock, feature(point(0, 0), name="没有的岛"))
    assert told.startswith("第 1 个要素（没有的岛） coordinates：坐标")
