"""Places: the tree, the cell of a point, and points for what a caller says (地点)."""

from __future__ import annotations

from datetime import date
from http import HTTPMethod
from typing import Any

from pydantic import Field

from core.clock import CHINA
from core.tables import Role
from ticketing.forms import Line
from ticketing.places import gazetteer, queries
from ticketing.places.doors import Doors, NoSuchPlaceError
from ticketing.places.index import Located, Named
from ticketing.places.memory import TREE
from ticketing.tables import Place
from web.api.route import EVERYBODY, Answer, Ask, Asked, Routes

routes = Routes("places")

#: Who keeps tree and gazetteer.
KEEPERS = frozenset({Role.ADMINISTRATOR})


class PointQuery(Asked):
    #: Degrees, CGCS2000 (WGS 84).
    longitude: float = Field(ge=-180, le=180)
    latitude: float = Field(ge=-90, le=90)


class LocateQuery(PointQuery):
    #: The day the outlines count on; none: today in China.
    on: date | None = None


class NamedPlace(Answer):
    code: str
    name: str


class LocatedAnswer(Answer):
    """Where a point lies; null: the city has drawn nothing that small there."""

    district: NamedPlace | None
    street: NamedPlace | None
    community: NamedPlace | None
    #: Grid cell (单元网格), 15 digits.
    cell: NamedPlace | None


class PlaceSearchQuery(Asked):
    text: str = Field(min_length=1, max_length=200)
    #: Code of the district the caller named: what lies in another counts less.
    district: str = Field("", max_length=15, pattern=r"^[0-9]*$")
    most: int = Field(8, ge=1, le=20)


class PlaceHit(Answer):
    name: str
    sort: str
    longitude: float
    latitude: float
    #: Only its order means anything.
    score: float
    why: str
    #: Nobody has noted anything there: only the direction was said.
    is_guess: bool
    located: LocatedAnswer | None


class PlaceHitsAnswer(Answer):
    items: list[PlaceHit]


class TreeQuery(Asked):
    #: Code of the place whose parts are wanted; none: the city.
    parent: str = Field("", max_length=15, pattern=r"^[0-9]*$")


class TreePlace(Answer):
    code: str
    name: str
    #: 2 city, 3 district (区), 4 street (街道), 5 community (社区), 6 grid cell (单元网格).
    level: int
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    #: How many places lie right below it.
    below: int


class PlaceTreeAnswer(Answer):
    items: list[TreePlace]


class PlaceCodePath(Asked):
    code: str = Field(min_length=1, max_length=15, pattern=r"^[0-9]+$")


class OutlineAnswer(Answer):
    #: GeoJSON Polygon or MultiPolygon.
    outline: dict[str, Any]
    valid_from: date | None
    valid_to: date | None


class PlaceOutlines(Answer):
    items: list[OutlineAnswer]


class PlaceBody(Asked):
    """What is not named stays as it is."""

    name: Line = Field("", min_length=1, max_length=64)
    valid_from: date | None = None
    #: Last day it counts; old cases keep it.
    valid_to: date | None = None


@routes.add(
    HTTPMethod.GET,
    "/places/locate",
    "The grid cell of a point (坐标定位网格)",
    roles=EVERYBODY,
    errors=(422,),
)
async def locate(ask: Ask, query: LocateQuery) -> LocatedAnswer:
    day = query.on or ask.services.clock.now().astimezone(CHINA).date()
    async with ask.services.sessions() as db:
        tree = await TREE.current(db)
    return located(tree.locate(query.longitude, query.latitude, day))


@routes.add(HTTPMethod.GET, "/places/search", "Places a caller may mean (地名检索)", roles=EVERYBODY)
async def search(ask: Ask, query: PlaceSearchQuery) -> PlaceHitsAnswer:
    async with ask.services.sessions() as db:
        found = await gazetteer.find(db, query.text, query.district or None, query.most)
    items = [
        PlaceHit(**vars(hit) | {"located": located(hit.located) if hit.located else None}) for hit in found
    ]
    return PlaceHitsAnswer(items=items)


@routes.add(HTTPMethod.GET, "/places/tree", "The places right below one (行政区划与网格)", roles=EVERYBODY)
async def tree(ask: Ask, query: TreeQuery) -> PlaceTreeAnswer:
    async with ask.services.sessions() as db:
        found = await queries.children(db, query.parent or None)
    return PlaceTreeAnswer(items=[_place(place, below) for place, below in found])


@routes.add(HTTPMethod.GET, "/places/tree/{code}/outlines", "Outlines a place has and had", roles=EVERYBODY)
async def outlines(ask: Ask, path: PlaceCodePath) -> PlaceOutlines:
    async with ask.services.sessions() as db:
        if await db.get(Place, path.code) is None:
            raise NoSuchPlaceError
        found = await queries.outlines(db, path.code)
    return PlaceOutlines(items=[OutlineAnswer.model_validate(one, from_attributes=True) for one in found])


@routes.add(HTTPMethod.PATCH, "/places/tree/{code}", "Rename a place, or end it", roles=KEEPERS)
async def change_place(ask: Ask, path: PlaceCodePath, body: PlaceBody) -> TreePlace:
    services = ask.services
    doors = Doors(services.sessions, ask.account, ask.address, services.clock)
    await doors.change_place(path.code, body.model_dump(exclude_unset=True))
    async with services.sessions() as db:
        place = await db.get_one(Place, path.code)
        below = await queries.children(db, path.code)
    return _place(place, len(below))


def located(found: Located) -> LocatedAnswer:
    """As the API says it."""
    return LocatedAnswer(
        district=_named(found.district),
        street=_named(found.street),
        community=_named(found.community),
        cell=_named(found.cell),
    )


def _named(one: Named | None) -> NamedPlace | None:
    return NamedPlace(code=one.code, name=one.name) if one else None


def _place(place: Place, below: int) -> TreePlace:
    values = {name: getattr(place, name) for name in TreePlace.model_fields.keys() - {"below"}}
    return TreePlace(**values, below=below)
