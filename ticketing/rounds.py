"""What happens to cases by itself: suspended ones go on, overdue ones are reported upwards, and when the
office calendar changes every running deadline is reckoned again. Part `timers` does this every few seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import SQLAlchemyError

from core import outbox
from core.calendar import OfficeCalendar, store
from core.case_settings import Cases
from core.clock import CHINA, Clock
from core.db import SessionFactory
from core.errors import ConflictError, HotlineError
from core.events import CaseEdited, CaseMoved
from ticketing import deadlines, door, moves, workflow
from ticketing.deadlines import ClockState
from ticketing.tables import Case

EVERY_S = 10.0
#: Cases looked at in one round; the rest comes with the next.
MOST = 500
#: Who is told at each step of the ladder; the unit itself first, at yellow.
LADDER = ("责任单位", "派遣员", "值班长", "领导")
_RUNS = (ClockState.RUNNING, ClockState.PAUSED)
log = structlog.get_logger()


@dataclass
class Rounds:
    """Each method does what is due now, once; a case somebody is just moving waits for the next round."""

    sessions: SessionFactory
    rules: Cases
    clock: Clock
    #: The calendar all running deadlines were reckoned with.
    _reckoned: OfficeCalendar | None = None

    async def run(self) -> None:
        """Again and again, until cancelled."""
        while True:
            try:
                await self.once()
            except (SQLAlchemyError, OSError) as error:
                log.warning("cases wait: the database is away", why=str(error).splitlines()[0])
            await asyncio.sleep(EVERY_S)

    async def once(self) -> None:
        await self.recompute()
        await self.resume()
        await self.escalate()

    async def resume(self) -> int:
        """Let suspended and deferred cases go on whose time has come (到期自动恢复); how many."""
        due = await self._ids(Case.resume_at <= self.clock.now())
        done = 0
        for case_id, version in due:
            try:
                await moves.move(
                    self.sessions,
                    case_id=case_id,
                    move="resume",
                    actor=None,
                    version=version,
                    note="到期自动恢复",
                    clock=self.clock,
                    rules=self.rules,
                )
                done += 1
            except ConflictError:
                continue  # somebody was faster: the next round looks again
            except HotlineError as error:
                log.error("a case cannot go on by itself", case_id=case_id, why=str(error))
        return done

    async def escalate(self) -> int:
        """Take the steps of the escalation ladder that are due (超时上报); how many."""
        due = await self._ids(Case.escalate_at <= self.clock.now(), Case.clock == ClockState.RUNNING)
        for case_id, _ in due:
            await self._escalate(case_id)
        return len(due)

    async def _escalate(self, case_id: int) -> None:
        async with self.sessions() as session:
            case = await door.locked(session, case_id)
            now = self.clock.now()
            if case.clock != ClockState.RUNNING or case.escalate_at is None or case.escalate_at > now:
                return
            row, before = workflow.find("escalate"), await door.before(session, case)
            who = LADDER[min(case.escalated, len(LADDER) - 1)]
            case.escalated += 1
            await deadlines.reckon(session, case, self.rules)
            door.touch(case, None, now)
            inputs = {"step": case.escalated}
            await door.write_history(session, case, row, before, f"时限提醒：{who}", inputs)
            outbox.add(session, CaseMoved(at=now, case_id=case.id, move=row.name))
            await session.commit()

    async def recompute(self) -> int:
        """Reckon every running deadline with a changed calendar, history and all; how many changed."""
        async with self.sessions() as session:
            calendar = await store.read(session)
        if calendar == self._reckoned:
            return 0
        async with self.sessions() as session:
            running = list(await session.scalars(select(Case.id).where(Case.clock.in_(_RUNS))))
        changed = [case_id for case_id in running if await self._recompute(case_id, calendar)]
        self._reckoned = calendar
        if changed:
            log.info("the calendar changed: deadlines reckoned anew", cases=len(changed))
        return len(changed)

    async def _recompute(self, case_id: int, calendar: OfficeCalendar) -> bool:
        async with self.sessions() as session:
            case = await door.locked(session, case_id)
            if case.clock not in _RUNS:
                return False
            before, old = await door.before(session, case), case.due_at
            await deadlines.reckon(session, case, self.rules, calendar)
            if case.due_at == old:
                return False
            note = f"工作日历变更，时限由{_told(old)}改为{_told(case.due_at)}"
            door.touch(case, None, door.moment(case, self.clock.now()))
            await door.write_history(session, case, workflow.find("recompute"), before, note)
            outbox.add(session, CaseEdited(at=case.changed_at, case_id=case.id))
            await session.commit()
        return True

    async def _ids(self, *which: ColumnElement[bool]) -> Sequence[tuple[int, int]]:
        query = select(Case.id, Case.version).where(*which).order_by(Case.id).limit(MOST)
        async with self.sessions() as session:
            return [(case_id, version) for case_id, version in await session.execute(query)]


def _told(moment: datetime | None) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if moment else "（日历未录入）"
