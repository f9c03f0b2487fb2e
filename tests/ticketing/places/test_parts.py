"""The nearest components, against looking at every one; on both databases."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from ticketing.places import store
from ticketing.places.geometry import distance_m, moved
from ticketing.places.index import OutsideError
from ticketing.places.memory import read_tree
from ticketing.places.parts import nearest_parts
from ticketing.places.rows import NewPart
from ticketing.places.squares import runs, square
from ticketing.places.tables import Part


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(0, 360), st.floats(0, 2000), st.floats(1, 2000))
def test_the_squares_hold_every_point_within(
    lon: float, lat: float, degrees: float, metres: float, within: float
) -> None:
    there = moved(lon, lat, degrees, metres)
    if distance_m(lon, lat, *there) <= within:
        assert any(first <= square(*there) <= last for first, last in runs(lon, lat, within))


@pytest.mark.parametrize("category", [None, "0137"])
async def test_nearest_is_what_looking_at_every_part_finds(
    city: SessionFactory, category: str | None
) -> None:
    random = Random(7)
    async with city() as session:
        every = (await session.scalars(select(Part))).all()
        for within in (50.0, 400.0, 2000.0):
            lon, lat = random.uniform(121.56, 121.70), random.uniform(38.87, 39.0)
            found = await nearest_parts(session, lon, lat, category, within, most=7)
            slow = sorted(
                (distance_m(lon, lat, one.longitude, one.latitude), one.code)
                for one in every
                if category in (None, one.category) and one.state != "removed"
            )
            wanted = [code for metres, code in slow if metres <= within][:7]
            assert [one.part.code for one in found] == wanted


async def test_putting_the_same_again_changes_nothing(city: SessionFactory, clock: FixedClock) -> None:
    async with city() as session:
        one = (await session.scalars(select(Part).limit(1))).one()
        same = NewPart(one.code, one.longitude, one.latitude, one.name, one.owner, one.keeper, one.state)
        tree = await read_tree(session)
        put = await store.put_parts(session, [same], tree, clock.now())
        assert (put.added, put.changed, put.same) == (0, 0, 1)
        put = await store.put_parts(
            session, [NewPart(one.code, 121.6, 38.9, state="missing")], tree, clock.now()
        )
        assert (put.added, put.changed, put.same) == (0, 1, 0)
        await session.commit()
    async with city() as session:
        now = await session.get_one(Part, same.code)
        assert (now.state, now.version, now.longitude) == ("missing", 2, 121.6)
        assert now.cell is not None


async def test_a_part_outside_the_city_is_refused(city: SessionFactory, clock: FixedClock) -> None:
    async with city() as session:
        with pytest.raises(OutsideError):
            await store.put_parts(
                session, [NewPart("2102020101000999", 0, 0)], await read_tree(session), clock.now()
            )
