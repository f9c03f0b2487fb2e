"""The walk through the whole archive: the chain, every row, every object, every answered call (核验).

A page of rows, keys or calls is in memory at a time. The hotline goes on meanwhile: before anything is said
of a recording its row is read once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from threading import Event
from time import monotonic

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import defer

from core.clock import CHINA, Clock
from core.db import SessionFactory
from core.settings import Settings
from recorder.capture.missing import TOLERANCE
from recorder.legs import Legs
from recorder.proof import stones
from recorder.proof.calls import AnsweredCalls, without_trace
from recorder.proof.chain import ChainCheck
from recorder.proof.findings import Finding, Problem, Report, Said
from recorder.proof.lines import Kind, begin_of, end_of
from recorder.proof.objects import look
from recorder.proof.roots import Root
from recorder.proof.seal import kinds_of, sealed_until
from recorder.proof.strays import stores_in_use, strays
from recorder.retention.tables import Tombstone
from recorder.storage import open_store
from recorder.storage.protocol import StoreUnavailableError
from recorder.tables import Recording, RecordingState

_PAGE = 200
#: What a call or a deletion leaves behind may take so long to appear, or to go.
SETTLED = timedelta(minutes=15)
#: Seconds until a store that was away is asked again.
_AWAY_S = 60.0
#: In these states there is an object that is to be what the row says.
_STORED = (RecordingState.ARCHIVED, RecordingState.VERIFIED, RecordingState.TRANSCRIBED)

_NOT_SEALED = Said("its day is sealed without it", "该日已封存，其中没有这条录音")
_DELETION_NOT_SEALED = Said(
    "its deletion is not in the chain, though that day is sealed", "删除之日已封存，其中没有这次删除"
)
_NO_OBJECT = Said("the row names no object", "记录里没有对象名")
_NO_LEGS = Said("not archived yet, and nothing of it lies in the spool", "尚未归档，暂存目录里也没有它的声音")

#: Told of each finding as it is found, and of the progress: which part, and how far.
Tell = Callable[[Finding], None]
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Wanted:
    """What is to be looked at: recordings made, and calls that ended, on these days in China. The chain is
    always looked at as a whole. `quick`: of objects presence and size only."""

    first: date | None = None
    last: date | None = None
    quick: bool = False

    def covers(self, day: date) -> bool:
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


class Walk:
    """One walk; what it saw is in `report`."""

    def __init__(
        self,
        settings: Settings,
        sessions: SessionFactory,
        clock: Clock,
        calls: AnsweredCalls,
        wanted: Wanted,
        *,
        tell: Tell = lambda _finding: None,
        progress: Progress = lambda _part, _done: None,
    ) -> None:
        self._settings, self._sessions, self._clock = settings, sessions, clock
        self._calls, self._wanted = calls, wanted
        self._told, self._progress = tell, progress
        self._stop = Event()
        #: Store → when it is asked again, and how many of its objects were passed over.
        self._away: dict[str, float] = {}
        self._passed: dict[str, tuple[int, str]] = {}
        self.report = Report()

    async def run(self, roots: Sequence[Root] = ()) -> Report:
        """Look at everything; `roots` are those somebody wrote down outside of the database."""
        try:
            await ChainCheck(self._sessions, self.report, self._tell).run(roots)
            await self._rows()
            await self._objects()
            await self._answered()
        finally:
            self._stop.set()
        for store, (count, why) in sorted(self._passed.items()):
            self._tell(Finding(Problem.STORE, _not_looked_at(store, count, why)))
        return self.report

    async def _rows(self) -> None:
        async with self._sessions() as db:
            until = await sealed_until(db, self._clock.now())
        async for page in self._pages():
            async with self._sessions() as db:
                kinds = await kinds_of(db, [row.call_id for row, _ in page])
            for row, stone in page:
                self.report.recordings += 1
                self._in_chain(row, stone, kinds.get(row.call_id, set()), until)
                await self._row(row, stone)
            self._progress("recordings", self.report.recordings)

    def _in_chain(
        self, row: Recording, stone: Tombstone | None, kinds: set[str], until: datetime | None
    ) -> None:
        if until is None or row.created_at >= until:
            return
        if not kinds:
            self._about(Problem.ADDED, row, _NOT_SEALED)
        elif stone is not None and stone.deleted_at < until and Kind.DELETED not in kinds:
            self._about(Problem.ADDED, row, _DELETION_NOT_SEALED)

    async def _row(self, row: Recording, stone: Tombstone | None) -> None:
        if wrong := stones.mistake(row, stone):
            self._about(wrong[0], row, wrong[1])
        if row.state == RecordingState.DELETED:
            self.report.deleted += 1
            if stone is not None and stone.archive_key:
                await self._erased(row, stone)
        elif row.state == RecordingState.STAGED:
            self.report.waiting += 1
            await self._legs(row)
        elif row.state in _STORED:
            await self._object(row)
        else:
            self.report.damaged += 1

    async def _object(self, row: Recording) -> None:
        if not row.archive_key:
            self._about(Problem.MISSING, row, _NO_OBJECT)
            return
        found = await self._ask(row)
        if found is None:
            return
        now = await self._again(row)
        if (now.state, now.archive_key, now.archive_sha256) == (
            row.state,
            row.archive_key,
            row.archive_sha256,
        ):
            self._about(found[0], row, found[1])
        elif now.state in _STORED and (found := await self._ask(now)):
            self._about(found[0], now, found[1])

    async def _ask(self, row: Recording) -> tuple[Problem, str] | None:
        if monotonic() < self._away.get(row.store, 0.0):
            self._pass(row.store)
            return None
        try:
            return await asyncio.to_thread(
                look, self._settings, row, self._stop.is_set, quick=self._wanted.quick
            )
        except StoreUnavailableError as error:
            self._away[row.store] = monotonic() + _AWAY_S
            self._pass(row.store, str(error))
            return None

    def _pass(self, store: str, why: str = "", objects: int = 1) -> None:
        count, before = self._passed.get(store, (0, ""))
        self._passed[store] = (count + objects, before or why)

    async def _erased(self, row: Recording, stone: Tombstone) -> None:
        if self._clock.now() - stone.deleted_at < SETTLED or monotonic() < self._away.get(stone.store, 0.0):
            return
        try:
            is_there = await asyncio.to_thread(stones.is_object_there, self._settings, stone)
        except StoreUnavailableError as error:
            self._away[stone.store] = monotonic() + _AWAY_S
            self._pass(stone.store, str(error))
            return
        if is_there:
            self._about(Problem.NOT_DELETED, row, f"{stone.store}: {stone.archive_key}")

    async def _legs(self, row: Recording) -> None:
        legs = Legs(self._settings.spool_dir, row.call_id)
        if self._clock.now() - row.created_at < SETTLED:
            return
        if (
            not await asyncio.to_thread(legs.sizes)
            and (await self._again(row)).state == RecordingState.STAGED
        ):
            self._about(Problem.MISSING, row, _NO_LEGS)

    async def _objects(self) -> None:
        for name in await stores_in_use(self._settings, self._sessions):
            try:
                store = open_store(self._settings, name)
                await asyncio.to_thread(store.probe)
                keys = filter(self._is_wanted, store.keys())
                async for page in _in_pages(keys):
                    self.report.objects += len(page)
                    for finding in await strays(self._sessions, name, page):
                        self._tell(finding)
                    self._progress("objects", self.report.objects)
                strange = filter(stones.is_nobodys, store.strange())
                async for page in _in_pages(strange):
                    for key in page:
                        self._tell(Finding(Problem.STRAY, _strange(name, key)))
            except StoreUnavailableError as error:
                self._pass(name, str(error), objects=0)

    def _is_wanted(self, key: str) -> bool:
        return self._wanted.covers(date.fromisoformat(key[:10].replace("/", "-")))

    async def _answered(self) -> None:
        since = begin_of(self._wanted.first) if self._wanted.first else None
        until = self._clock.now() - SETTLED
        if self._wanted.last:
            until = min(until, end_of(self._wanted.last))
        after = ""
        while page := await self._calls.page(after, since, until, _PAGE):
            after = page[-1].call_id
            self.report.calls += len(page)
            long = {one.call_id: one for one in page if one.ended_at - one.answered_at >= TOLERANCE}
            async with self._sessions() as db:
                missing = await without_trace(db, list(long))
            for call_id in sorted(missing):
                lasted = (long[call_id].ended_at - long[call_id].answered_at).total_seconds()
                day = str(long[call_id].ended_at.astimezone(CHINA).date())
                what = Said(
                    f"answered for {lasted:.0f} s, with neither a recording nor a note why",
                    f"接通 {lasted:.0f} 秒，没有录音，也没有缺失说明",
                )
                self._tell(Finding(Problem.UNRECORDED, what, day, call_id))
            self._progress("calls", self.report.calls)

    async def _pages(self) -> AsyncIterator[Sequence[tuple[Recording, Tombstone | None]]]:
        last = 0
        while True:
            query = (
                select(Recording, Tombstone)
                .options(defer(Recording.peaks))
                .outerjoin(Tombstone, Tombstone.recording_id == Recording.id)
                .where(Recording.id > last, *self._days())
                .order_by(Recording.id)
                .limit(_PAGE)
            )
            async with self._sessions() as db:
                page = (await db.execute(query)).all()
            if not page:
                return
            yield page
            last = page[-1][0].id

    def _days(self) -> list[ColumnElement[bool]]:
        first, last = self._wanted.first, self._wanted.last
        found: list[ColumnElement[bool]] = []
        if first:
            found.append(Recording.created_at >= begin_of(first))
        if last:
            found.append(Recording.created_at < end_of(last))
        return found

    async def _again(self, row: Recording) -> Recording:
        async with self._sessions() as db:
            query = select(Recording).options(defer(Recording.peaks)).where(Recording.id == row.id)
            return await db.scalar(query) or row

    def _about(self, problem: Problem, row: Recording, detail: str) -> None:
        day = str(row.created_at.astimezone(CHINA).date())
        self._tell(Finding(problem, detail, day, row.call_id, row.id))

    def _tell(self, finding: Finding) -> None:
        self.report.add(finding)
        self._told(finding)


def _not_looked_at(store: str, count: int, why: str) -> Said:
    return Said(f"{store}: {count} objects were not looked at: {why}", f"{store}：{count} 个对象未查：{why}")


def _strange(store: str, name: str) -> Said:
    return Said(f"{store}: {name[:200]} is no key of ours", f"{store}：{name[:200]} 不是本系统的对象")


async def _in_pages(names: Iterator[str]) -> AsyncIterator[list[str]]:
    """`names` a page at a time, asked for in a thread."""
    while page := await asyncio.to_thread(lambda: list(islice(names, _PAGE))):
        yield page
