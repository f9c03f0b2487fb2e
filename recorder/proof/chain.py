"""Recomputing the chain: every day's sum from its entries, every entry from the recording it is about.

Entries come a page at a time, in the chain's order, so the first finding is the first that differs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from core.audit import Action
from core.db import SessionFactory
from core.tables import AuditEntry
from recorder.proof.findings import Finding, Problem, Report, Said
from recorder.proof.lines import (
    FIRST_PREVIOUS,
    Kind,
    RootSum,
    day_of,
    differing,
    kind_of,
    line_of,
    line_of_stone,
    milliseconds,
)
from recorder.proof.roots import Root
from recorder.proof.seal import OF_A_LINE
from recorder.proof.tables import RecordingDay, RecordingDayEntry
from recorder.retention.tables import Tombstone
from recorder.tables import Recording

_PAGE = 500
_AUDIT = "the audit trail"
#: Those who wrote roots down, in Chinese; files have their own names.
_NAMES = {_AUDIT: "审计记录"}
_MOVED = Said("the entry was changed or moved", "条目被改动或移位")
_ROOT = Said("the root is not the sum of the day's entries", "根值与当日条目不符")

Tell = Callable[[Finding], None]


class ChainCheck:
    """One walk along the chain; findings go to `tell`, figures to `report`."""

    def __init__(self, sessions: SessionFactory, report: Report, tell: Tell) -> None:
        self._sessions, self._report, self._tell = sessions, report, tell

    async def run(self, roots: Sequence[Root] = ()) -> None:
        """`roots` are what somebody wrote down elsewhere; the audit trail's are always asked."""
        expected = await self._written_down(roots)
        previous, number = FIRST_PREVIOUS, 0
        async for day in self._days():
            for missing in range(number + 1, day.number):
                self._chain("", Said(f"day number {missing} is missing", f"缺第 {missing} 个封存日"))
            self._link(day, previous, number)
            await self._day(day, expected.pop(day.number, {}))
            previous, number = day.root, day.number
            self._report.days += 1
        self._report.root = previous if number else ""
        for gone in sorted(expected):
            for source, root in sorted(expected[gone].items()):
                what = f"day number {gone} is missing; {source} knows its root"
                zh = f"缺第 {gone} 个封存日，{_NAMES.get(source, source)}中有其根值"
                self._chain(str(root.day), Said(what, zh))
        await self._orphans(number)

    def _link(self, day: RecordingDay, previous: str, number: int) -> None:
        if day.number == number + 1 and day.previous != previous:
            self._chain(
                str(day.day),
                Said(
                    f"day number {day.number} does not follow from day number {number}'s root",
                    f"第 {day.number} 个封存日与前一日的根值不相接",
                ),
            )

    async def _day(self, day: RecordingDay, written: dict[str, Root]) -> None:
        total, position, last, sound = RootSum(day), 0, ("", ""), 0
        async for page in self._entries(day.number):
            for entry in page:
                if entry.position != position:
                    self._chain(
                        str(day.day),
                        Said(f"position {position} is missing", f"缺第 {position} 条"),
                        entry.call_id,
                    )
                key = (entry.call_id, entry.kind)
                if key <= last or entry.line.split("\t")[:2] != [entry.kind, entry.call_id]:
                    self._chain(str(day.day), _MOVED, entry.call_id)
                total.take(entry.line)
                position, last, sound = entry.position + 1, key, sound + milliseconds(entry.line)
                self._report.entries += 1
                self._report.late += day_of(entry.line) < str(day.day) and entry.kind != Kind.DELETED
            await self._compare(day, page)
        if (day.count, day.seconds) != (position, sound / 1000):
            what = f"says {day.count} entries and {day.seconds} s"
            zh = f"所记 {day.count} 条 {day.seconds} 秒与条目不符"
            self._chain(str(day.day), Said(what, zh))
        if total.hex != day.root:
            self._chain(str(day.day), _ROOT)
        for source, root in sorted(written.items()):
            if (root.root, root.day) != (day.root, day.day):
                what = f"{source} has another root for day number {day.number}"
                zh = f"{_NAMES.get(source, source)}中第 {day.number} 个封存日的根值不同"
                self._chain(str(day.day), Said(what, zh))

    async def _compare(self, day: RecordingDay, page: Sequence[RecordingDayEntry]) -> None:
        call_ids = {entry.call_id for entry in page}
        async with self._sessions() as db:
            rows, stones = await known(db, call_ids)
        for entry in page:
            row, stone = rows.get(entry.call_id), stones.get(entry.call_id)
            if row is None:
                what = Said("the recording's row is gone", "录音记录不见了")
                self._tell(Finding(Problem.REMOVED, what, str(day.day), entry.call_id))
            elif why := _difference(entry, row, stone):
                self._tell(Finding(Problem.CHANGED, why, str(day.day), entry.call_id, row.id))

    async def _orphans(self, last: int) -> None:
        """Entries of days behind the last: foreign keys forbid them, so somebody took those away first."""
        query = select(RecordingDayEntry).where(RecordingDayEntry.day_number > last).limit(10)
        async with self._sessions() as db:
            for entry in await db.scalars(query):
                what = f"an entry of day number {entry.day_number}, which is gone"
                zh = f"第 {entry.day_number} 个封存日已不在，条目还在"
                self._chain("", Said(what, zh), entry.call_id)

    async def _written_down(self, roots: Sequence[Root]) -> dict[int, dict[str, Root]]:
        """Number of the day → who wrote its root down → that root."""
        found: dict[int, dict[str, Root]] = {}
        for root in [*await self._audited(), *roots]:
            sources = found.setdefault(root.number, {})
            again = root.source in sources and sources[root.source] != root
            sources[f"{root.source} (again)" if again else root.source] = root
        return found

    async def _audited(self) -> list[Root]:
        query = select(AuditEntry.detail).where(AuditEntry.action == Action.RECORDING_DAY_SEALED)
        async with self._sessions() as db:
            details = (await db.scalars(query.order_by(AuditEntry.id))).all()
        return [Root.of(one["number"], one["day"], one["root"], _AUDIT) for one in details if one]

    async def _days(self) -> AsyncIterator[RecordingDay]:
        last = -1
        while True:
            query = select(RecordingDay).where(RecordingDay.number > last).order_by(RecordingDay.number)
            async with self._sessions() as db:
                page = (await db.scalars(query.limit(_PAGE))).all()
            for day in page:
                yield day
            if len(page) < _PAGE:
                return
            last = page[-1].number

    async def _entries(self, number: int) -> AsyncIterator[Sequence[RecordingDayEntry]]:
        last, own = -(1 << 31), RecordingDayEntry.day_number == number
        while True:
            query = select(RecordingDayEntry).where(own, RecordingDayEntry.position > last)
            async with self._sessions() as db:
                page = (await db.scalars(query.order_by(RecordingDayEntry.position).limit(_PAGE))).all()
            if page:
                yield page
            if len(page) < _PAGE:
                return
            last = page[-1].position

    def _chain(self, day: str, detail: Said, call_id: str = "") -> None:
        self._tell(Finding(Problem.CHAIN, detail, day, call_id))


