"""Registered cases at places, and people who link them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from core.clock import FixedClock
from core.db import SessionFactory
from core.tables import Account
from ticketing import drafts, moves
from ticketing.tables import Case

#: A corner of 中山区, and metres of one degree of latitude.
LON, LAT, DEGREE_M = 121.64, 38.92, 111_195.0
COVER = {"edition": "2013", "kind": "部件", "code": "0101"}


def north(metres: float) -> dict[str, float]:
    """Coordinates so far north of the corner."""
    return {"longitude": LON, "latitude": LAT + metres / DEGREE_M}


@pytest.fixture
def registered(
    sessions: SessionFactory, clock: FixedClock, people: dict[str, Account], complete: dict[str, Any]
) -> Callable[..., Awaitable[Case]]:
    """Makes registered cases; `caller` is the number they came from, the rest goes into the form.

    Columns that a city's map has to confirm are put into the row itself.
    """
    made: list[int] = []

    async def make(caller: str = "13800001234", **fields: Any) -> Case:
        made.append(1)
        case, _ = await drafts.open_draft(
            sessions, call_id=f"l-{len(made)}", caller_number=caller, transcript="", clock=clock
        )
        point = {name: fields.pop(name) for name in ("longitude", "latitude", "cell") if name in fields}
        case = await moves.move(
            sessions,
            case_id=case.id,
            move="register",
            actor=people["seat"],
            version=case.version,
            fields=complete | {"category": COVER} | fields,
            clock=clock,
        )
        async with sessions.begin() as session:
            case = await session.get_one(Case, case.id)
            for name, value in point.items():
                setattr(case, name, value)
        return case

    return make


@pytest.fixture
def act(
    sessions: SessionFactory, clock: FixedClock, people: dict[str, Account]
) -> Callable[..., Awaitable[Case]]:
    """`await act(case.id, "merge", "seat", into=number)`: on whatever version the case has now."""

    async def do(case_id: int, move: str, who: str, note: str = "说明", **given: Any) -> Case:
        async with sessions() as session:
            version = (await session.get_one(Case, case_id)).version
        return await moves.move(
            sessions,
            case_id=case_id,
            move=move,
            actor=people[who],
            version=version,
            given=given,
            note=note,
            clock=clock,
        )

    return do
