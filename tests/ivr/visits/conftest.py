"""A closed case, and a world that wants to know what the citizen thinks of the result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.after_call import Visits
from core.clock import FixedClock
from core.db import SessionFactory
from ivr.outbound.fakes import FakeDialler
from ivr.visits.book import VisitBook
from ivr.visits.keeper import VisitKeeper
from ivr.visits.ports import ClosedCase
from ivr.visits.tables import Visit
from tests.ivr.visits.fakes import FakeCases

LEVELS = ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]


@dataclass
class World:
    sessions: SessionFactory
    clock: FixedClock
    settings: Visits
    case: ClosedCase
    cases: FakeCases
    dialler: FakeDialler
    book: VisitBook
    keeper: VisitKeeper

    def restart(self) -> None:
        """As a new process would begin: nothing is remembered."""
        self.book = VisitBook(self.sessions, self.settings, self.clock)
        self.keeper = VisitKeeper(self.book, self.cases, self.dialler, self.settings, LEVELS)

    async def visits(self) -> list[Visit]:
        async with self.sessions() as session:
            return list(await session.scalars(select(Visit).order_by(Visit.id)))

    async def visit(self) -> Visit:
        (visit,) = await self.visits()
        return visit

    def wait(self, minutes: float) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    async def look(self) -> None:
        """One look of the keeper, to the end of the ringing."""
        await self.keeper.look()
        await self.keeper.idle()


@pytest.fixture
def world(sessions: SessionFactory, clock: FixedClock) -> World:
    """09:30 in China; visits are due half an hour after closing, three attempts two hours apart."""
    settings = Visits()
    case = ClosedCase(
        id=7,
        number="2102002026112300001",
        closed_at=clock.now(),
        phone="13800001234",
        confidential=False,
        wants_visit=True,
    )
    cases, dialler = FakeCases(case), FakeDialler()
    book = VisitBook(sessions, settings, clock)
    keeper = VisitKeeper(book, cases, dialler, settings, LEVELS)
    return World(sessions, clock, settings, case, cases, dialler, book, keeper)
