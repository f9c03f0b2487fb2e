"""From a point to its cell, on both databases: borders, outside, days, changes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from core.db import SessionFactory
from ticketing.places import store
from ticketing.places.index import Named, Outline, OutsideError, PlaceIndex
from ticketing.places.levels import Level
from ticketing.places.memory import TREE, changed
from ticketing.places.rows import NewPlace
from ticketing.tables import Place

TODAY = date(2026, 11, 23)


def box(west: float, south: float, east: float, north: float) -> dict[str, object]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def grid() -> PlaceIndex:
    """Ten by ten cells of 0.01 degrees from (121, 38), in one district."""
    places = [Named("210202", "区", Level.DISTRICT, "2102")]
    outlines = [Outline("210202", box(121.0, 38.0, 121.2, 38.2))]
    for x in range(10):
        for y in range(10):
            code = f"210202001001{x}{y}0"
            places.append(Named(code, code, Level.CELL, "210202"))
            west, south = 121 + x / 100, 38 + y / 100
            outlines.append(Outline(code, box(west, south, west + 0.01, south + 0.01)))
    return PlaceIndex(places, outlines)


GRID = grid()


@given(st.integers(0, 9), st.integers(0, 9), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_every_point_is_in_its_cell(x: int, y: int, across: float, up: float) -> None:
    found = GRID.locate(121 + (x + across) / 100, 38 + (y + up) / 100, TODAY)
    assert found.cell is not None
    assert found.cell.code == f"210202001001{x}{y}0"
    assert found.district is not None


def test_a_border_belongs_to_the_lower_code() -> None:
    found = GRID.locate(121.0, 38.0, TODAY)
    assert found.cell is not None
    assert found.cell.code == "210202001001000"


def test_where_no_cell_is_drawn_the_district_still_holds() -> None:
    found = GRID.locate(121.15, 38.15, TODAY)
    assert found.cell is None
    assert found.district is not None
    assert found.codes() == {"district": "210202", "street": None, "community": None, "cell": None}


@pytest.mark.parametrize("point", [(0.0, 0.0), (120.999, 38.1), (38.1, 121.1), (180.0, -90.0)])
def test_outside(point: tuple[float, float]) -> None:
    with pytest.raises(OutsideError, match="不在本市范围内") as refusal:
        GRID.locate(*point, TODAY)
    assert set(refusal.value.details["fields"]) == {"longitude", "latitude"}  # type: ignore[call-overload]


async def test_a_known_square_of_the_demo_city(city: SessionFactory) -> None:
    async with city() as session:
        found = (await TREE.current(session)).locate(121.5867, 38.8786, TODAY)
    assert (found.district and found.district.name, found.street and found.street.name) == (
        "沙河口区",
        "星海湾街道",
    )
    assert found.cell is not None
    assert found.cell.code.startswith("210204017")


async def test_memory_is_kept_and_read_anew_after_a_change(city: SessionFactory) -> None:
    async with city() as session:
        first = await TREE.current(session)
        assert await TREE.current(session) is first
    async with city() as session:
        await session.execute(update(Place).where(Place.code == "210204017").values(name="新名街道"))
        await changed(session, "tree")
        await session.commit()
    async with city() as session:
        found = (await TREE.current(session)).locate(121.5867, 38.8786, TODAY)
    assert found.street is not None
    assert found.street.name == "新名街道"


async def test_a_cell_drawn_anew_counts_from_its_day(city: SessionFactory) -> None:
    """The old outline still answers for the days it held."""
    east = box(121.70, 38.95, 121.71, 38.96)
    async with city() as session:
        before = (await TREE.current(session)).locate(121.5867, 38.8786, TODAY).cell
        assert before is not None
        moved = NewPlace(before.code, before.name, Level.CELL, before.parent, east, date(2027, 1, 1))
        await store.put_places(session, [moved], TODAY)
        await session.commit()
    async with city() as session:
        tree = await TREE.current(session)
    old = tree.locate(121.5867, 38.8786, date(2026, 12, 31)).cell
    new = tree.locate(121.5867, 38.8786, date(2027, 1, 1)).cell
    assert (old and old.code, new) == (before.code, None)
