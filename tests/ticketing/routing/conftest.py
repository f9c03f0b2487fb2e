"""Rules in force, and cases to route."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from core.clock import FixedClock
from core.db import SessionFactory
from core.tables import Account, Unit
from ticketing import drafts, moves
from ticketing.routing import editing, versions
from ticketing.routing.editing import RuleForm
from ticketing.routing.tables import RoutingRule, RoutingVersion, VersionState
from ticketing.routing.versions import Editor
from ticketing.tables import Case

#: Every district of the loaded places.
DISTRICTS = tuple(f"2102{n}" for n in ("02", "03", "04", "11", "12", "13", "14", "24", "81", "83"))
LAMP = {"category_edition": "2013", "category_kind": "部件", "category_code": "0115"}
COVER = {"category_edition": "2013", "category_kind": "部件", "category_code": "0101"}


@pytest.fixture
def editor(sessions: SessionFactory, clock: FixedClock, people: dict[str, Account]) -> Editor:
    return Editor(sessions, clock, people["administrator"], "127.0.0.1")


@pytest.fixture
async def platforms(sessions: SessionFactory, people: dict[str, Account]) -> None:
    """A platform for each district, under the district's code."""
    async with sessions.begin() as session:
        session.add_all(Unit(code=code, name=f"平台{code}", district=code) for code in DISTRICTS)


async def draft_with(editor: Editor, *rules: dict[str, Any]) -> int:
    """A draft with `rules` on top of what is in force; its revision."""
    row = await versions.begin(editor)
    for number, rule in enumerate(rules):
        await editing.add(editor, row.revision + number, RuleForm(**rule))
    return row.revision + len(rules)


@pytest.fixture
async def in_force(sessions: SessionFactory, clock: FixedClock, platforms: None) -> int:
    """Version 1: water's covers, other public facilities of 中山区, and the catch-alls."""
    rules = [
        *({"place": code, "unit": code} for code in DISTRICTS),
        COVER | {"unit": "water", "ground": "供水设施归供水企业"},
        LAMP | {"category_code": "01", "place": "210202", "unit": "roads"},
    ]
    async with sessions.begin() as session:
        state = VersionState.PUBLISHED
        session.add(RoutingVersion(version=1, state=state, made_at=clock.now(), published_at=clock.now()))
        await session.flush()
        session.add_all(RoutingRule(version=1, **rule) for rule in rules)
    return 1


@pytest.fixture
def established(
    sessions: SessionFactory, clock: FixedClock, people: dict[str, Account], complete: dict[str, Any]
) -> Callable[..., Awaitable[Case]]:
    """Makes cases that wait for 派遣."""
    made: list[int] = []

    async def make(**fields: Any) -> Case:
        made.append(1)
        case, _ = await drafts.open_draft(
            sessions,
            call_id=f"r-{len(made)}",
            caller_number="13800001234",
            transcript="",
            clock=clock,
        )
        given = complete | {"category": {"edition": "2013", "kind": "部件", "code": "0101"}} | fields
        for move, who in (("register", "seat"), ("establish", "shift_leader")):
            case = await moves.move(
                sessions,
                case_id=case.id,
                move=move,
                actor=people[who],
                version=case.version,
                fields=given if move == "register" else None,
                clock=clock,
            )
        return case

    return make


@pytest.fixture
def act(
    sessions: SessionFactory, clock: FixedClock, people: dict[str, Account]
) -> Callable[..., Awaitable[Case]]:
    """`await act(case, "dispatch", "dispatcher", unit="water")`"""

    async def do(case: Case, move: str, who: str, note: str = "说明", **given: Any) -> Case:
        return await moves.move(
            sessions,
            case_id=case.id,
            move=move,
            actor=people[who],
            version=case.version,
            given=given,
            note=note,
            clock=clock,
        )

    return do
