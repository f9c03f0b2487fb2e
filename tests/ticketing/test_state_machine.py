"""Random actors, moves and moments: the engine does and refuses exactly what a model of a case says.

`HOTLINE_EXAMPLES=500 HOTLINE_STEPS=80` looks longer, and elsewhere each time.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from core.case_settings import Cases
from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import HotlineError
from core.tables import Account
from tests.ticketing.conftest import PEOPLE
from tests.ticketing.model_case import ASKING, DEFAULT_LIMIT, NOTED, Model, Try
from tests.ticketing.oracle import LEGAL, invariants
from ticketing import drafts, moves
from ticketing.tables import Case, CaseHistory, CasePause

EXAMPLES = int(os.environ.get("HOTLINE_EXAMPLES", "0"))
STEPS = int(os.environ.get("HOTLINE_STEPS", "40"))
#: The way to the end, so that cases get far; the rest of the table is tried from there.
FORWARD = {
    "draft": ("register",) * 4 + ("answer", "refuse", "void"),
    "registered": ("establish",) * 4 + ("ask_verification", "merge", "refuse", "send_back", "answer"),
    "verifying": ("verified",),
    "established": ("dispatch",) * 5 + ("hand_back", "close", "merge"),
    "dispatched": ("accept",) * 3 + ("assign", "add_helper", "return"),
    "handling": ("ask_delay", "ask_suspend", "ask_defer", "report_done", "report_done", "progress", "return"),
    "suspended": ("resume", "progress"),
    "deferred": ("resume", "progress"),
    "reported": ("send_check",) * 3 + ("rework",),
    "checking": ("check_pass",) * 2 + ("check_fail",),
    "checked": ("close",) * 3 + ("rework",),
    "closed": ("appeal", "appeal", "rate", "reopen"),
    "merged": ("restore",),
    "refused": ("restore",),
    "void": ("restore",),
}
DECIDING = {
    ("delay", 1): ("endorse", "endorse", "decline", "withdraw"),
    ("delay", 2): ("grant_delay", "grant_delay", "decline"),
    ("suspend", 2): ("grant_suspend",),
    ("defer", 2): ("grant_defer",),
    ("appeal", 1): ("pass_appeal", "refuse_appeal"),
    ("appeal", 2): ("grant_appeal", "refuse_appeal"),
}

#: A case nobody gave a limit has one of natural days too, so that the model need only add up.
RULES = Cases(limit_value=DEFAULT_LIMIT, limit_unit="natural_day")


def able(model: Model, name: str) -> list[str | None]:
    """Who may make the move as far as role and unit go; anybody when nobody may."""
    roles = LEGAL[name][0] if name in LEGAL else set()
    found: list[str | None] = [
        person
        for person, (role, unit) in PEOPLE.items()
        if role in roles and (role != "department" or unit == model.unit or name == "progress")
    ]
    return [*found, *([None] if None in roles else [])] or [*PEOPLE, None]


def drawn(data: st.DataObject, model: Model, now: datetime) -> Try:
    """What somebody tries next: mostly what could be, else anything by anybody."""
    wild = data.draw(st.integers(0, 9)) == 0
    likely = DECIDING.get((model.wish, model.level)) or FORWARD[model.stage]
    name = data.draw(st.sampled_from([*sorted(LEGAL), "fly"] if wild else likely))
    anybody = data.draw(st.integers(0, 9)) == 0
    person = data.draw(st.sampled_from([*PEOPLE, None] if anybody else able(model, name)))
    is_bare = data.draw(st.integers(0, 19)) == 0
    given = {} if is_bare and name in ASKING else inputs(data, name, model, now)
    note = "" if is_bare and name in NOTED else "说明"
    kind = data.draw(st.sampled_from(("complaint", "consultation")))
    return Try(name, person, given, note, data.draw(st.integers(0, 14)) == 0, kind)


def inputs(data: st.DataObject, name: str, model: Model, now: datetime) -> dict[str, Any]:
    def one_of(*choices: Any) -> Any:
        return data.draw(st.sampled_from(choices))

    match name:
        case "dispatch" | "assign" | "add_helper":
            return {"unit": one_of("parks", "roads", "water", "zhongshan", "nobody")}
        case "merge":
            return {"into": one_of(model.other, model.other, "2102002026112399999")}
        case "refuse":
            return {"ground": "court"}
        case "verified":
            return {"verification": one_of("confirmed", "confirmed", "unfounded")}
        case "establish":
            return {"limit_value": one_of(1, 3), "limit_unit": "natural_day"}
        case "ask_delay":
            return {"value": one_of(1, 2, 99)}
        case "ask_suspend" | "ask_defer":
            return {"until": (now + timedelta(minutes=one_of(-5, 60, 6000))).isoformat()}
        case "rate":
            return {"rating": one_of("1", "5")}
    return {}


class World:
    """The engine, the people, and a second case that others repeat."""

    def __init__(self, sessions: SessionFactory, people: dict[str, Account], clock: FixedClock) -> None:
        self.sessions, self.people, self.clock = sessions, people, clock
        self.serial = 0
        #: Number of the second case.
        self.other = ""
        self.came: Counter[str] = Counter()

    async def case(self) -> Case:
        self.serial += 1
        made, _ = await drafts.open_draft(
            self.sessions, call_id=f"a-{self.serial}", caller_number="", transcript="路灯", clock=self.clock
        )
        return made

    async def open_other(self) -> None:
        case = await self.case()
        done = await self.move(Try("register", "seat", {}, "", False, "complaint"), case)
        self.other = done.number or ""

    async def move(self, one: Try, case: Case) -> Case:
        fields = {"kind": one.kind, "district": "210202"}
        return await moves.move(
            self.sessions,
            case_id=case.id,
            move=one.move,
            actor=self.people[one.person] if one.person else None,
            version=case.version - one.is_stale,
            fields=fields if one.move in ("register", "answer", "refuse") else {},
            given=one.given,
            note=one.note,
            clock=self.clock,
            rules=RULES,
        )

    async def step(self, one: Try, model: Model, case: Case) -> Case:
        """Try it; the case afterwards. Fails when it does not come to what the model says."""
        wanted, now = model.expected(one, self.clock.now()), self.clock.now()
        try:
            case = await self.move(one, case)
        except HotlineError as error:
            assert error.code == wanted, f"{one} at {model}: {error}"
            self.came[error.code] += 1
            return case
        assert not wanted, f"{one} at {model} was allowed, not {wanted}"
        model.happened(one, now)
        self.came[one.move] += 1
        stands = (case.stage, case.unit, case.pending, case.pending_level, case.clock, case.rating)
        told = (model.stage, model.unit, model.wish, model.level, model.clock, model.rating)
        assert stands == told, f"after {one}"
        return case

    async def look(self, case: Case, steps: int) -> None:
        """What is kept of the case holds together, and is one entry for each move and its opening."""
        async with self.sessions() as session:
            stored = await session.get_one(Case, case.id)
            entries = select(CaseHistory).where(CaseHistory.case_id == case.id).order_by(CaseHistory.seq)
            history = list(await session.scalars(entries))
            pauses = list(await session.scalars(select(CasePause).where(CasePause.case_id == case.id)))
        invariants(stored, history, pauses)
        assert len(history) == steps + 1
        assert (stored.version, stored.stage) == (case.version, case.stage)


@pytest.fixture
async def world(
    sessions: SessionFactory, people: dict[str, Account], clock: FixedClock
) -> AsyncIterator[World]:
    """In the end it must have come to everything at least once, or nothing was looked at."""
    engine = sessions.kw["bind"]
    if engine.dialect.name == "sqlite":  # nothing of this has to outlive the machine
        await engine.dispose()
        event.listen(engine.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    world = World(sessions, people, clock)
    await world.open_other()
    yield world
    done = set(world.came)
    assert {"register", "establish", "dispatch", "accept", "report_done", "close"} <= done, world.came
    assert {"role_not_allowed", "wrong_stage", "not_now", "invalid", "conflict"} <= done, world.came


@settings(
    max_examples=EXAMPLES or 10,
    derandomize=not EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # the story of a failure is told by its message
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
async def test_the_engine_does_what_the_model_says(world: World, data: st.DataObject) -> None:
    case, model, steps = await world.case(), Model(world.other), 0
    for _ in range(STEPS):
        world.clock.advance(timedelta(minutes=data.draw(st.sampled_from((1, 30, 300, 1500)))))
        before = case.version
        case = await world.step(drawn(data, model, world.clock.now()), model, case)
        steps += case.version != before
    await world.look(case, steps)
