"""hotline.simulate: a small day adds up on both databases, is the same each time, and lies are found out."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.case_settings import Cases
from core.db import make_engine, make_sessions
from core.settings import Settings
from hotline.refusal import Refusal
from hotline.simulate import command, each_case, options, reckoning
from hotline.simulate.books import Books
from hotline.simulate.day import Outcome, play
from hotline.simulate.options import Wanted
from hotline.simulate.play import DECIDES
from ticketing.workflow import STAGES

SMALL = Wanted(cases=12, days=4, seed=7, parts=50, timers_min=360)


def _wrong(outcome: Outcome) -> list[str]:
    return [line.what for line in outcome.lines if not line.is_right] + outcome.problems


async def test_a_small_day_adds_up(database_url: str) -> None:
    outcome = await play(database_url, SMALL, is_own=True)
    assert _wrong(outcome) == []
    assert "Every count is explained." in command.as_text(SMALL, outcome)
    made = {line.what.strip() for line in outcome.lines if line.counted}
    assert {"register", "establish", "dispatch", "accept", "report_done", "check_pass", "close"} <= made


#: What somebody does behind the door's back, and what is said of it.
LIES = {
    "UPDATE cases SET urges = urges + 1": "urges",
    "UPDATE cases SET stage = 'void'": "stands at void",
    "UPDATE cases SET clock = 'running'": "clock running",
    "UPDATE cases SET number = NULL": "its number is None",
    "UPDATE cases SET clock_started_at = changed_at": "its clock started",
    "UPDATE cases SET due_at = changed_at": "by its history",
    "UPDATE cases SET version = 0": "version 0",
    "INSERT INTO case_pauses (case_id, began_at) SELECT id, created_at FROM cases": "pauses go on",
}


async def test_the_same_day_again_and_lies_about_it(
    sqlite_url: str, sqlite_template: Path, tmp_path: Path
) -> None:
    few, other = Wanted(cases=6, days=2, parts=50, timers_min=360), tmp_path / "other.db"
    shutil.copy(sqlite_template, other)
    first = await play(sqlite_url, few, is_own=True)
    again = await play(f"sqlite+aiosqlite:///{other}", few, is_own=True)
    assert (first.digest, first.entries, _wrong(first)) == (again.digest, again.entries, [])
    with pytest.raises(Refusal, match=r"has \d+ cases"):
        await play(sqlite_url, few, is_own=True)
    engine = make_engine(sqlite_url)
    for lie, found in LIES.items():
        async with make_sessions(engine)() as session:
            await session.execute(text(lie))
            problems = await _problems(session)
            assert any(found in one for one in problems), (lie, problems)
            await session.rollback()
    async with make_sessions(engine)() as session:
        assert await _problems(session) == []
        counted = reckoning.lines(Books(), await reckoning.read(session), few.cases)
        assert not all(line.is_right for line in counted), "books that know nothing explain nothing"
    await engine.dispose()


async def _problems(session: AsyncSession) -> list[str]:
    check = await each_case.Check.made(session, Cases())
    return [one async for whole in each_case.every(session) for one in check.wrong(whole)]


def _typed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    options.register(parser)
    return parser.parse_args(words)


def test_the_hotlines_own_database_is_left_alone(tmp_path: Path) -> None:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    with pytest.raises(Refusal, match="--live"):
        command.run(settings, _typed("--database-url", settings.database_url))
    with pytest.raises(Refusal, match="at least one"):
        command.run(settings, _typed("--cases", "0"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("sqlite+aiosqlite:///a/b.db", "sqlite:///a/../a/b.db", True),
        ("sqlite+aiosqlite:///a/b.db", "sqlite+aiosqlite:///a/c.db", False),
        ("postgresql+asyncpg://x:1@h:5/d", "postgresql://y:2@h:5/d", True),
        ("postgresql+asyncpg://x@h/d", "postgresql+asyncpg://x@h/e", False),
        ("sqlite:///d", "postgresql://h/d", False),
    ],
)
def test_the_same_database_by_another_name(one: str, other: str, same: bool) -> None:
    assert command.is_same(one, other) == same


def test_somebody_decides_at_every_stage() -> None:
    assert set(DECIDES) == set(STAGES)