async def known(db: AsyncSession, call_ids: set[str]) -> tuple[dict[str, Recording], dict[str, Tombstone]]:
    """Rows and tombstones by call id."""
    rows = select(Recording).options(load_only(*OF_A_LINE)).where(Recording.call_id.in_(call_ids))
    stones = select(Tombstone).where(Tombstone.call_id.in_(call_ids))
    return (
        {row.call_id: row for row in await db.scalars(rows)},
        {stone.call_id: stone for stone in await db.scalars(stones)},
    )


def _difference(entry: RecordingDayEntry, row: Recording, stone: Tombstone | None) -> Said | None:
    """How the recording is not what the entry says; None: it is."""
    is_now = kind_of(row.state)
    if entry.kind == Kind.DELETED:
        if is_now != Kind.DELETED or stone is None:
            no_stone = (" without tombstone", "，且无凭证") if stone is None else ("", "")
            return Said(
                f"was deleted by two people; the row says {row.state}{no_stone[0]}",
                f"封存时已由两人删除，现为 {row.state}{no_stone[1]}",
            )
        return _fields(entry.line, line_of_stone(stone))
    if entry.kind not in list(Kind):
        return Said(f"the entry is of no kind: {entry.kind[:16]}", f"条目类别不明：{entry.kind[:16]}")
    if entry.kind == Kind.RECORDED and is_now not in (Kind.RECORDED, Kind.DELETED):
        what = f"was archived and verified; the row says {row.state}"
        return Said(what, f"封存时已归档校验，现为 {row.state}")
    if is_now == Kind.DELETED and stone is None:
        return Said("the row says deleted, and there is no tombstone", "记录为已删除，却无凭证")
    return _fields(entry.line, line_of(Kind(entry.kind), row))


def _fields(sealed: str, now: str) -> Said | None:
    names = differing(sealed, now)
    text = ", ".join(names)
    return Said(f"differs in {text}", f"与封存内容不同：{text}") if names else None
