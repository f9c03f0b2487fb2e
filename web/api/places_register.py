"""Components (部件) near a point, and names of the gazetteer (地名)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPMethod
from typing import Annotated, Any

from pydantic import Field

from core.tables import Role
from ticketing.forms import Line
from ticketing.places import queries
from ticketing.places.doors import Doors, NoSuchPartError
from ticketing.places.parts import FARTHEST_M, nearest_parts
from ticketing.places.tables import Landmark, Part, PartState
from web.api.places import KEEPERS, PointQuery
from web.api.route import EVERYBODY, Answer, Ask, Asked, Routes

routes = Routes("places-register")

#: Who says how a component is: those who learn of it.
_MENDERS = KEEPERS | {Role.DISPATCHER, Role.SHIFT_LEADER}
_LARGEST = 2**31 - 1
Short = Annotated[Line, Field(max_length=64)]
#: Of the row the writer was looking at.
Version = Annotated[int, Field(ge=0, le=_LARGEST)]


class NearComponentsQuery(PointQuery):
    #: Only of this class of 部件, 4 digits.
    category: str = Field("", max_length=4, pattern=r"^([0-9]{4})?$")
    within_m: float = Field(200, gt=0, le=FARTHEST_M)
    most: int = Field(5, ge=1, le=50)


class ComponentAnswer(Answer):
    #: 6 division + 2 major + 2 minor + 6 serial.
    code: str
    category: str
    name: str
    #: 权属单位
    owner: str
    #: 养护单位
    keeper: str
    state: PartState
    longitude: float
    latitude: float
    cell: str | None
    version: int


class NearComponentAnswer(ComponentAnswer):
    distance_m: float


class NearComponentsAnswer(Answer):
    items: list[NearComponentAnswer]


class ComponentPath(Asked):
    code: str = Field(pattern=r"^[0-9]{16}$")


class ComponentBody(Asked):
    """What is not named stays as it is."""

    version: Version
    name: Short = ""
    owner: Short = ""
    keeper: Short = ""
    state: PartState = PartState.GOOD
    longitude: float = Field(0, ge=-180, le=180)
    latitude: float = Field(0, ge=-90, le=90)


class LandmarksQuery(Asked):
    text: str = Field("", max_length=64)
    limit: int = Field(50, ge=1, le=200)
    cursor: int = Field(0, ge=0, le=_LARGEST)


class LandmarkBody(Asked):
    name: Line = Field(min_length=1, max_length=64)
    #: What else people call it.
    aliases: list[Annotated[Line, Field(min_length=1, max_length=64)]] = Field(
        default_factory=list, max_length=20
    )
    #: What sort of thing it is, in a word: 加油站.
    sort: Line = Field("", max_length=16)
    longitude: float = Field(ge=-180, le=180)
    latitude: float = Field(ge=-90, le=90)
    is_active: bool = True


class LandmarkChange(LandmarkBody):
    version: Version


class LandmarkAnswer(LandmarkBody, Answer):
    id: int
    version: int


class LandmarksAnswer(Answer):
    items: list[LandmarkAnswer]
    next: int | None


class LandmarkPath(Asked):
    id: int = Field(ge=1, le=_LARGEST)


@routes.add(HTTPMethod.GET, "/parts", "The components nearest to a point (附近部件)", roles=EVERYBODY)
async def near(ask: Ask, query: NearComponentsQuery) -> NearComponentsAnswer:
    async with ask.services.sessions() as db:
        found = await nearest_parts(
            db, query.longitude, query.latitude, query.category or None, query.within_m, most=query.most
        )
    items = [NearComponentAnswer(**_values(one.part), distance_m=round(one.distance_m, 1)) for one in found]
    return NearComponentsAnswer(items=items)


@routes.add(HTTPMethod.GET, "/parts/{code}", "One component (部件)", roles=EVERYBODY)
async def part(ask: Ask, path: ComponentPath) -> ComponentAnswer:
    async with ask.services.sessions() as db:
        found = await db.get(Part, path.code)
    if found is None:
        raise NoSuchPartError
    return ComponentAnswer(**_values(found))


@routes.add(HTTPMethod.PATCH, "/parts/{code}", "Say how a component is", roles=_MENDERS, errors=(409,))
async def change_part(ask: Ask, path: ComponentPath, body: ComponentBody) -> ComponentAnswer:
    values = body.model_dump(exclude_unset=True, exclude={"version"})
    return ComponentAnswer(**_values(await _doors(ask).change_part(path.code, body.version, values)))


@routes.add(HTTPMethod.GET, "/landmarks", "Names of the gazetteer, newest first (地名)", roles=EVERYBODY)
async def landmarks(ask: Ask, query: LandmarksQuery) -> LandmarksAnswer:
    async with ask.services.sessions() as db:
        found, cursor = await queries.landmarks(db, query.text, after=query.cursor, limit=query.limit)
    return LandmarksAnswer(items=[_landmark(one) for one in found], next=cursor)


@routes.add(HTTPMethod.POST, "/landmarks", "Add a name", roles=KEEPERS, status=201)
async def add_landmark(ask: Ask, body: LandmarkBody) -> LandmarkAnswer:
    return _landmark(await _doors(ask).add_landmark(body.model_dump()))


@routes.add(HTTPMethod.PATCH, "/landmarks/{id}", "Change a name", roles=KEEPERS, errors=(409,))
async def change_landmark(ask: Ask, path: LandmarkPath, body: LandmarkChange) -> LandmarkAnswer:
    values = body.model_dump(exclude={"version"})
    return _landmark(await _doors(ask).change_landmark(path.id, body.version, values))


def _doors(ask: Ask) -> Doors:
    return Doors(ask.services.sessions, ask.account, ask.address, ask.services.clock)


def _values(row: Part) -> Mapping[str, Any]:
    return {name: getattr(row, name) for name in ComponentAnswer.model_fields}


def _landmark(row: Landmark) -> LandmarkAnswer:
    return LandmarkAnswer(**{name: getattr(row, name) for name in LandmarkAnswer.model_fields})
