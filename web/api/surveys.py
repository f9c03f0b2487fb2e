"""What citizens think: of the talk (满意度评价), and of the result of their case (结果回访)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from http import HTTPMethod

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.ledger import queries as ledger
from ivr.surveys import queries as surveys
from ivr.visits import queries as visits
from ivr.visits.tables import Visit, VisitState
from ticketing import queries as cases
from web.api.masking import Viewer
from web.api.route import STAFF, Answer, Ask, Asked, Routes

routes = Routes("surveys")
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)


class SummaryQuery(Asked):
    #: Days in China, both included.
    from_: date | None = Field(None, alias="from", ge=_FIRST, le=_LAST)
    to: date | None = Field(None, ge=_FIRST, le=_LAST)


class LevelAnswer(Answer):
    #: 1 to 5, the key the caller pressed.
    level: int
    label: str
    count: int


class SeatSurvey(Answer):
    seat: str
    asked: int
    answered: int
    levels: list[LevelAnswer]


class SurveySummary(Answer):
    asked: int
    answered: int
    levels: list[LevelAnswer]
    #: By extension; a seat sees its own row only.
    by_seat: list[SeatSurvey]


class VisitsQuery(Asked):
    state: VisitState | None = None
    limit: int = Field(100, ge=1, le=500)


class VisitAnswer(Answer):
    id: int
    case_id: int
    case_number: str
    #: Masked for a seat like the case's.
    number: str
    state: VisitState
    #: A level 1 to 5, person, refused; or why the last attempt, or the visit, came to nothing.
    result: str
    attempts: int
    #: When it is dialled next; None: never again.
    next_at: datetime | None
    call_id: str | None
    closed_at: datetime


class VisitPage(Answer):
    items: list[VisitAnswer]


@routes.add(HTTPMethod.GET, "/surveys/summary", "What callers thought of the talks (满意度)", roles=STAFF)
async def survey_summary(ask: Ask, query: SummaryQuery) -> SurveySummary:
    names = ask.services.settings.survey.levels
    viewer = Viewer.of(ask.account)
    async with ask.services.sessions() as db:
        found = await surveys.summary(db, query.from_, query.to)
    seats = [one for one in found.by_seat if viewer.sees_seat(one.seat)]
    return SurveySummary(
        asked=found.asked,
        answered=found.answered,
        levels=_levels(found.levels, names),
        by_seat=[
            SeatSurvey(
                seat=one.seat, asked=one.asked, answered=one.answered, levels=_levels(one.levels, names)
            )
            for one in seats
        ],
    )


@routes.add(HTTPMethod.GET, "/visits", "Result visits, newest first (结果回访)", roles=STAFF)
async def list_visits(ask: Ask, query: VisitsQuery) -> VisitPage:
    async with ask.services.sessions() as db:
        found = await visits.newest(db, state=query.state or "", limit=query.limit)
        numbers = await _numbers(db, found, Viewer.of(ask.account))
    return VisitPage(items=[_visit(one, numbers[one.id]) for one in found])


async def _numbers(db: AsyncSession, found: Sequence[Visit], viewer: Viewer) -> dict[int, str]:
    """The number of each visit as `viewer` may see it: as on the page of its case."""
    behind = await cases.by_id(db, {one.case_id for one in found})
    calls = await ledger.calls_by_id(db, {case.call_id for case in behind.values() if case.call_id})
    shown = {}
    for one in found:
        case = behind.get(one.case_id)
        call = calls.get(case.call_id or "") if case else None
        confidential = case is None or case.confidential
        shown[one.id] = viewer.shows(one.number, call, confidential=confidential)
    return shown


def _visit(visit: Visit, number: str) -> VisitAnswer:
    fields = {name: getattr(visit, name) for name in VisitAnswer.model_fields}
    waits = visit.state == VisitState.DUE
    return VisitAnswer(**fields | {"number": number, "next_at": visit.next_at if waits else None})


def _levels(counts: dict[int, int], names: list[str]) -> list[LevelAnswer]:
    return [
        LevelAnswer(level=level, label=name, count=counts.get(level, 0))
        for level, name in enumerate(names, start=1)
    ]
