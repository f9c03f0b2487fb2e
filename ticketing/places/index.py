"""From a point to its grid cell: outlines in memory, in a tree of rectangles (STR). No PostGIS needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from core.errors import InvalidError
from ticketing.places.levels import Level, holds

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


class OutsideError(InvalidError):
    """坐标不在本市范围内"""

    code = "outside"


@dataclass(frozen=True)
class Named:
    """A place as the tree has it."""

    code: str
    name: str
    level: int
    parent: str | None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Outline:
    """An outline (GeoJSON geometry) and the days it counts."""

    place: str
    outline: dict[str, Any]
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Located:
    """Where a point lies; None where the city has drawn nothing that small."""

    district: Named | None
    street: Named | None
    community: Named | None
    cell: Named | None

    @property
    def name(self) -> str:
        """District, street and community in one line."""
        return "".join(one.name for one in (self.district, self.street, self.community) if one)

    def codes(self) -> dict[str, str | None]:
        """Columns of a case → codes."""
        found = {name: getattr(self, name) for name in ("district", "street", "community", "cell")}
        return {name: one.code if one else None for name, one in found.items()}


class PlaceIndex:
    """The whole tree at one revision. Never changes; building it takes about a second for 20,000 cells."""

    def __init__(self, places: Iterable[Named], outlines: Iterable[Outline]) -> None:
        from shapely import STRtree  # some 40 MB, which only who asks for places should spend
        from shapely.geometry import shape

        self.places = {one.code: one for one in places}
        self._outlines = [one for one in outlines if one.place in self.places]
        self._shapes: list[BaseGeometry] = [shape(one.outline) for one in self._outlines]
        self._tree = STRtree(self._shapes)
        #: Where the outlines of a place are that have no last day.
        self._open_at: dict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(self._outlines):
            if one.valid_to is None:
                self._open_at[one.place].append(at)

    @property
    def is_empty(self) -> bool:
        """Nobody has drawn this city: nothing is inside or outside of it."""
        return not self._outlines

    def locate(self, lon: float, lat: float, day: date) -> Located:
        """The smallest places that hold a point on a day.

        A point on the border of two belongs to the one with the lower code.

        Raises:
            OutsideError: no outline holds it.
        """
        from shapely import Point

        found = [
            self.places[self._outlines[at].place]
            for at in self._tree.query(Point(lon, lat), predicate="intersects")
            if holds(self._outlines[at], day) and holds(self.places[self._outlines[at].place], day)
        ]
        if not found:
            why = f"坐标（东经 {lon:.6f}，北纬 {lat:.6f}）不在本市范围内"
            raise OutsideError(why, fields={"longitude": why, "latitude": why})
        return self.above(min(found, key=lambda one: (-one.level, one.code)))

    def above(self, one: Named | None) -> Located:
        """A place with all it lies in."""
        chain = dict[int, Named]()
        while one is not None and one.level not in chain:
            chain[one.level] = one
            one = self.places.get(one.parent or "")
        return Located(
            chain.get(Level.DISTRICT),
            chain.get(Level.STREET),
            chain.get(Level.COMMUNITY),
            chain.get(Level.CELL),
        )

    def overlapped(self, code: str, share: float) -> list[str]:
        """Codes of the places of its level that share more than so much of the smaller one.

        Only outlines without a last day count.
        """
        found = set[str]()
        for at in self._open_at.get(code, ()):
            mine = self._shapes[at]
            for near in self._tree.query(mine, predicate="intersects"):
                other = self._outlines[near]
                if (
                    other.place == code
                    or other.valid_to is not None
                    or not self._same_level(code, other.place)
                ):
                    continue
                theirs = self._shapes[near]
                if mine.intersection(theirs).area > share * min(mine.area, theirs.area):
                    found.add(other.place)
        return sorted(found)

    def _same_level(self, code: str, other: str) -> bool:
        return self.places[code].level == self.places[other].level

    def middles(self, day: date) -> list[tuple[Named, float, float]]:
        """Every place that counts on a day and has an outline, with a point inside of it."""
        found = []
        for one, drawn in zip(self._outlines, self._shapes, strict=True):
            place = self.places[one.place]
            if holds(one, day) and holds(place, day):
                middle = drawn.representative_point()
                found.append((place, round(middle.x, 6), round(middle.y, 6)))
        return found
