"""Made-up cases for the benchmark `cases`: rows as the door leaves them, oldest first, always the same."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.search_calls import community
from hotline.simulate.reports import PROBLEMS, Place
from ticketing.catalogue import DEFAULT_EDITION
from ticketing.history.chain import COVERED

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
#: Years of cases, however many they are; the last days are still under way.
SPAN = timedelta(days=1000)
_ROADS = (
    "解放",
    "人民",
    "中山",
    "长江",
    "黄河",
    "胜利",
    "五一",
    "西安",
    "新开",
    "联合",
    "松江",
    "明珠",
    "华北",
)
#: The way of an ordinary case: stage it comes to, move, role, minutes after the one before.
_WAY = (
    ("draft", "open_draft", "", 0),
    ("registered", "register", "seat", 5),
    ("established", "establish", "shift_leader", 9),
    ("dispatched", "dispatch", "dispatcher", 11),
    ("handling", "accept", "department", 40),
    ("reported", "report_done", "department", 900),
    ("checking", "send_check", "dispatcher", 20),
    ("checked", "check_pass", "collector", 35),
    ("closed", "close", "shift_leader", 15),
)
_CLOCK = {"dispatched": "running", "handling": "running", "closed": "stopped"}
_NAMES = tuple(name for name in COVERED if name not in ("at", "prev_hash"))


@dataclass(frozen=True)
class Person:
    """An account that moves cases."""

    id: int
    unit: str


@dataclass(frozen=True)
class Made:
    """A case with its history, pause and routing decision; columns by name, times as datetimes."""

    case: Mapping[str, Any]
    history: Sequence[Mapping[str, Any]]
    pause: Mapping[str, Any] | None
    decision: Mapping[str, Any] | None


class Maker:
    """`people` by role; `cells`: place of a street → its cells with a point in each (code, lon, lat)."""

    def __init__(
        self, people: Mapping[str, Sequence[Person]], places: Sequence[Place],
        cells: Mapping[str, Sequence[tuple[str, float, float]]],
    ) -> None:  # fmt: skip
        self._people, self._places, self._cells = people, places, cells
        self._by_unit: dict[str, list[int]] = {}
        for person in people["department"]:
            self._by_unit.setdefault(person.unit, []).append(person.id)
        self._weights = [one.weight for one in PROBLEMS]

    def cases(self, first: int, count: int, seed: int = 12319) -> Iterator[Made]:
        """`count` of them, with ids from `first` on."""
        chance = random.Random(seed)  # noqa: S311 - the same chance each time
        for serial in range(count):
            yield self._one(chance, first + serial, serial, count)

    def _one(self, chance: random.Random, case_id: int, serial: int, count: int) -> Made:
        share = serial / count
        at = BEGIN + SPAN * share
        place, problem = chance.choice(self._places), chance.choices(PROBLEMS, self._weights)[0]
        cell, lon, lat = chance.choice(self._cells[place.street])
        unit = problem.unit if problem.unit.startswith("city-") else f"{place.district}-{problem.unit}"
        last = len(_WAY) if share < 0.985 and chance.random() < 0.995 else chance.randint(1, len(_WAY) - 1)
        address = f"{chance.choice(_ROADS)}路{chance.randrange(1, 300)}号{community(chance)}"
        history = self._history(chance, case_id, at, last, unit)
        stages = {one["to_stage"]: one["at"] for one in history}
        stage, changed = history[-1]["to_stage"], history[-1]
        number = f"210200{at:%Y%m%d}{case_id % 100_000:05d}"
        dispatched = stages.get("dispatched")
        case = {
            "id": case_id,
            "number": number if last > 1 else None,
            "stage": stage,
            "version": len(history),
            "source": "telephone",
            "kind": "complaint",
            "urgency": problem.urgency,
            "caller_number": (phone := f"138{chance.randrange(700_000):08d}"),
            "callback_number": phone,
            "district": place.district,
            "street": place.street,
            "cell": cell,
            "community": cell[:12],
            "longitude": lon + chance.uniform(-0.0005, 0.0005),
            "latitude": lat + chance.uniform(-0.0005, 0.0005),
            "address": address,
            "category_edition": DEFAULT_EDITION,
            "category_kind": problem.kind,
            "category_code": problem.code,
            "description": f"{place.name}{address}{problem.said}",
            "created_at": at,
            "changed_at": changed["at"],
            "changed_by": changed["actor_id"],
            "registered_at": stages.get("registered"),
            "established_at": stages.get("established"),
            "closed_at": stages.get("closed"),
            "dispatched_at": dispatched,
            "accepted_at": stages.get("handling"),
            "handled_at": stages.get("reported"),
            "checked_at": stages.get("checked"),
            "stage_since": changed["at"],
            "unit": unit if dispatched else None,
        }
        pause, decision = None, None
        if dispatched:
            due = dispatched + timedelta(days=5)
            clock = _CLOCK.get(stage, "paused")
            halted = stages.get("reported")
            case |= {
                "limit_value": 5, "limit_unit": "natural_day", "clock": clock, "clock_started_at": dispatched,
                "due_at": due, "yellow_at": due - timedelta(days=1), "clock_halted_at": halted,
            }  # fmt: skip
            if halted:
                pause = {"case_id": case_id, "began_at": halted, "ended_at": stages.get("closed")}
            decision = self._decision(case, history, unit)
        return Made(case, history, pause, decision)

    def _history(
        self, chance: random.Random, case_id: int, at: datetime, last: int, unit: str
    ) -> list[dict[str, Any]]:
        history: list[dict[str, Any]] = []
        stage = ""
        for seq, (to, move, role, minutes) in enumerate(_WAY[:last], 1):
            at += timedelta(minutes=minutes * chance.uniform(0.5, 2))
            actor = (
                self._by_unit[unit]
                if role == "department"
                else [one.id for one in self._people.get(role, ())]
            )
            entry = {
                "case_id": case_id, "seq": seq, "at": at, "actor_id": chance.choice(actor) if role else None,
                "address": "", "move": move, "from_stage": stage, "to_stage": to, "note": "", "changes": {},
                "inputs": {"unit": unit} if move == "dispatch" else {},
            }  # fmt: skip
            history.append(entry)
            stage = to
        return history

    def _decision(
        self, case: Mapping[str, Any], history: Sequence[Mapping[str, Any]], unit: str
    ) -> dict[str, Any]:
        dispatch = history[3]
        names = ("category_edition", "category_kind", "category_code", "district")
        outcome = (
            {"outcome": "accepted", "outcome_at": history[4]["at"]}
            if len(history) > 4
            else {"outcome": "open"}
        )
        return {
            "case_id": case["id"], "at": dispatch["at"], "actor_id": dispatch["actor_id"], "move": "dispatch",
            **{name: case[name] for name in names}, "basis": "none", "unit": unit, **outcome,
        }  # fmt: skip
