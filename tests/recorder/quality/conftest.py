"""People, a sheet and samples for the doors of quality inspection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest

from core.clock import FixedClock
from core.db import SessionFactory
from core.tables import Account, Role
from recorder.quality import draw, queue, scores, sheets
from recorder.quality.hand import Hand
from recorder.quality.rules import Candidate
from recorder.quality.scores import Given, ScoreMark
from recorder.quality.scoring import ItemAnswer
from recorder.quality.sheet import ItemKind
from recorder.quality.standard import STANDARD
from recorder.quality.tables import QualitySample, QualityScore
from tests.recorder.quality.talks import talk


def full(**wrong: ItemAnswer) -> dict[str, ItemAnswer]:
    """Answers to the delivered sheet that give everything, but for `wrong`."""
    answers = {
        item.code: ItemAnswer(points=Decimal(item.scale))
        if item.kind is ItemKind.POINTS
        else ItemAnswer(yes=item.kind is ItemKind.YES_NO)
        for item in STANDARD.items()
    }
    return answers | wrong


@dataclass(frozen=True)
class Office:
    """A department with two inspectors, a leader and a seat."""

    sessions: SessionFactory
    clock: FixedClock
    people: dict[str, Account]
    sheet_id: int

    def hand(self, name: str) -> Hand:
        return Hand(self.sessions, self.clock, self.people[name])

    async def sample(self, one: Candidate) -> QualitySample:
        """`one` in the queue."""
        await draw.ensure_run(self.sessions, "2026-W47", self.clock)
        return await queue.choose(self.hand("wang"), one, "")

    async def score(
        self, one: Candidate, by: str = "wang", comment: str = "", **wrong: ItemAnswer
    ) -> QualityScore:
        """`one` sampled, claimed and scored."""
        sample = await self.sample(one)
        hand = self.hand(by)
        await queue.claim(hand, sample.id, 60)
        marks = [ScoreMark(at_s=3.0, item="greeting", text="这里")]
        given = Given(sheet_id=self.sheet_id, answers=full(**wrong), comment=comment, marks=marks)
        until = self.clock.now() + timedelta(days=7)
        machine = {"findings": [{"words": "您好"}]}
        return await scores.submit(hand, sample.id, given, machine=machine, appeal_until=until)


@pytest.fixture
async def office(sessions: SessionFactory, clock: FixedClock) -> AsyncIterator[Office]:
    roles = {
        "wang": Role.INSPECTOR,
        "li": Role.INSPECTOR,
        "leader": Role.SHIFT_LEADER,
        "seat": Role.SEAT,
    }
    async with sessions.begin() as db:
        people = {
            name: Account(
                username=name,
                display_name=name,
                role=role,
                password_hash="-",
                failures=0,
                created_at=clock.now(),
            )
            for name, role in roles.items()
        }
        db.add_all(people.values())
    await sheets.ensure_standard(sessions, clock)
    async with sessions() as db:
        (sheet,) = await sheets.listing(db)
    yield Office(sessions, clock, people, sheet.id)


@pytest.fixture
def of_seat(office: Office) -> Candidate:
    """A talk of the seat."""
    return talk(1, agent_id=office.people["seat"].id)
