"""The stage of a simulation: a database of its own with catalogue, places, units and people of every role."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import migrate
from core.db import SessionFactory, make_engine, make_sessions
from core.tables import Account, Role, Unit
from hotline import demo_city, demo_messages, demo_routing, demo_units
from hotline.simulate.reports import Place as Spot
from ticketing import catalogue
from ticketing.places.levels import Level
from ticketing.places.memory import TREE
from ticketing.tables import Case, Place

_PREFIX = "sim-"
#: Role → how many of them sit in the centre.
_CENTRE = {
    Role.SEAT: 30,
    Role.SHIFT_LEADER: 4,
    Role.DISPATCHER: 5,
    Role.LEADER: 2,
    Role.ASSESSOR: 2,
    Role.ADMINISTRATOR: 1,
}
_A_UNIT, _A_DISTRICT = 3, 2
#: Level of a street (街道) among places.
_STREET = 4


@dataclass(frozen=True)
class Staff:
    """Everybody who acts, by role and by unit; a person may be in both."""

    by_role: dict[str, list[Account]]
    by_unit: dict[str, list[Account]]
    #: Collectors (监督员) by district.
    collectors: dict[str, list[Account]]


@asynccontextmanager
async def opened(url: str, *, is_own: bool) -> AsyncIterator[SessionFactory]:
    """Sessions on the migrated database `url`; `is_own`: it is thrown away, so need not be safe."""
    await migrate.upgrade(url)
    engine = make_engine(url)
    if is_own and url.startswith("sqlite"):

        @event.listens_for(engine.sync_engine, "connect")
        def _unsafe(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.close()

    try:
        yield make_sessions(engine)
    finally:
        await engine.dispose()


async def cases_in(sessions: SessionFactory) -> int:
    """How many cases there are already."""
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(Case)) or 0


async def furnish(sessions: SessionFactory, now: datetime, parts: int) -> tuple[Staff, Sequence[Spot]]:
    """Add what the play needs and is missing; the people, and the streets things happen in.

    The people cannot log in: their accounts have no password.
    """
    async with sessions() as session:
        await catalogue.load(session)
        await demo_units.add(session)
        await demo_city.add(session, now, parts)
        await demo_routing.add(session, now)
        await session.flush()
        units = list(await session.scalars(select(Unit).order_by(Unit.code)))
        there = set(await session.scalars(select(Account.username)))
        people = [one for one in _people(units, now) if one.username not in there]
        session.add_all(people)
        await session.flush()
        await demo_messages.add(session, now)
        await session.commit()
        return await _staff(session, units), await _spots(session, units, now)


def _people(units: Sequence[Unit], now: datetime) -> list[Account]:
    rows: list[tuple[Role, str | None, int]] = [
        (role, None, number) for role, most in _CENTRE.items() for number in range(1, most + 1)
    ]
    for unit in units:
        if unit.code == unit.district:
            wanted = [(Role.DISTRICT_AGENT, _A_DISTRICT), (Role.COLLECTOR, _A_DISTRICT)]
        else:
            wanted = [(Role.DEPARTMENT, _A_UNIT)]
        rows += [(role, unit.code, number) for role, most in wanted for number in range(1, most + 1)]
    return [
        Account(
            username=_PREFIX + "-".join(filter(None, (role, unit, str(number)))),
            display_name="".join(filter(None, ("演练", role, unit, str(number)))),
            role=role,
            unit=unit,
            password_hash="",
            failures=0,
            created_at=now,
        )
        for role, unit, number in rows
    ]


async def _staff(session: AsyncSession, units: Sequence[Unit]) -> Staff:
    query = select(Account).where(Account.username.startswith(_PREFIX)).order_by(Account.id)
    districts = {unit.code: unit.district for unit in units}
    staff = Staff({}, {}, {})
    for person in await session.scalars(query):
        staff.by_role.setdefault(person.role, []).append(person)
        if person.role == Role.COLLECTOR:
            staff.collectors.setdefault(districts[person.unit or ""] or "", []).append(person)
        elif person.unit:
            staff.by_unit.setdefault(person.unit, []).append(person)
    return staff


async def _spots(session: AsyncSession, units: Sequence[Unit], now: datetime) -> list[Spot]:
    """Streets of the districts that have departments."""
    districts = {unit.district for unit in units if unit.code == f"{unit.district}-roads"}
    tree = await TREE.current(session)
    points: dict[str, list[tuple[float, float]]] = {}
    for named, lon, lat in tree.middles(now.date()):
        if named.level == Level.CELL:
            points.setdefault(named.code[:9], []).append((lon, lat))
    query = select(Place).where(Place.level == _STREET, Place.parent.in_(districts))
    return [
        Spot(one.parent or "", one.code, one.name, tuple(points.get(one.code, ())))
        for one in await session.scalars(query.order_by(Place.code))
    ]
