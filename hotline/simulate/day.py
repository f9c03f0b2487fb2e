"""A simulated day from its first call to its account."""

from __future__ import annotations

import hashlib
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.calendar import DayKind, store
from core.clock import CHINA, FixedClock
from core.db import SessionFactory
from core.tables import Role
from hotline.refusal import Refusal
from hotline.simulate import each_case, house, reckoning, reports
from hotline.simulate.options import Wanted
from hotline.simulate.play import Play
from ticketing.history.verify import Check
from ticketing.tables import CaseHistory


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    lines: list[reckoning.Line]
    problems: list[str]
    #: Of the history of all cases.
    entries: int
    #: Seconds the play took, and the account of it.
    played_s: float
    checked_s: float
    #: The same for the same seed: of what happened to which case when, whoever did it.
    digest: str

    @property
    def is_right(self) -> bool:
        return not self.problems and all(line.is_right for line in self.lines)


async def play(url: str, wanted: Wanted, *, is_own: bool, tells: bool = False) -> Outcome:
    """Play a day in the database `url` and account for it.

    Args:
        is_own: the database is thrown away afterwards.
        tells: say on stderr how far it is.

    Raises:
        Refusal: the database has cases already.
    """
    begin = datetime.combine(wanted.day, time_of_day(), CHINA).astimezone(UTC)
    clock, chance = FixedClock(begin), random.Random(wanted.seed)  # noqa: S311 - the same each time
    async with house.opened(url, is_own=is_own) as sessions:
        if there := await house.cases_in(sessions):
            raise Refusal(f"That database has {there} cases: a simulation begins in one that has none.")
        staff, spots = await house.furnish(sessions, begin, wanted.parts)
        stage = Play(sessions, clock, staff, chance, timedelta(minutes=wanted.timers_min))
        if wanted.declares_day:
            stage.at(begin + timedelta(days=1, hours=10), lambda: _declare(stage))
        started = time.monotonic()
        end = begin + timedelta(days=wanted.days)
        day = reports.of_day(chance, spots, begin, wanted.cases)
        await stage.run(day, end, _teller(stage) if tells else lambda _: None)
        return await _account(sessions, stage, wanted, time.monotonic() - started)


async def _declare(stage: Play) -> None:
    """The day after the calls the city declares the next one free: deadlines move."""
    clock = stage.clock
    tomorrow = (clock.now().astimezone(CHINA) + timedelta(days=1)).date()
    actor = stage.staff.by_role[Role.ADMINISTRATOR][0]
    await store.put_day(
        stage.sessions, tomorrow, DayKind.SPECIAL, "暴雪停工", actor=actor, address="", clock=clock
    )


def _teller(stage: Play) -> Callable[[datetime], None]:
    def told(day: datetime) -> None:
        moves = sum(stage.books.moves.values())
        cases = len(stage.books.stages)
        sys.stderr.write(f"{day.astimezone(CHINA):%Y-%m-%d %H:%M}  {cases} cases, {moves} moves\n")

    return told


async def _account(sessions: SessionFactory, stage: Play, wanted: Wanted, played_s: float) -> Outcome:
    began, problems = time.monotonic(), list(stage.books.surprises)
    async with sessions() as session:
        found = await reckoning.read(session)
        check = await each_case.Check.made(session, stage.rules)
        async for whole in each_case.every(session):
            problems += check.wrong(whole)
        digest = await _digest(session)
    proof = await Check(sessions).run()
    problems += [str(one) for one in proof.findings]
    lines = reckoning.lines(stage.books, found, wanted.cases)
    return Outcome(lines, problems, found.rows["history"], played_s, time.monotonic() - began, digest)


async def _digest(session: AsyncSession) -> str:
    entry = CaseHistory
    query = select(entry.case_id, entry.seq, entry.at, entry.move, entry.to_stage)
    whole = hashlib.sha256()
    for row in await session.execute(query.order_by(entry.case_id, entry.seq)):
        whole.update(repr((row[0], row[1], row[2].isoformat(), *row[3:])).encode())
    return whole.hexdigest()
