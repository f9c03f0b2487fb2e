"""What must be true of every case, whoever did what to it: history, clock, counters, deadline."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.calendar import Hours, OfficeCalendar, store
from core.case_settings import Cases
from ticketing.clocks import Limit, Pause, Timetable, TimeUnit, deadline
from ticketing.tables import Case, CaseHistory, CasePause, Stage

_CLOCKS = {
    **dict.fromkeys((Stage.DISPATCHED, Stage.HANDLING), "running"),
    **dict.fromkeys(
        (Stage.SUSPENDED, Stage.DEFERRED, Stage.REPORTED, Stage.CHECKING, Stage.CHECKED), "paused"
    ),
    **dict.fromkeys((Stage.DRAFT, Stage.REGISTERED, Stage.VERIFYING, Stage.ESTABLISHED), ""),
    **dict.fromkeys((Stage.MERGED, Stage.REFUSED, Stage.VOID), ""),
}
_COUNTED = {
    "delays": ("grant_delay",),
    "suspensions": ("grant_suspend",),
    "returns": ("return",),
    "reworks": ("rework", "check_fail"),
    "urges": ("urge",),
    "supervisions": ("supervise",),
}
#: What halts the clock of a unit, what lets it go on, what takes it away.
_HALTS = frozenset({"grant_suspend", "grant_defer", "report_done"})
_GOES_ON = frozenset({"resume", "rework", "check_fail"})
_TAKES_AWAY = frozenset({"return", "reopen"})
_BATCH = 500


@dataclass(frozen=True)
class Whole:
    """A case with everything that is kept of its way."""

    case: Case
    history: Sequence[CaseHistory]
    pauses: Sequence[CasePause]


async def every(session: AsyncSession) -> AsyncIterator[Whole]:
    """All cases, a batch at a time."""
    last = 0
    while True:
        query = select(Case).where(Case.id > last).order_by(Case.id).limit(_BATCH)
        cases = list(await session.scalars(query))
        if not cases:
            return
        first, last = cases[0].id, cases[-1].id
        told: dict[int, list[CaseHistory]] = {}
        halted: dict[int, list[CasePause]] = {}
        entries = select(CaseHistory).where(CaseHistory.case_id.between(first, last))
        for entry in await session.scalars(entries.order_by(CaseHistory.case_id, CaseHistory.seq)):
            told.setdefault(entry.case_id, []).append(entry)
        pauses = select(CasePause).where(CasePause.case_id.between(first, last)).order_by(CasePause.id)
        for pause in await session.scalars(pauses):
            halted.setdefault(pause.case_id, []).append(pause)
        for case in cases:
            yield Whole(case, told.get(case.id, []), halted.get(case.id, []))
        session.expunge_all()


@dataclass(frozen=True)
class Check:
    """`rules` and `calendars`: what deadlines were reckoned with; the last calendar is the one that holds."""

    rules: Cases
    calendars: tuple[OfficeCalendar, ...]

    @classmethod
    async def made(cls, session: AsyncSession, rules: Cases) -> Check:
        return cls(rules, (OfficeCalendar(), await store.read(session)))

    def wrong(self, whole: Whole) -> list[str]:
        """What is not right about a case, in words; nothing when all is."""
        found = [*_history(whole), *_counters(whole), *_clock(whole), *self._deadline(whole)]
        return [f"case {whole.case.id}: {one}" for one in found]

    def _deadline(self, whole: Whole) -> Iterator[str]:
        """The due time once more, from the history alone; what stopped before a change stays as it was."""
        case = whole.case
        started, pauses = _ran(whole.history)
        if started != case.clock_started_at:
            yield f"its clock started {case.clock_started_at}, by its history {started}"
        elif started is not None and case.limit_value is not None:
            limit = Limit(case.limit_value, TimeUnit(case.limit_unit))
            calendars = self.calendars if case.clock == "stopped" else self.calendars[-1:]
            due = [self._due(one, started, limit, case.extra_value, pauses) for one in calendars]
            if case.due_at not in due:
                yield f"due {case.due_at}, by its history {due[-1]}"

    def _due(
        self, calendar: OfficeCalendar, start: datetime, limit: Limit, extra: int, pauses: list[Pause]
    ) -> datetime:
        timetable = Timetable(calendar, Hours.parse(self.rules.office_hours))
        return deadline(timetable, start, limit, extra=extra, pauses=pauses).due_at


def _history(whole: Whole) -> Iterator[str]:
    case, history = whole.case, whole.history
    if [one.seq for one in history] != list(range(1, len(history) + 1)) or not history:
        yield "its history has a gap"
        return
    for before, after in pairwise(history):
        if before.to_stage != after.from_stage:
            yield f"entry {after.seq} starts at {after.from_stage}, the one before led to {before.to_stage}"
        if before.at > after.at:
            yield f"entry {after.seq} is older than the one before"
    if history[-1].to_stage != case.stage:
        yield f"it stands at {case.stage}, its history at {history[-1].to_stage}"
    if case.version < len(history):
        yield f"{len(history)} entries and version {case.version}"


def _counters(whole: Whole) -> Iterator[str]:
    case, made = whole.case, Counter(one.move for one in whole.history)
    for column, names in _COUNTED.items():
        counted = sum(made[name] for name in names)
        if getattr(case, column) != counted:
            yield f"{column} {getattr(case, column)}, by its history {counted}"
    if case.suspensions > 1 or made["appeal"] > 1:
        yield "suspended or appealed more than once"
    if (case.closed_at is not None) != (case.stage == Stage.CLOSED):
        yield f"closed at {case.closed_at}, and stands at {case.stage}"
    numbered = case.registered_at is not None or bool(made["answer"] + made["refuse"])
    if (case.number is not None) != numbered:
        yield f"its number is {case.number}"


def _clock(whole: Whole) -> Iterator[str]:
    case = whole.case
    wanted = _CLOCKS.get(Stage(case.stage))
    if case.clock != wanted if wanted is not None else case.clock not in ("", "stopped"):
        yield f"{case.stage} with its clock {case.clock or 'not started'}"
    if bool(case.clock) != (case.unit is not None):
        yield f"clock {case.clock or 'not started'}, unit {case.unit}"
    running = sum(one.ended_at is None for one in whole.pauses)
    if running != (case.clock == "paused"):
        yield f"{running} pauses go on, clock {case.clock}"
    if case.pending and case.stage not in (Stage.HANDLING, Stage.CLOSED):
        yield f"{case.pending} is asked for at {case.stage}"
    if case.resume_at and case.stage not in (Stage.SUSPENDED, Stage.DEFERRED):
        yield f"goes on at {case.resume_at} by itself, at {case.stage}"


def _ran(history: Sequence[CaseHistory]) -> tuple[datetime | None, list[Pause]]:
    """Since when the clock counts, and what does not count, as the history tells."""
    started: datetime | None = None
    halted: datetime | None = None
    pauses: list[Pause] = []
    for one in history:
        if one.move == "dispatch":
            started, halted, pauses = one.at, None, []
        elif one.move in _TAKES_AWAY:
            started, halted, pauses = None, None, []
        elif started and one.move in _HALTS:
            halted = one.at
        elif halted and (one.move in _GOES_ON or one.to_stage == Stage.CLOSED != one.from_stage):
            pauses.append(Pause(halted, one.at))
            halted = None
    return started, pauses
