"""What forms choose from: categories and places."""

from __future__ import annotations

from http import HTTPMethod

from pydantic import Field

from ticketing import catalogue
from web.api.models import CategoryAnswer, PlaceAnswer
from web.api.route import EVERYBODY, Ask, Asked, Routes

routes = Routes("catalogue")


class CategoriesQuery(Asked):
    #: Year of the standard's edition (2013: GB/T 30428.2-2013).
    edition: str = Field(catalogue.DEFAULT_EDITION, max_length=8)


@routes.add(HTTPMethod.GET, "/catalogue/categories", "Categories of an edition (部件与事件)", roles=EVERYBODY)
async def categories(ask: Ask, query: CategoriesQuery) -> list[CategoryAnswer]:
    async with ask.services.sessions() as db:
        found = await catalogue.categories(db, query.edition)
    return [CategoryAnswer.model_validate(one, from_attributes=True) for one in found]


@routes.add(HTTPMethod.GET, "/catalogue/places", "City, districts and streets", roles=EVERYBODY)
async def places(ask: Ask) -> list[PlaceAnswer]:
    async with ask.services.sessions() as db:
        found = await catalogue.places(db)
    return [PlaceAnswer.model_validate(one, from_attributes=True) for one in found]
