"""The case engine among a million cases: lists, search, opening, moving, suggesting, the cell of a point.

Each question is asked as the API asks it of the rooms, on one connection, at random places, everything made
as `hotline.simulate` and the demo city make it. Printed is p95; the goal is 50 ms each.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench import case_questions
from bench.case_fill import fill
from bench.case_questions import Asked, Bench
from bench.case_rows import BEGIN, SPAN, Maker, Person
from bench.harness import save, table
from bench.menu_latency import percentiles
from bench.own_postgresql import postgresql
from core.clock import FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.tables import Account
from hotline.simulate import house
from hotline.simulate.day import play
from hotline.simulate.options import Wanted
from ticketing.places.levels import Level
from ticketing.places.memory import TREE
from ticketing.sources import book
from ticketing.sources.intake import MOST, accept_all
from ticketing.sources.reports import Report
from ticketing.tables import Case

NAME = "cases"
SIZE = 1_000_000
GOAL_MS = 50.0
#: Times each question is asked a round.
ASKED = 40
#: Days that are played for the simulate rate, and cases of them at most.
_DAYS, _PLAYED = 7, 300
#: Components of the city.
_PARTS = 40_000
_DELIVERIES = 5


def run(rounds: int, url: str = "", size: int = SIZE) -> None:
    """Measure, print, save. `url`: an empty database instead of SQLite; `postgresql`: one of its own."""
    with ExitStack() as stack:
        if url == "postgresql":
            url = stack.enter_context(postgresql())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-cases-"))
        found = asyncio.run(_measure(url or f"sqlite+aiosqlite:///{Path(folder) / 'cases.db'}", size, rounds))
    kind = "postgresql" if url else "sqlite"
    save(f"{NAME}-{kind}-{size}", {"rounds": rounds, "size": size, "goal_ms": GOAL_MS} | found)


async def _measure(url: str, size: int, rounds: int) -> dict[str, Any]:
    wanted = Wanted(cases=max(20, min(_PLAYED, size // 500)), days=_DAYS, parts=_PARTS)
    played = await play(url, wanted, is_own=False)
    assert played.is_right, played.problems[:5]
    simulated = {"entries_per_s": round(played.entries / played.played_s, 1),
                 "times_real": round(_DAYS * 86_400 / played.played_s)}  # fmt: skip
    engine = make_engine(url)
    sessions, clock = make_sessions(engine), FixedClock(BEGIN + SPAN)
    try:
        filled = await fill(engine, (await _maker(sessions, clock)).cases(await _first(sessions), size))
        bench = await Bench.made(sessions, clock)
        took = await _asked(bench, rounds)
        intake = await _intake(sessions, clock)
    finally:
        await engine.dispose()
    return _told(
        took, {"filled": filled, "simulated": simulated, "intake_per_s": intake}, engine.dialect.name
    )


async def _first(sessions: SessionFactory) -> int:
    async with sessions() as session:
        return (await session.scalar(select(func.max(Case.id))) or 0) + 1


async def _maker(sessions: SessionFactory, clock: FixedClock) -> Maker:
    """The city with its cells, the rules, the templates, and who moves cases."""
    staff, spots = await house.furnish(sessions, clock.now(), _PARTS)
    async with sessions() as session:
        tree = await TREE.current(session)
    cells: dict[str, list[tuple[str, float, float]]] = {}
    for named, lon, lat in tree.middles(clock.now().date()):
        if named.level == Level.CELL:
            cells.setdefault(named.code[:9], []).append((named.code, lon, lat))
    people = {role: [_person(one) for one in found] for role, found in staff.by_role.items()}
    return Maker(people, [one for one in spots if one.street in cells], cells)


def _person(account: Account) -> Person:
    return Person(account.id, account.unit or "")


async def _asked(bench: Bench, rounds: int) -> dict[str, list[float]]:
    """Seconds of each question; the first round warms up."""
    chance = random.Random(7)  # noqa: S311 - the same questions each time
    took: dict[str, list[float]] = {name: [] for name in case_questions.QUESTIONS}
    for number in range(rounds + 1):
        for name, ask in case_questions.QUESTIONS.items():
            each = [await _timed(ask, bench, chance) for _ in range(ASKED)]
            if number:
                took[name] += each
        for name, each in (await case_questions.lives(bench, chance, ASKED)).items():
            if number:
                took.setdefault(name, []).extend(each)
    return took


async def _timed(ask: Asked, bench: Bench, chance: random.Random) -> float:
    question: Callable[[], Awaitable[Any]] = await ask(bench, chance)
    began = time.perf_counter()
    await question()
    return time.perf_counter() - began


async def _intake(sessions: SessionFactory, clock: FixedClock) -> float:
    """Reports a second through the one intake from outside, in deliveries of many; none like another."""
    values = {"per_minute": 100_000, "similar_minutes": 0}
    source = await book.add(
        sessions, code="bench", name="导入", channel="other", values=values, actor_id=None, clock=clock
    )
    began = time.monotonic()
    for delivery in range(_DELIVERIES):
        reports = [
            Report(id=f"{delivery}-{serial}", kind="complaint", description=f"第{serial}号来件：路灯不亮",
                   district="210202", address=f"解放路{serial}号")
            for serial in range(MOST)
        ]  # fmt: skip
        await accept_all(sessions, source.code, reports, clock)
        clock.advance(timedelta(minutes=2))
    return round(_DELIVERIES * MOST / (time.monotonic() - began), 1)


def _told(took: dict[str, list[float]], more: dict[str, Any], kind: str) -> dict[str, Any]:
    found = {name: percentiles(values) for name, values in took.items()}
    filled = more["filled"]
    print(
        f"{filled['cases']} cases with {filled['entries']} history entries in {kind}, "
        f"loaded in {filled['seconds']:.0f} s"
    )
    rows = [
        (
            name,
            f"{one['p50_ms']:.1f}",
            f"{one['p95_ms']:.1f}",
            "" if one["p95_ms"] <= GOAL_MS else "over the goal",
        )
        for name, one in found.items()
    ]
    table(("ms", "p50", "p95", ""), rows)
    rate = filled["cases"] / max(filled["seconds"], 0.1)
    print(
        f"  loaded past the door: {rate:.0f} cases/s; "
        f"intake from outside: {more['intake_per_s']:.0f} reports/s"
    )
    simulated = more["simulated"]
    print(
        f"  simulated: {simulated['entries_per_s']:.0f} history entries/s, "
        f"{simulated['times_real']} times real time\n"
    )
    return {"loaded_per_s": round(rate), **more, "questions": found}
