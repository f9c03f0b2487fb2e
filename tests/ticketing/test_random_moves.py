"""Whatever people try in whatever order: illegal moves never succeed, and history misses nothing."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import HotlineError
from core.tables import Account
from tests.ticketing.oracle import LEGAL, OUT, invariants
from ticketing import drafts, moves
from ticketing.tables import Case, CaseHistory, CasePause
from ticketing.workflow import MOVES


class Play:
    """Cases and the people who are at them."""

    def __init__(self, sessions: SessionFactory, people: dict[str, Account], clock: FixedClock, seed: int):
        self.sessions, self.people, self.clock = sessions, people, clock
        self.chance = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    async def case(self, number: int) -> Case:
        made, _ = await drafts.open_draft(
            self.sessions,
            call_id=f"a-{number}",
            caller_number="13800001234",
            transcript="路灯",
            clock=self.clock,
        )
        return made

    async def step(self, case: Case) -> Case:
        """Somebody tries something: mostly what could be, else anything."""
        self.clock.advance(timedelta(minutes=self.chance.choice((1, 20, 300, 2000))))
        name, person = self._choose(case)
        actor = self.people[person] if person else None
        role = actor.role if actor else None
        lag = self.chance.choice((0,) * 9 + (1,))
        roles, sources, to = LEGAL.get(name, (set(), set(), "-"))
        try:
            after = await moves.move(
                self.sessions,
                case_id=case.id,
                move=name,
                actor=actor,
                version=case.version - lag,
                fields={"kind": "consultation", "district": "210202"}
                if name in ("register", "answer")
                else {},
                given=self._inputs(name),
                note="说明",
                clock=self.clock,
            )
        except HotlineError as error:
            self.refused[error.code] += 1
            if error.code == "role_not_allowed":
                assert role not in roles, f"{name} by {role}"
            if error.code == "wrong_stage":
                assert case.stage not in sources, f"{name} from {case.stage}"
            return await self._as_stored(case) if error.code == "conflict" else case
        assert lag == 0, "a stale version moved a case"
        assert role in roles, f"{name} by {role}"
        assert case.stage in sources, f"{name} from {case.stage}"
        assert to in ("-", after.stage), f"{name} led to {after.stage}"
        if actor is not None and actor.unit and actor.role == "department":
            assert name == "progress" or case.unit == actor.unit, f"{name} by another unit"
        self.done[name] += 1
        return after

    async def _as_stored(self, case: Case) -> Case:
        """Another case may have been merged into it."""
        async with self.sessions() as session:
            return await session.get_one(Case, case.id)

    def _choose(self, case: Case) -> tuple[str, str | None]:
        people = [*self.people, None]
        if self.chance.random() < 0.2:
            return self.chance.choice([*MOVES, "fly"]), self.chance.choice(people)
        could = [name for name, (_, sources, _) in LEGAL.items() if case.stage in sources]
        forward = (_DECIDING.get((case.pending, case.pending_level)) or _FORWARD[case.stage]).split()
        name = self.chance.choice(forward if self.chance.random() < 0.8 else could)
        able = [
            person
            for person in people
            if (self.people[person].role if person else None) in LEGAL[name][0]
            and (not person or not self.people[person].unit or self.people[person].unit == case.unit)
        ]
        return name, self.chance.choice(able or people)

    def _inputs(self, name: str) -> dict[str, Any]:
        until = self.clock.now() + timedelta(minutes=self.chance.choice((-5, 60, 6000)))
        return {
            "dispatch": {"unit": self.chance.choice(("parks", "water", "nobody"))},
            "assign": {"unit": "roads"},
            "add_helper": {"unit": self.chance.choice(("parks", "roads", "water"))},
            "merge": {"into": "2102002026112300001"},
            "refuse": {"ground": "court"},
            "verified": {"verification": self.chance.choice(("confirmed", "confirmed", "unfounded"))},
            "establish": self.chance.choice(({}, {"limit_value": 2, "limit_unit": "work_day"})),
            "ask_delay": {"value": self.chance.choice((1, 2, 99))},
            "ask_suspend": {"until": until.isoformat()},
            "ask_defer": {"until": until.isoformat()},
            "rate": {"rating": self.chance.choice(("1", "5"))},
        }.get(name, {})

    async def look(self, case: Case) -> list[tuple[Any, ...]]:
        """Hold what must always be true against the database; the history as it is."""
        async with self.sessions() as session:
            stored = await session.get_one(Case, case.id)
            query = select(CaseHistory).where(CaseHistory.case_id == case.id).order_by(CaseHistory.seq)
            entries = list(await session.scalars(query))
            pauses = list(await session.scalars(select(CasePause).where(CasePause.case_id == case.id)))
        invariants(stored, entries, pauses)
        return [(one.seq, one.at, one.actor_id, one.move, one.from_stage, one.to_stage) for one in entries]


#: What is tried more often than the many ways out, so that cases get far.
_FORWARD = {
    "draft": "register",
    "registered": "establish",
    "verifying": "verified",
    "established": "dispatch",
    "dispatched": "accept",
    "handling": "ask_delay ask_suspend ask_defer report_done report_done",
    "suspended": "resume",
    "deferred": "resume",
    "reported": "send_check rework",
    "checking": "check_pass check_fail",
    "checked": "close",
    "closed": "appeal rate reopen",
    **dict.fromkeys(OUT, "restore"),
}


#: What follows when something was asked for, by level.
_DECIDING = {
    ("delay", 1): "endorse",
    ("delay", 2): "grant_delay",
    ("suspend", 2): "grant_suspend",
    ("defer", 2): "grant_defer",
    ("appeal", 1): "pass_appeal",
    ("appeal", 2): "grant_appeal refuse_appeal",
}


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_random_moves(
    sessions: SessionFactory, people: dict[str, Account], clock: FixedClock, seed: int
) -> None:
    play = Play(sessions, people, clock, seed)
    cases = [await play.case(n) for n in range(2)]
    seen: list[list[tuple[Any, ...]]] = [[] for _ in cases]
    for _ in range(90):
        which = play.chance.randrange(len(cases))
        cases[which] = await play.step(cases[which])
        now = await play.look(cases[which])
        assert now[: len(seen[which])] == seen[which], "history was changed"
        seen[which] = now
    assert sum(play.done.values()) > 30, play.done
    assert {"dispatch", "accept", "report_done"} <= set(play.done), play.done
    assert len(play.refused) > 2, play.refused


def test_the_oracle_knows_every_move() -> None:
    assert set(LEGAL) == set(MOVES) - {"open_draft", "open_split", "recompute", "escalate"}
