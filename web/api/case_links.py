"""Cases that belong together (关联): hints, what was merged or split, group events, repeats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPMethod

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing import scope
from ticketing.errors import NoSuchCaseError
from ticketing.links import Hint, family, hints, repeats
from ticketing.links.repeats import Repeat
from ticketing.tables import Case, Stage
from web.api.house_models import IdPath
from web.api.masking import Viewer
from web.api.route import Answer, Ask, Asked, Routes
from web.api.routing import CENTRE

routes = Routes("case-links")

#: Characters of a description that a list shows.
_EXCERPT = 60


class LinkedCase(Answer):
    id: int
    number: str | None
    stage: Stage
    created_at: datetime
    district: str | None
    address: str
    description: str


class HintAnswer(Answer):
    case: LinkedCase
    #: Metres; None: one of the two has no coordinates.
    distance_m: float | None
    hours: float
    #: 0 … 1
    words: float
    why: str
    why_en: str


class CaseLinks(Answer):
    #: 群发事件: what is merged into it is closed with it.
    is_group: bool
    into: LinkedCase | None
    split_from: LinkedCase | None
    splits: list[LinkedCase]
    #: Merged into it: the newest 100, and how many in all.
    reports: list[LinkedCase]
    reports_total: int
    #: May be the same, likeliest first (疑似重复).
    hints: list[HintAnswer]


class RepeatsQuery(Asked):
    days: int = Field(30, ge=1, le=366)
    #: Cases a row has at least.
    least: int = Field(2, ge=2, le=1000)


class RepeatAnswer(Answer):
    #: A number as the reader may see it; the name of a grid cell; a street with an address.
    label: str
    #: Code of the cell or street; empty for callers.
    place: str
    count: int
    open: int
    last_at: datetime
    #: The newest 5.
    cases: list[LinkedCase]


class Repeats(Answer):
    items: list[RepeatAnswer]


class GroupEvent(Answer):
    case: LinkedCase
    #: Why it is one.
    note: str
    reports: int


class GroupEvents(Answer):
    items: list[GroupEvent]


@routes.add(HTTPMethod.GET, "/cases/{id}/links", "What belongs to a case (关联案卷)", roles=CENTRE)
async def case_links(ask: Ask, path: IdPath) -> CaseLinks:
    async with ask.services.sessions() as db:
        case = await _case(db, ask, path.id)
        found = await family.of(db, case)
        alike = await hints(db, case, ask.services.settings.cases)
    return CaseLinks(
        is_group=case.is_group,
        into=_linked(found.into) if found.into else None,
        split_from=_linked(found.split_from) if found.split_from else None,
        splits=[_linked(one) for one in found.splits],
        reports=[_linked(one) for one in found.reports],
        reports_total=found.total,
        hints=[_hint(one) for one in alike],
    )


@routes.add(HTTPMethod.GET, "/repeats/callers", "Who calls again and again (重复来电)", roles=CENTRE)
async def repeat_callers(ask: Ask, query: RepeatsQuery) -> Repeats:
    since = ask.services.clock.now() - timedelta(days=query.days)
    viewer = Viewer.of(ask.account)
    async with ask.services.sessions() as db:
        found = await repeats.callers(db, since=since, least=query.least)
    return Repeats(items=[_repeat(one, viewer.shows(one.label, None)) for one in found])


@routes.add(HTTPMethod.GET, "/repeats/places", "Where it happens again (重复地点)", roles=CENTRE)
async def repeat_places(ask: Ask, query: RepeatsQuery) -> Repeats:
    since = ask.services.clock.now() - timedelta(days=query.days)
    async with ask.services.sessions() as db:
        found = await repeats.places(db, since=since, least=query.least)
    return Repeats(items=[_repeat(one, one.label) for one in found])


@routes.add(HTTPMethod.GET, "/group-events", "Group events under way (群发事件)", roles=CENTRE)
async def group_events(ask: Ask) -> GroupEvents:
    async with ask.services.sessions() as db:
        found = await family.events(db)
    items = [GroupEvent(case=_linked(one.case), note=one.note, reports=one.reports) for one in found]
    return GroupEvents(items=items)


async def _case(db: AsyncSession, ask: Ask, case_id: int) -> Case:
    reach = await scope.of(db, ask.account)
    case = await db.scalar(select(Case).where(Case.id == case_id, reach.cases()))
    if case is None:
        raise NoSuchCaseError
    return case


def _linked(case: Case) -> LinkedCase:
    same = ("id", "number", "created_at", "district", "address")
    return LinkedCase(
        **{name: getattr(case, name) for name in same},
        stage=Stage(case.stage),
        description=case.description[:_EXCERPT],
    )


def _hint(hint: Hint) -> HintAnswer:
    same = ("distance_m", "hours", "words", "why", "why_en")
    return HintAnswer(case=_linked(hint.case), **{name: getattr(hint, name) for name in same})


def _repeat(one: Repeat, label: str) -> RepeatAnswer:
    cases: Sequence[Case] = one.cases
    return RepeatAnswer(
        label=label,
        place=one.place,
        count=one.count,
        open=one.open,
        last_at=one.last_at,
        cases=[_linked(each) for each in cases],
    )
