"""How long a search takes among 10^4, 10^5 and 10^6 calls, beside a plain LIKE over the same transcripts.

Ours is what GET /recordings/search does in the database: the statement with the asker's rights in it, and the
finds in context. The plain one is what one would write first: `LIKE '%word%'` and ordinary conditions, newest
first, twenty rows. Both ask the same questions of the same database in turns; everything is read once before.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bench import search_calls
from bench.harness import save, table
from bench.menu_latency import percentiles
from bench.search_fill import fill
from core import migrate
from core.db import make_engine, make_sessions
from core.tables import Role
from recorder.rights.model import scopes
from recorder.search.query import Wanted, search, words_wanted
from recorder.search.tables import SearchRow, SearchText
from web.api.masking import Viewer
from web.api.recording_rights import Rights
from web.api.recording_search import reach

NAME = "search"
SIZES = (10_000, 100_000, 1_000_000)
#: PostgreSQL, where one is given, is not filled with a million: loading takes it an hour.
SIZES_GIVEN = SIZES[:2]
#: Times each kind of question is asked of ours, and of the plain one, in each round.
OURS, PLAIN = 10, 1
Kind = Callable[[random.Random, int], Wanted]


def _recent(chance: random.Random, days: int) -> dict[str, Any]:
    end = search_calls.BEGIN + search_calls.SPAN * chance.uniform(0.3, 1)
    return {"from_": end - timedelta(days=days), "to": end}


#: What supervisors ask, from very common to never said.
KINDS: dict[str, Kind] = {
    "said in every call": lambda c, n: Wanted(q="您好"),
    "common word": lambda c, n: Wanted(q=c.choice(("路灯", "垃圾", "噪音"))),
    "rare word": lambda c, n: Wanted(q=search_calls.community(c)),
    "never said": lambda c, n: Wanted(q="鲸鱼"),
    "long phrase": lambda c, n: Wanted(q=c.choice(("老人走路容易摔倒", "煤气味", "有一个多星期了"))),
    "common and rare word": lambda c, n: Wanted(q=f"路灯 {search_calls.community(c)}"),
    "two words that never meet": lambda c, n: Wanted(q="路灯 跳楼"),
    "word of one seat": lambda c, n: Wanted(q="下水道", seat=c.choice(search_calls.SEATS)),
    "word in a week": lambda c, n: Wanted(q="停水", **_recent(c, 7)),
    "keyword, long, silent": lambda c, n: Wanted(keyword="漏气", min_s=120, silence_min=0.3),
    "bad rating, queue, talk-over": lambda c, n: Wanted(survey=5, queue="english", talk_over_min=4),
    "low score, word": lambda c, n: Wanted(q="暖气", score_max=50),
    "whole number": lambda c, n: Wanted(number=search_calls.number_of(c.randrange(1, 700_000))),
    "last four digits, word": lambda c, n: Wanted(q="电梯", number=f"{c.randrange(10_000):04d}"),
    "emergency, very silent": lambda c, n: Wanted(flag="emergency", silence_min=0.6),
    "everything": lambda c, n: Wanted(),
}
_LEADER = Rights(Viewer(Role.SHIFT_LEADER, None), scopes(Role.SHIFT_LEADER, ()))
_SEAT = Rights(Viewer(Role.SEAT, "1007"), scopes(Role.SEAT, ()))


def run(rounds: int, url: str = "", most: int = SIZES[-1]) -> None:
    """Measure, print, save. `url`: an empty database to use instead of SQLite files of its own."""
    found = {}
    for size in SIZES_GIVEN if url else SIZES:
        if size <= most:
            with tempfile.TemporaryDirectory(prefix="hotline-search-") as name:
                found[str(size)] = asyncio.run(
                    _measure(url or f"sqlite+aiosqlite:///{Path(name) / 'search.db'}", size, rounds)
                )
    save(f"{NAME}-postgresql" if url else NAME, {"rounds": rounds, "sizes": found})


async def _measure(url: str, size: int, rounds: int) -> dict[str, Any]:
    await migrate.upgrade(url)
    engine = make_engine(url)
    began = time.monotonic()
    await _emptied(engine)
    await fill(engine, search_calls.calls(size))
    took_s = time.monotonic() - began
    chance = random.Random(size)  # noqa: S311 - the same questions each time
    ours: dict[str, list[float]] = {kind: [] for kind in KINDS}
    own: list[float] = []
    spent: list[float] = []
    plain: dict[str, list[float]] = {kind: [] for kind in KINDS}
    sessions = make_sessions(engine)
    async with sessions() as session:
        for number in range(rounds + 1):
            for kind, ask in KINDS.items():
                asked = [ask(chance, size) for _ in range(OURS)]
                before = time.process_time()
                took = [await _ours(session, one, _LEADER) for one in asked]
                spent_s = (time.process_time() - before) / OURS
                seat = [await _ours(session, one, _SEAT) for one in asked]
                beside = [await _plain(session, one) for one in asked[:PLAIN]]
                if number:  # the first warms up
                    ours[kind] += took
                    own += seat
                    plain[kind] += beside
                    spent.append(spent_s)
    await engine.dispose()
    told = _told(size, took_s, ours, own, plain)
    if engine.dialect.name == "sqlite":  # PostgreSQL works in processes of its own
        told["ours_cpu"] = percentiles(spent)
        print(
            f"  processor time of ours: p95 {told['ours_cpu']['p95_ms']:.1f} ms (mean of {OURS} questions)\n"
        )
    return told


def _told(
    size: int, took_s: float, ours: dict[str, list[float]], own: list[float], plain: dict[str, list[float]]
) -> dict[str, Any]:
    print(f"Search among {size} calls (loaded in {took_s:.0f} s)")
    rows = [(kind, f"{_p95(ours[kind]):.1f}", f"{_p95(plain[kind]):.1f}") for kind in KINDS]
    every, other = [x for one in ours.values() for x in one], [x for one in plain.values() for x in one]
    rows.append(("all, a leader", f"{_p95(every):.1f}", f"{_p95(other):.1f}"))
    rows.append(("all, a seat's own calls", f"{_p95(own):.1f}", ""))
    table(("p95, ms", "ours", "plain LIKE"), rows)
    ratio = _p95(other) / _p95(every)
    print(f"  plain / ours: {ratio:.0f} at p95, {median(other) / median(every):.1f} at the median\n")
    return {
        "loaded_s": round(took_s, 1),
        "ours": percentiles(every),
        "seat": percentiles(own),
        "plain": percentiles(other),
        "p95_ratio": round(ratio, 1),
        "ours_p95_ms": {kind: round(_p95(values), 2) for kind, values in ours.items()},
        "plain_p95_ms": {kind: round(_p95(values), 2) for kind, values in plain.items()},
    }


def _p95(values: list[float]) -> float:
    """Milliseconds."""
    return 1000 * sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


async def _emptied(engine: AsyncEngine) -> None:
    if engine.dialect.name == "sqlite":
        return
    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE recording_words, recording_texts, recording_search, calls"))


async def _ours(session: AsyncSession, wanted: Wanted, rights: Rights) -> float:
    began = time.perf_counter()
    await search(session, wanted, reach(rights, wanted))
    took = time.perf_counter() - began
    session.expunge_all()
    return took


async def _plain(session: AsyncSession, wanted: Wanted) -> float:
    query = select(SearchRow).join(SearchText, SearchText.recording_id == SearchRow.recording_id)
    query = query.where(*_conditions(wanted)).order_by(SearchRow.key.desc()).limit(20)
    began = time.perf_counter()
    (await session.scalars(query)).all()
    took = time.perf_counter() - began
    session.expunge_all()
    return took


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    row = SearchRow
    given: list[tuple[Any, Callable[[], ColumnElement[bool]]]] = [
        (wanted.from_, lambda: row.started_at >= wanted.from_),
        (wanted.to, lambda: row.started_at < wanted.to),
        (wanted.seat, lambda: row.seat == wanted.seat),
        (wanted.queue, lambda: row.queue == wanted.queue),
        (wanted.survey, lambda: row.survey == wanted.survey),
        (wanted.number, lambda: row.caller.like(f"%{wanted.number}")),
        (wanted.keyword, lambda: SearchText.body.like(f"%{wanted.keyword}%")),
        (wanted.flag, lambda: cast(row.marks, Text).like(f"%{wanted.flag}%")),
        (wanted.min_s, lambda: row.duration_s >= wanted.min_s),
        (wanted.silence_min, lambda: row.silence_share >= wanted.silence_min),
        (wanted.talk_over_min, lambda: row.talk_over_s >= wanted.talk_over_min),
        (wanted.score_max, lambda: row.score <= wanted.score_max),
    ]
    found = [condition() for value, condition in given if value not in (None, "")]
    return [*found, *(SearchText.body.like(f"%{word}%") for word in words_wanted(wanted.q))]
