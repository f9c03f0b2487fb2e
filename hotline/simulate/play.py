"""The play itself: whose turn it is, by a simulated clock, and what comes of it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.case_settings import Cases
from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import ConflictError, HotlineError
from core.tables import Account, Role
from hotline.simulate import after, centre, mischief, outside
from hotline.simulate.books import Books
from hotline.simulate.gateway import Gateway
from hotline.simulate.house import Staff
from hotline.simulate.pace import Pace
from hotline.simulate.reports import Report
from hotline.simulate.timers import Timers
from hotline.simulate.view import Decision, Journey, Step, View, Wait
from ticketing import closed, drafts, links, moves, progress, routing
from ticketing.rounds import Rounds
from ticketing.tables import Case, Stage
from ticketing.workflow import OPEN, UNDER_WAY

#: Who decides at each stage.
DECIDES: dict[str, Callable[[View], Decision]] = {
    Stage.DRAFT: centre.draft,
    Stage.REGISTERED: centre.registered,
    Stage.VERIFYING: outside.verifying,
    Stage.ESTABLISHED: centre.established,
    Stage.DISPATCHED: outside.dispatched,
    Stage.HANDLING: outside.handling,
    Stage.SUSPENDED: outside.waiting,
    Stage.DEFERRED: outside.waiting,
    Stage.REPORTED: centre.reported,
    Stage.CHECKING: outside.checking,
    Stage.CHECKED: centre.checked,
    Stage.CLOSED: after.closed,
    Stage.MERGED: centre.out,
    Stage.REFUSED: centre.out,
    Stage.VOID: centre.out,
}
#: Of a hundred turns: something forbidden is tried first; a citizen asks; a leader says something.
_MISCHIEF, _ASKS, _LEADS = 2.5, 3.0, 1.0
Act = Callable[[], Awaitable[None]]


@dataclass
class Play:
    """One simulation, from the first call to the end of the last day."""

    sessions: SessionFactory
    clock: FixedClock
    staff: Staff
    chance: random.Random
    #: How often the timers run.
    timers: timedelta
    rules: Cases = field(default_factory=Cases)
    books: Books = field(default_factory=Books)

    def __post_init__(self) -> None:
        self._agenda: list[tuple[datetime, int, Act]] = []
        self._serial = itertools.count()
        self._journeys: dict[int, Journey] = {}
        self._pace = Pace(self.rules)
        rounds = Rounds(self.sessions, self.rules, self.clock)
        self._timers = Timers(rounds, self.books, Gateway(self.books, self.clock.now()))

    def at(self, when: datetime, act: Act) -> None:
        """Let `act` happen then."""
        heapq.heappush(self._agenda, (when, next(self._serial), act))

    async def run(
        self, reports: Sequence[Report], end: datetime, told: Callable[[datetime], None] = lambda _: None
    ) -> None:
        """Let it all happen until `end`; `told` hears how far it is."""
        for report in reports:
            self.at(report.at, self._call(report))
        self.at(self.clock.now(), self._tick)
        every = timedelta(hours=6)
        day = self.clock.now() + every
        while self._agenda and self._agenda[0][0] <= end:
            when, _, act = heapq.heappop(self._agenda)
            if when >= day:
                told(day)
                day += every
            self.clock.advance(max(when - self.clock.now(), timedelta()))
            await act()

    async def _tick(self) -> None:
        await self._timers.tick()
        self.at(self.clock.now() + self.timers, self._tick)

    def _call(self, report: Report) -> Act:
        """A citizen calls: a draft, whose transcript comes with it or a little later."""

        async def opened() -> None:
            is_late = self.chance.random() < 0.5
            case, is_new = await drafts.open_draft(
                self.sessions,
                call_id=_call_id(report),
                caller_number=report.phone,
                transcript="" if is_late else report.description,
                confidential=report.confidential,
                clock=self.clock,
            )
            if not is_new:
                self.books.surprises.append(f"call {report.serial} had a case already")
            first = self._journeys.get(report.repeats) if report.repeats is not None else None
            journey = Journey(report, first, case.id)
            self._journeys[report.serial] = journey
            self.books.stages[case.id] = case.stage
            if is_late:
                self.at(self.clock.now() + timedelta(seconds=50), self._transcript(report))
            self._next(journey, case)

        return opened

    def _transcript(self, report: Report) -> Act:
        async def filled() -> None:
            done = await drafts.fill_in_transcript(
                self.sessions, call_id=_call_id(report), transcript=report.description, clock=self.clock
            )
            self.books.edits += done is not None

        return filled

    def _next(self, journey: Journey, case: Case) -> None:
        when = self._pace.next_turn(case, self.clock.now(), self.chance)
        self.at(when, lambda: self._turn(journey))

    async def _turn(self, journey: Journey) -> None:
        """Somebody opens the case as it is now and does the next thing."""
        case = await self._read(journey.case_id)
        view = self._view(journey, case)
        if view.maybe(_MISCHIEF):
            await self._try(mischief.some(view), case)
        if view.maybe(_ASKS) and case.number:
            await self._asks(view)
            case = await self._read(journey.case_id)
        if view.maybe(_LEADS) and case.stage != Stage.DRAFT:
            case = await self._leads(view, case)
        match DECIDES[case.stage](await self._looked_at(self._view(journey, case))):
            case None:
                return
            case Wait(time):
                self.at(self.clock.now() + time, lambda: self._turn(journey))
            case Step(move="edit") as step:
                self._next(journey, await self._edit(step, case))
            case Step() as step:
                done = await self._step(step, case)
                journey.number = done.number
                self._next(journey, done)
                if step.move == "split":
                    await self._split_off(journey)

    async def _split_off(self, journey: Journey) -> None:
        """The second matter goes its own way."""
        newest = select(Case).where(Case.split_from == journey.case_id).order_by(Case.id.desc()).limit(1)
        async with self.sessions() as session:
            new = (await session.scalars(newest)).one()
        self.books.splits.add(new.id)
        self.books.stages[new.id] = new.stage
        self._next(Journey(journey.report, None, new.id, new.number, {"splits"}), new)

    async def _looked_at(self, view: View) -> View:
        """What the rooms say to whoever has the case open: repeats, and the unit the rules propose."""
        case, first = view.case, view.journey.repeats
        async with self.sessions() as session:
            if case.stage == Stage.REGISTERED and first:
                hinted = [one.case.id for one in await links.hints(session, case, self.rules)]
                self.books.repeats += 1
                self.books.hinted += first.case_id in hinted
            elif case.stage == Stage.ESTABLISHED:
                proposal = await routing.propose(session, case, view.now, self.rules)
                return replace(view, proposed=proposal.unit)
        return view

    def _view(self, journey: Journey, case: Case) -> View:
        first = journey.repeats
        stage = self.books.stages[first.case_id] if first else ""
        return View(case, journey, stage, self.clock.now(), self.chance, self.staff)

    async def _read(self, case_id: int) -> Case:
        async with self.sessions() as session:
            return await session.get_one(Case, case_id)

    async def _edit(self, step: Step, case: Case) -> Case:
        version, fields, by = case.version, step.fields, step.by
        done = await drafts.edit_draft(
            self.sessions, case_id=case.id, actor=by, version=version, fields=fields, clock=self.clock
        )
        self.books.edits += done.version != case.version
        return done

    async def _step(self, step: Step, case: Case) -> Case:
        """Make the move; with a rival, both at once, of whom one is told that the other was faster."""
        if step.move == "reopen" and step.by is None:
            return await self._comes_back(step, case)
        people = [step.by, *([step.rival] if step.rival else [])]
        both = await asyncio.gather(
            *(self._move(step.move, case, by, step.given, step.fields, step.note) for by in people),
            return_exceptions=True,
        )
        done = [one for one in both if isinstance(one, Case)]
        refused = [one for one in both if isinstance(one, BaseException)]
        for one in refused:
            if not isinstance(one, HotlineError):
                raise one
        if len(done) != 1:
            self.books.surprises.append(f"case {case.id}: {step.move} done {len(done)} times: {refused}")
            return await self._read(case.id)
        if step.rival:
            self.books.races += 1
            self.books.conflicts += sum(isinstance(one, ConflictError) for one in refused)
        self._book(step, case, done[0])
        return done[0]

    def _book(self, step: Step, case: Case, done: Case) -> None:
        role = step.by.role if step.by else "system"
        self.books.moved(case.id, step.move, role, case.stage, done.stage)
        if step.move == "reopen":
            self.books.ratings_undone += case.rating is not None
            self.books.linked += case.merged_into is not None

    async def _comes_back(self, step: Step, case: Case) -> Case:
        """The result visit sends the case back, by the way it has for that."""
        assert case.closed_at is not None  # noqa: S101 - it is closed
        if not await closed.reopen(
            self.sessions, case_id=case.id, closed_at=case.closed_at, reason=step.note, clock=self.clock
        ):
            self.books.surprises.append(f"case {case.id} was closed and cannot come back")
            return case
        done = await self._read(case.id)
        self._book(step, case, done)
        return done

    async def _move(
        self, name: str, case: Case, by: Account | None, given: Any, fields: Any, note: str, lag: int = 0
    ) -> Case:
        return await moves.move(
            self.sessions,
            case_id=case.id,
            move=name,
            actor=by,
            version=case.version - lag,
            given=given,
            fields=fields,
            note=note,
            clock=self.clock,
            rules=self.rules,
        )

    async def _try(self, one: mischief.Try, case: Case) -> None:
        """Something forbidden: noted with the answer it got."""
        self.books.tried[one.code] += 1
        target = Case(id=one.case_id, version=1) if one.case_id else case
        try:
            await self._move(one.move, target, one.by, one.given, one.fields, one.note, one.lag)
        except HotlineError as error:
            self.books.told_no[error.code] += 1
            if error.code != one.code:
                self.books.surprises.append(f"case {case.id}, {one.move}: {error.code}, not {one.code}")
        else:
            self.books.surprises.append(f"case {case.id}: {one.move} was allowed, not {one.code}")

    async def _asks(self, view: View) -> None:
        """The citizen asks how far it is, and is told; a seat urges the unit (催办)."""
        self.books.asked += 1
        async with self.sessions() as session:
            standing = await progress.of_number(session, view.case.number or "")
        if standing is None:
            return
        self.books.told += standing.stage == self.books.stages[view.case.id]
        if view.case.stage in OPEN:
            await self._step(Step(move="urge", by=view.one_of(Role.SEAT)), view.case)

    async def _leads(self, view: View, case: Case) -> Case:
        """A leader instructs (批示) or supervises (督办); a shift leader sometimes ends it (强制结案)."""
        leader = view.one_of(Role.LEADER)
        if case.stage not in UNDER_WAY:
            return await self._step(Step(move="instruct", by=leader, note="请尽快"), case)
        if view.maybe(15):
            step = Step(move="force_close", by=view.one_of(Role.SHIFT_LEADER), note="现场已由市民自行处理")
            return await self._step(step, case)
        return await self._step(Step(move="supervise", by=leader, note="限时办结"), case)


def _call_id(report: Report) -> str:
    return f"sim-{report.at:%Y%m%d}-{report.serial}"
