"""A demo city on the ground of Dalian's five districts: streets, communities, grid cells, parts, names.

No open data of grid cells or components exists. Districts and streets have their real names and stand roughly
where they are; every outline below is a plain rectangle, every component is made up. The same each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from hotline.demo_names import LANDMARKS, SHOPS
from ticketing.places import store
from ticketing.places.levels import Level
from ticketing.places.memory import read_tree
from ticketing.places.rows import NewLandmark, NewPart, NewPlace
from ticketing.places.tables import PlaceShape
from ticketing.tables import Place

#: Components a hotline is set up with; `hotline places generate` makes as many as are wanted.
PARTS = 4000
#: The high-tech zone has no division code of its own: a local one, counted down from 99.
HIGH_TECH = "210299"
CITY = "2102"
#: Columns and rows of communities in a street, and of cells in a community.
_COMMUNITIES, _CELLS = (2, 2), (3, 2)
_NUMERALS = "一二三四"

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class _District:
    """Its rectangle (west, south, east, north) and the serials of its streets in rows from the south."""

    code: str
    box: Box
    rows: tuple[tuple[str, ...], ...]


_DISTRICTS = (
    _District(
        "210202",
        (121.63, 38.86, 121.72, 38.94),
        (("210202011", "210202012"), ("210202010", "210202001"), ("210202008", "210202005")),
    ),
    _District(
        "210203",
        (121.60, 38.87, 121.63, 38.94),
        (("210203013", "210203010"), ("210203011", "210203004"), ("210203001",)),
    ),
    _District(
        "210204",
        (121.555, 38.87, 121.60, 38.94),
        (("210204010", "210204017"), ("210204008", "210204011", "210204009"), ("210204006", "210204018")),
    ),
    _District(
        "210211",
        (121.44, 38.94, 121.72, 39.06),
        (
            ("210211015", "210211010", "210211001", "210211002", "210211004"),
            ("210211014", "210211008", "210211007", "210211006", "210211018"),
            ("210211020", "210211019", "210211400", "210211017"),
        ),
    ),
    _District(HIGH_TECH, (121.44, 38.83, 121.555, 38.94), (("210211021", "210211016"),)),
)
#: Class of a component → owner, keeper, how many of a hundred.
_CLASSES = (
    ("0137", "市路灯管理处", "路灯维护一队", 22),
    ("0101", "自来水集团", "自来水集团", 10),
    ("0102", "市排水处", "排水养护公司", 12),
    ("0103", "市排水处", "排水养护公司", 10),
    ("0104", "市排水处", "排水养护公司", 8),
    ("0105", "供电公司", "供电公司", 5),
    ("0110", "供热公司", "供热公司", 4),
    ("0111", "燃气集团", "燃气集团", 4),
    ("0204", "公交集团", "公交集团", 4),
    ("0212", "市政设施处", "市政养护公司", 3),
    ("0217", "市政设施处", "市政养护公司", 4),
    ("0305", "环境卫生处", "环卫公司", 8),
    ("0402", "园林绿化处", "绿化养护公司", 6),
)
_STATES = (("good", 96), ("damaged", 3), ("missing", 1))


async def add(session: AsyncSession, now: datetime, parts: int = PARTS) -> bool:
    """Make the demo city in the caller's transaction unless a city has been drawn already; whether it did."""
    if await session.scalar(select(exists().where(PlaceShape.id > 0))):
        return False
    names: dict[str, str] = {row[0]: row[1] for row in await session.execute(select(Place.code, Place.name))}
    tree = list(places(names))
    await store.put_places(session, tree, now.astimezone(CHINA).date())
    await store.put_landmarks(session, landmarks(tree), now)
    await store.put_parts(session, list(make_parts(tree, parts)), await read_tree(session), now)
    return True


def places(names: dict[str, str]) -> Iterator[NewPlace]:
    """Districts with their streets, communities and cells, larger ones first; names of streets as shipped."""
    for district in _DISTRICTS:
        name = "高新园区" if district.code == HIGH_TECH else names[district.code]
        yield NewPlace(district.code, name, Level.DISTRICT, CITY, _polygon(district.box))
        for street, around in _streets(district):
            yield NewPlace(street, names[street], Level.STREET, district.code, _polygon(around))
            short = names[street].removesuffix("街道").removesuffix("农场")
            for n, part in enumerate(_split(around, *_COMMUNITIES)):
                code = f"{street}{n + 1:03}"
                title = f"{short}{_NUMERALS[n]}社区"
                yield NewPlace(code, title, Level.COMMUNITY, street, _polygon(part))
                for m, square in enumerate(_split(part, *_CELLS)):
                    yield NewPlace(
                        f"{code}{m + 1:03}", f"{title}{m + 1}号网格", Level.CELL, code, _polygon(square)
                    )


def make_parts(tree: list[NewPlace], count: int) -> Iterator[NewPart]:
    """So many components spread over the cells, with codes in order of each division and class."""
    random, serials = Random(12319), dict[str, int]()  # noqa: S311 - the same city each time
    cells = [_box_of(one) for one in tree if one.level == Level.CELL]
    kinds, states = [one[0] for one in _CLASSES], [one[0] for one in _STATES]
    about = {one[0]: one for one in _CLASSES}
    for n in range(count):
        code, (west, south, east, north) = cells[n % len(cells)]
        kind = random.choices(kinds, [one[3] for one in _CLASSES])[0]
        state = random.choices(states, [one[1] for one in _STATES])[0]
        stem = code[:6] + kind
        serials[stem] = serials.get(stem, 0) + 1
        lon = round(west + (east - west) * random.uniform(0.02, 0.98), 6)
        lat = round(south + (north - south) * random.uniform(0.02, 0.98), 6)
        owner, keeper = about[kind][1:3]
        yield NewPart(f"{stem}{serials[stem]:06}", lon, lat, "", owner, keeper, state)


def landmarks(tree: list[NewPlace]) -> list[NewLandmark]:
    """Well-known places of Dalian about where they are, and made-up shops and schools in every street."""
    random, found = Random(12319), list(LANDMARKS)  # noqa: S311 - as above
    for place in tree:
        if place.level != Level.STREET:
            continue
        _, (west, south, east, north) = _box_of(place)
        short = place.name.removesuffix("街道")
        for sort in SHOPS:
            lon = round(random.uniform(west + 0.001, east - 0.001), 6)
            lat = round(random.uniform(south + 0.001, north - 0.001), 6)
            found.append(NewLandmark(f"{short}{sort}", lon, lat, sort))
    return found


def _streets(district: _District) -> Iterator[tuple[str, Box]]:
    west, south, east, north = district.box
    height = (north - south) / len(district.rows)
    for n, row in enumerate(district.rows):
        band = (west, south + n * height, east, south + (n + 1) * height)
        yield from zip(row, _split(band, len(row), 1), strict=True)


def _split(box: Box, across: int, up: int) -> list[Box]:
    """A rectangle in equal ones, from the south-west, row by row."""
    west, south, east, north = box
    x = [west + (east - west) * n / across for n in range(across)] + [east]
    y = [south + (north - south) * n / up for n in range(up)] + [north]
    return [(x[i], y[j], x[i + 1], y[j + 1]) for j in range(up) for i in range(across)]


def _polygon(box: Box) -> dict[str, object]:
    west, south, east, north = (round(edge, 6) for edge in box)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _box_of(place: NewPlace) -> tuple[str, Box]:
    outline = place.outline or {}
    ring = outline["coordinates"][0]
    return place.code, (*ring[0], *ring[2])
