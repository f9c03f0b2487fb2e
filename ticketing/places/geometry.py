"""Distances and directions on the ground. Pure; degrees of CGCS2000 (WGS 84), longitude first."""

from __future__ import annotations

import math

#: Mean radius of the earth, metres.
EARTH_M = 6_371_008.8
#: Metres of one degree of latitude.
DEGREE_M = math.pi * EARTH_M / 180
#: Eight winds from north on, clockwise, each 45 degrees wide.
WINDS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Metres between two points along the surface (haversine; within 0.5 % of the ellipsoid)."""
    up, across = math.radians(lat2 - lat1) / 2, math.radians(lon2 - lon1) / 2
    a = (
        math.sin(up) ** 2
        + math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * math.sin(across) ** 2
    )
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(a)))


def bearing(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """In which direction the second point lies seen from the first: degrees from north, clockwise, 0 to 360.

    On the plane, which is right within a city.
    """
    east = (lon2 - lon1) * math.cos(math.radians((lat1 + lat2) / 2))
    return math.degrees(math.atan2(east, lat2 - lat1)) % 360


def wind(degrees: float) -> str:
    """The one of eight winds a bearing belongs to: 350 → 北."""
    return WINDS[round(degrees / 45) % 8]


def box(lon: float, lat: float, within_m: float) -> tuple[float, float, float, float]:
    """West, south, east and north of the least box that holds every point within so many metres."""
    up = within_m / DEGREE_M
    # A hair wider, so that rounding never cuts off a point that is just within.
    across = up * 1.001 / max(0.01, math.cos(math.radians(min(89.0, abs(lat) + up))))
    return lon - across, lat - up * 1.001, lon + across, lat + up * 1.001


def moved(lon: float, lat: float, degrees: float, metres: float) -> tuple[float, float]:
    """The point so many metres away in a direction, rounded to 6 places (a tenth of a metre)."""
    up = math.cos(math.radians(degrees)) * metres / DEGREE_M
    across = math.sin(math.radians(degrees)) * metres / DEGREE_M / math.cos(math.radians(lat))
    return round(lon + across, 6), round(lat + up, 6)
