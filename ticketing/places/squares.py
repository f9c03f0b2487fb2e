"""Squares of 0.002 degrees (about 220 by 170 m here): an index by distance for any database. Pure."""

from __future__ import annotations

import math

from ticketing.places.geometry import box

SIDE = 0.002
#: More than the columns of one row, so that neighbours of a row have neighbouring numbers.
_ROW = 200_000


def square(lon: float, lat: float) -> int:
    """The number of the square a point lies in."""
    return math.floor((lat + 90) / SIDE) * _ROW + math.floor((lon + 180) / SIDE)


def runs(lon: float, lat: float, within_m: float) -> list[tuple[int, int]]:
    """First and last number of each row of squares that may hold a point within so many metres."""
    west, south, east, north = box(lon, lat, within_m)
    first, last = square(west, south), square(east, south)
    rows = (square(west, north) - first) // _ROW + 1
    return [(first + row * _ROW, last + row * _ROW) for row in range(rows)]
