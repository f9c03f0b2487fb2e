"""ticketing.places.geometry: metres and winds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing.places import geometry

LON, LAT = st.floats(121.0, 123.0), st.floats(38.0, 40.0)


def test_a_known_distance() -> None:
    # One minute of latitude is a sea mile.
    assert geometry.distance_m(121.6, 38.9, 121.6, 38.9 + 1 / 60) == pytest.approx(1853, abs=1)
    # A degree of longitude at 60 degrees north is half of one of latitude.
    assert geometry.distance_m(0, 60, 1, 60) == pytest.approx(geometry.DEGREE_M / 2, rel=1e-4)


@pytest.mark.parametrize(
    ("degrees", "word"),
    [(0, "北"), (22, "北"), (23, "东北"), (90, "东"), (180, "南"), (270, "西"), (359, "北")],
)
def test_winds(degrees: float, word: str) -> None:
    assert geometry.wind(degrees) == word


@given(LON, LAT, st.floats(0, 360), st.floats(1, 3000))
def test_a_moved_point_lies_where_it_was_moved(lon: float, lat: float, degrees: float, metres: float) -> None:
    there = geometry.moved(lon, lat, degrees, metres)
    assert geometry.distance_m(lon, lat, *there) == pytest.approx(metres, rel=0.005, abs=0.2)
    west, south, east, north = geometry.box(lon, lat, metres * 1.006 + 0.2)
    assert west <= there[0] <= east
    assert south <= there[1] <= north


@given(LON, LAT, st.floats(0, 360))
def test_bearing_is_the_way_back_from_moved(lon: float, lat: float, degrees: float) -> None:
    found = geometry.bearing(lon, lat, *geometry.moved(lon, lat, degrees, 1000))
    assert min(abs(found - degrees), 360 - abs(found - degrees)) < 0.5
