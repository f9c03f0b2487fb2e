"""Drawing the sample (抽检): so many talks of each seat in each week at random, and those the rules point at.

Each seat's week is one transaction under the lock of the week's row. Drawing again adds what is missing and
nothing twice: the lot is always the same, what was drawn is counted, a recording has one sample at most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.recorder_settings import Quality
from recorder.quality import lot, rules, weeks
from recorder.quality.rules import Candidate, Candidates, Reason, Rule
from recorder.quality.tables import QualityRun, QualitySample, SampleState


async def draw(
    sessions: SessionFactory,
    source: Candidates,
    settings: Quality,
    clock: Clock,
    *,
    first: date,
    last: date,
    random: bool,
    secret: str,
) -> int:
    """Draw from the talks of `first` to `last`; how many samples are new.

    Args:
        random: also at random, not by rules alone. Then the days should be whole weeks.
        secret: seed of the lots, which seats cannot know.
    """
    groups: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for one in await source.between(first, last):
        # Without lots most talks are of no interest: no lock is taken for them.
        if random or rules.reasons(one, settings):
            groups[weeks.week_of(one.day), one.seat].append(one)
    made = 0
    for week in {week for week, _ in groups}:
        await ensure_run(sessions, week, clock)
    for (week, seat), found in sorted(groups.items()):
        made += await _draw_seat(sessions, settings, clock, found, week, seat, random, secret)
    return made


async def is_due(sessions: SessionFactory, week: str) -> bool:
    """Whether the week, which is over, has not been drawn to its end."""
    async with sessions() as db:
        run = await db.get(QualityRun, week)
    return run is None or run.finished_at is None


async def finish(sessions: SessionFactory, week: str, clock: Clock) -> None:
    """The week is over and drawn."""
    await ensure_run(sessions, week, clock)
    async with sessions.begin() as db:
        await begin_write(db)
        run = await _lock(db, week)
        run.finished_at = clock.now()


async def ensure_run(sessions: SessionFactory, week: str, clock: Clock) -> None:
    """Make the row whose lock whoever adds samples of `week` has to hold."""
    async with sessions() as db:
        if await db.get(QualityRun, week) is not None:
            return
    try:
        async with sessions.begin() as db:
            db.add(QualityRun(week=week, begun_at=clock.now()))
    except IntegrityError:
        pass  # somebody else was faster


async def _lock(db: AsyncSession, week: str) -> QualityRun:
    return (await db.scalars(select(QualityRun).where(QualityRun.week == week).with_for_update())).one()


async def _draw_seat(
    sessions: SessionFactory,
    settings: Quality,
    clock: Clock,
    found: list[Candidate],
    week: str,
    seat: str,
    random: bool,
    secret: str,
) -> int:
    async with sessions.begin() as db:
        await begin_write(db)
        run = await _lock(db, week)
        there = await db.scalars(
            select(QualitySample).where(QualitySample.week == week, QualitySample.seat == seat)
        )
        desk = _Desk(db, {one.recording_id: one for one in there}, clock)
        if random:
            desk.draw_lots(found, settings, f"{secret}:{week}:{seat}")
        desk.apply_rules(found, settings)
        run.made += desk.made
        return desk.made


class _Desk:
    """One seat's week on the table."""

    def __init__(self, db: AsyncSession, there: dict[int, QualitySample], clock: Clock) -> None:
        self._db, self._there, self._clock = db, there, clock
        self.made = 0

    def draw_lots(self, found: list[Candidate], settings: Quality, seed: str) -> None:
        """Up to the weekly number, counting those drawn before."""
        wanted = settings.random_per_seat - sum(one.is_random for one in self._there.values())
        long_enough = [one for one in found if one.talk_s >= settings.min_talk_s]
        for one in lot.order(long_enough, seed):
            if wanted <= 0:
                return
            sample = self._there.get(one.recording_id)
            if sample is None:
                sample = self._add(one)
            elif sample.is_random:
                continue
            sample.is_random = True
            tell(sample, [Reason(Rule.RANDOM)])
            wanted -= 1

    def apply_rules(self, found: list[Candidate], settings: Quality) -> None:
        """The weightiest first, up to the rules' own number; what is there already only learns why."""
        held = [(one, why) for one in found if (why := rules.reasons(one, settings))]
        by_rule = sum(not one.is_random for one in self._there.values())
        for one, why in sorted(held, key=lambda pair: (-rules.priority(pair[1]), pair[0].recording_id)):
            sample = self._there.get(one.recording_id)
            if sample is None and by_rule < settings.rule_per_seat:
                sample = self._add(one)
                by_rule += 1
            if sample is not None:
                tell(sample, why)

    def _add(self, one: Candidate) -> QualitySample:
        sample = new_sample(one, self._clock)
        self._db.add(sample)
        self._there[one.recording_id] = sample
        self.made += 1
        return sample


def new_sample(one: Candidate, clock: Clock) -> QualitySample:
    """A sample without reasons yet."""
    return QualitySample(
        recording_id=one.recording_id,
        call_id=one.call_id,
        seat=one.seat,
        agent_id=one.agent_id,
        day=one.day,
        week=weeks.week_of(one.day),
        reasons=[],
        is_random=False,
        priority=0,
        state=SampleState.WAITING,
        created_at=clock.now(),
    )


def tell(sample: QualitySample, why: Iterable[Reason]) -> None:
    """Add reasons it has not got yet; what is inspected already keeps the ones it was inspected for."""
    if sample.state not in (SampleState.WAITING, SampleState.CLAIMED):
        return
    known = {one["rule"] for one in sample.reasons}
    more: list[dict[str, Any]] = [
        {"rule": str(one.rule), "detail": one.detail} for one in why if one.rule not in known
    ]
    if more:
        sample.reasons = [*sample.reasons, *more]
        sample.priority = sum(rules.WEIGHTS[Rule(one["rule"])] for one in sample.reasons)
