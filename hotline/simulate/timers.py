"""The timers of the house, run by the simulated clock; what was due is noted before they run."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from core.notice_settings import Notices
from hotline.simulate.books import Books
from hotline.simulate.gateway import Gateway
from ticketing.deadlines import ClockState
from ticketing.links.following import Following
from ticketing.notices.sender import Sender
from ticketing.rounds import Rounds
from ticketing.tables import Case, Stage


@dataclass
class Timers:
    """`tick` does all that is due by now: resumptions, the ladder, a changed calendar."""

    rounds: Rounds
    books: Books
    gateway: Gateway

    def __post_init__(self) -> None:
        adapters = dict.fromkeys(("sms", "email", "wechat"), self.gateway)
        self._sender = Sender(self.rounds.sessions, Notices(), adapters, self.rounds.clock)

    async def tick(self) -> None:
        self.books.recomputed += await self.rounds.recompute()
        await self._resume()
        await self._escalate()
        await self._follow()
        while await self._sender.once():
            pass

    async def _follow(self) -> None:
        """Reports of closed group events are closed too."""
        event = aliased(Case)
        query = select(Case.id).join(event, event.id == Case.merged_into)
        query = query.where(event.is_group, event.stage == Stage.CLOSED, Case.stage == Stage.MERGED)
        async with self.rounds.sessions() as session:
            due = list(await session.scalars(query))
        self.books.followers_due += len(due)
        following = Following(self.rounds.sessions, self.rounds.rules, self.rounds.clock)
        while done := await following.once():
            self.books.followed += done
        for case_id in due:
            self.books.stages[case_id] = Stage.CLOSED

    async def _resume(self) -> None:
        query = select(Case.id).where(Case.resume_at <= self.rounds.clock.now()).order_by(Case.id)
        async with self.rounds.sessions() as session:
            due = list(await session.scalars(query))
        self.books.resumptions_due += len(due)
        while done := await self.rounds.resume():
            self.books.resumed += done
        for case_id in due:
            self.books.stages[case_id] = Stage.HANDLING

    async def _escalate(self) -> None:
        while due := await self._ladder():
            for step in due:
                self.books.escalations[step + 1] += 1
            await self.rounds.escalate()

    async def _ladder(self) -> list[int]:
        """Steps taken so far, of each case whose next one is due."""
        query = select(Case.escalated).where(
            Case.escalate_at <= self.rounds.clock.now(), Case.clock == ClockState.RUNNING
        )
        async with self.rounds.sessions() as session:
            return list(await session.scalars(query))
