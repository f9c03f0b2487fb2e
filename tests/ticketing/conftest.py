"""A loaded catalogue, people of each role, and a draft to work on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from core.clock import FixedClock
from core.db import SessionFactory
from core.tables import Account, Unit
from ticketing import catalogue, drafts
from ticketing.tables import Case

#: What a seat has to fill in, at least.
COMPLETE: dict[str, Any] = {"kind": "complaint", "description": "路灯不亮", "district": "210202"}
#: Unit → district.
UNITS = {"parks": "210202", "roads": "210202", "water": None, "zhongshan": "210202", "xigang": "210203"}
#: Name → role and unit.
PEOPLE: dict[str, tuple[str, str | None]] = {
    **{
        role: (role, None)
        for role in ("seat", "shift_leader", "administrator", "dispatcher", "leader", "assessor", "collector")
    },
    "zhongshan": ("district_agent", "zhongshan"),
    "xigang": ("district_agent", "xigang"),
    **{f"{unit}{n}": ("department", unit) for unit in ("parks", "roads", "water") for n in (1, 2)},
}
NAMES = {"seat": "王芳", "shift_leader": "李强", "administrator": "赵敏"}


@pytest.fixture
def complete() -> dict[str, Any]:
    return dict(COMPLETE)


@pytest.fixture
async def people(sessions: SessionFactory, clock: FixedClock) -> dict[str, Account]:
    """An account of each role by role name; two people of each department by `<unit>1`, `<unit>2`;
    district agents by their unit. The catalogue and places are loaded too."""
    people = {
        name: Account(
            username=name,
            display_name=NAMES.get(name, name),
            role=role,
            unit=unit,
            password_hash="",
            failures=0,
            created_at=clock.now(),
        )
        for name, (role, unit) in PEOPLE.items()
    }
    async with sessions() as session:
        session.add_all(Unit(code=code, name=code, district=place) for code, place in UNITS.items())
        await session.flush()
        session.add_all(people.values())
        await catalogue.load(session)
        await session.commit()
    return people


@pytest.fixture
def open_draft(
    sessions: SessionFactory, clock: FixedClock, people: dict[str, Account]
) -> Callable[..., Awaitable[Case]]:
    async def make(call_id: str = "a-1", transcript: str = "") -> Case:
        case, _ = await drafts.open_draft(
            sessions, call_id=call_id, caller_number="13800001234", transcript=transcript, clock=clock
        )
        return case

    return make


@pytest.fixture
async def draft(open_draft: Callable[..., Awaitable[Case]]) -> Case:
    return await open_draft()
