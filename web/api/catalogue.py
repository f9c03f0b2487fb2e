"""What forms choose from: editions, classes with their severity rows, and places."""

from __future__ import annotations

from datetime import date
from http import HTTPMethod

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from core.errors import InvalidError
from ticketing import catalogue, scope
from ticketing.catalogue.search import search
from ticketing.errors import NoSuchCaseError
from ticketing.suggestions import Named, Suggester
from ticketing.tables import Case
from web.api.catalogue_models import (
    ClassFoundAnswer,
    ClassQuery,
    ClassSearchQuery,
    ClassSuggestBody,
    ClassSuggestionAnswer,
    EditionAnswer,
    SeverityAnswer,
)
from web.api.models import CategoryAnswer, PlaceAnswer
from web.api.route import EVERYBODY, Ask, Asked, Routes

routes = Routes("catalogue")


class CategoriesQuery(Asked):
    #: Year of the standard's edition (2013: GB/T 30428.2-2013); empty: the default one.
    edition: str = Field("", max_length=8)
    #: Only classes that hold on this day (China); none: ended ones too.
    on: date | None = None


@routes.add(HTTPMethod.GET, "/catalogue/editions", "Editions of the catalogue (目录版本)", roles=EVERYBODY)
async def editions(ask: Ask) -> list[EditionAnswer]:
    default = ask.services.settings.cases.edition
    async with ask.services.sessions() as db:
        found = await catalogue.editions(db)
    return [EditionAnswer(code=one.code, name=one.name, is_default=one.code == default) for one in found]


@routes.add(HTTPMethod.GET, "/catalogue/categories", "Categories of an edition (部件与事件)", roles=EVERYBODY)
async def categories(ask: Ask, query: CategoriesQuery) -> list[CategoryAnswer]:
    async with ask.services.sessions() as db:
        found = await catalogue.categories(db, await standing_edition(ask, db, query.edition), query.on)
    return [CategoryAnswer.model_validate(one, from_attributes=True) for one in found]


@routes.add(
    HTTPMethod.GET,
    "/catalogue/search",
    "Classes by code, words of the name, pinyin or its initials, best first",
    roles=EVERYBODY,
)
async def search_classes(ask: Ask, query: ClassSearchQuery) -> list[ClassFoundAnswer]:
    async with ask.services.sessions() as db:
        classes = await catalogue.categories(db, await standing_edition(ask, db, query.edition), _today(ask))
    return [
        ClassFoundAnswer.model_validate({"category": hit.one, "why": hit.why}, from_attributes=True)
        for hit in search(classes, query.text, query.limit)
    ]


@routes.add(
    HTTPMethod.POST,
    "/catalogue/suggestions",
    "Classes a report may belong to, likeliest first, with the reason (类别建议)",
    roles=EVERYBODY,
)
async def suggestions(ask: Ask, body: ClassSuggestBody) -> list[ClassSuggestionAnswer]:
    async with ask.services.sessions() as db:
        text = body.text if body.case_id is None else await _description(ask, db, body.case_id)
        classes = await catalogue.categories(db, await standing_edition(ask, db, body.edition), _today(ask))
    suggester = Suggester(Named(one.kind, one.code, one.major, one.minor) for one in classes)
    return [
        ClassSuggestionAnswer(**vars(one.named), score=one.score, why=list(one.why), reason=one.reason)
        for one in suggester.suggest(text, body.limit)
    ]


@routes.add(
    HTTPMethod.GET, "/catalogue/severities", "Severity rows of a class, the worst first", roles=EVERYBODY
)
async def severities(ask: Ask, query: ClassQuery) -> list[SeverityAnswer]:
    key = (query.edition, query.kind, query.code)
    async with ask.services.sessions() as db:
        if why := await catalogue.unknown_class(db, key, None):
            raise InvalidError("查询条件有误", fields={"code": why})
        rows = await catalogue.severities(db, key, query.on)
    return [SeverityAnswer.model_validate(one, from_attributes=True) for one in rows]


@routes.add(HTTPMethod.GET, "/catalogue/places", "City, districts and streets", roles=EVERYBODY)
async def places(ask: Ask) -> list[PlaceAnswer]:
    async with ask.services.sessions() as db:
        found = await catalogue.places(db)
    return [PlaceAnswer.model_validate(one, from_attributes=True) for one in found]


def _today(ask: Ask) -> date:
    return ask.services.clock.now().astimezone(CHINA).date()


async def standing_edition(ask: Ask, db: AsyncSession, code: str) -> str:
    """The edition asked for, or the default one.

    Raises:
        InvalidError: there is no such edition.
    """
    if not code:
        return ask.services.settings.cases.edition
    if code not in {one.code for one in await catalogue.editions(db)}:
        raise InvalidError("查询条件有误", fields={"edition": f"没有“{code}”版目录"})
    return code


async def _description(ask: Ask, db: AsyncSession, case_id: int) -> str:
    """What is written in a case of the reader's.

    Raises:
        NoSuchCaseError: they see no such case.
    """
    reach = await scope.of(db, ask.account)
    text = await db.scalar(select(Case.description).where(Case.id == case_id, reach.cases()))
    if text is None:
        raise NoSuchCaseError
    return text
