"""The office calendar: what each day is, and this hotline's own days."""

from __future__ import annotations

from datetime import date
from http import HTTPMethod
from typing import Literal

from pydantic import Field

from core.calendar import Day, DayKind, store
from core.tables import Role
from web.api.route import EVERYBODY, Answer, Ask, Asked, Routes

routes = Routes("calendar")

_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


class YearPath(Asked):
    year: int = Field(ge=2008, le=2099)


class DayPath(Asked):
    date: date


class DayBody(Asked):
    #: A weekend is what is left when a local day is removed; nobody declares one.
    kind: Literal[DayKind.WORKDAY, DayKind.HOLIDAY, DayKind.MAKEUP, DayKind.SPECIAL]
    name: str = Field("", max_length=64)


class DayAnswer(Answer):
    date: date
    kind: DayKind
    name: str
    #: The library of holidays (or the plain week), or a person here.
    source: Literal["library", "local"]


class YearAnswer(Answer):
    year: int
    #: False: the year's notice of holidays is missing; only weekends are off until it is entered.
    known: bool
    days: list[DayAnswer]


@routes.add(HTTPMethod.GET, "/calendar/{year}", "Every day of a year (工作日历)", roles=EVERYBODY)
async def year(ask: Ask, path: YearPath) -> YearAnswer:
    return await _year(ask, path.year)


@routes.add(
    HTTPMethod.PUT,
    "/calendar/days/{date}",
    "Declare what a day is (特殊日)",
    roles=_ADMINISTRATORS,
)
async def put_day(ask: Ask, path: DayPath, body: DayBody) -> DayAnswer:
    services = ask.services
    await store.put_day(
        services.sessions,
        path.date,
        DayKind(body.kind),
        body.name,
        actor=ask.account,
        address=ask.address,
        clock=services.clock,
    )
    return await _day(ask, path.date)


@routes.add(
    HTTPMethod.DELETE,
    "/calendar/days/{date}",
    "Let a day be again what the library says",
    roles=_ADMINISTRATORS,
)
async def remove_day(ask: Ask, path: DayPath) -> DayAnswer:
    services = ask.services
    await store.remove_day(
        services.sessions, path.date, actor=ask.account, address=ask.address, clock=services.clock
    )
    return await _day(ask, path.date)


@routes.add(
    HTTPMethod.POST,
    "/calendar/{year}/complete",
    "Declare that a year's holidays have all been entered (确认全年节假日)",
    roles=_ADMINISTRATORS,
)
async def complete(ask: Ask, path: YearPath) -> YearAnswer:
    services = ask.services
    await store.complete_year(
        services.sessions, path.year, actor=ask.account, address=ask.address, clock=services.clock
    )
    return await _year(ask, path.year)


async def _year(ask: Ask, number: int) -> YearAnswer:
    async with ask.services.sessions() as db:
        calendar = await store.read(db)
    days = [_answer(day) for day in calendar.year(number)]
    return YearAnswer(year=number, known=calendar.known(number), days=days)


async def _day(ask: Ask, day: date) -> DayAnswer:
    async with ask.services.sessions() as db:
        return _answer((await store.read(db)).day(day))


def _answer(day: Day) -> DayAnswer:
    return DayAnswer(date=day.date, kind=day.kind, name=day.name, source=day.source)
