"""Proving the histories: every sum computed again, and what does not agree is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from core import chain, trail
from core.audit import Action
from core.db import SessionFactory
from core.tables import AuditEntry, AuditLink
from ticketing.history.chain import sum_of
from ticketing.history.findings import Finding, Problem, Report
from ticketing.history.seal import Head, Root
from ticketing.history.tables import HistorySeal, HistorySealHead
from ticketing.tables import Case, CaseHistory

_PAGE = 1000
#: Of each sort that only a wholesale deletion brings, this many are named.
_MOST_NAMED = 20


class Check:
    """One walk over everything. `tell` hears each finding as it comes up."""

    def __init__(self, sessions: SessionFactory, tell: Callable[[Finding], None] | None = None) -> None:
        self._sessions, self._tell = sessions, tell
        self.report = Report()
        self._numbers: dict[int, str | None] = {}

    async def run(self, roots: Mapping[int, str] | None = None) -> Report:
        """All of it. `roots`: number of a seal → the root somebody wrote down elsewhere."""
        await self._histories()
        await self._cases_without()
        await self._seals(await self._written_down(roots or {}))
        await self._heads_gone()
        await self._audit()
        return self.report

    def _found(self, problem: Problem, what: str, zh: str, case_id: int | None = None, seq: int = 0) -> None:
        number = self._numbers.get(case_id) if case_id else None
        finding = Finding(problem, what, zh, case_id, number, seq or None)
        self.report.findings.append(finding)
        if self._tell:
            self._tell(finding)

    async def _histories(self) -> None:
        last: CaseHistory | None = None
        while page := await self._page(last):
            first = last.case_id if last else page[0].case_id
            stages = await self._stages(first, page[-1].case_id)
            for entry in page:
                if last is not None and last.case_id != entry.case_id:
                    self._case_ends(last, stages)
                    last = None
                self._entry(entry, last)
                last = entry
            self.report.entries += len(page)
        if last is not None:
            self._case_ends(last, await self._stages(last.case_id, last.case_id))

    async def _page(self, last: CaseHistory | None) -> Sequence[CaseHistory]:
        query = select(CaseHistory).order_by(CaseHistory.case_id, CaseHistory.seq).limit(_PAGE)
        if last is not None:
            query = query.where(_after(last))
        async with self._sessions() as session:
            return (await session.scalars(query)).all()

    async def _stages(self, first: int, last: int) -> dict[int, str]:
        """Stage of each case by id, both ends included."""
        query = select(Case.id, Case.number, Case.stage).where(Case.id.between(first, last))
        async with self._sessions() as session:
            rows = (await session.execute(query)).all()
        self._numbers = {row.id: row.number for row in rows}
        return {row.id: row.stage for row in rows}

    def _entry(self, entry: CaseHistory, last: CaseHistory | None) -> None:
        where = (entry.case_id, entry.seq)
        follows = last.seq if last else 0
        previous = last.hash if last else chain.FIRST
        if entry.seq != follows + 1:
            gone = f"{follows + 1}" if entry.seq == follows + 2 else f"{follows + 1}-{entry.seq - 1}"
            self._found(Problem.MISSING, f"entry {gone} before it is gone", f"缺第 {gone} 条流转记录", *where)
        elif entry.prev_hash != previous:
            self._found(Problem.DETACHED, "does not follow the entry before it", "与前一条不相接", *where)
        if entry.hash != sum_of(entry, entry.prev_hash):
            self._found(Problem.CHANGED, f"was changed ({entry.move})", "流转记录被改动", *where)

    def _case_ends(self, last: CaseHistory, stages: Mapping[int, str]) -> None:
        self.report.cases += 1
        stage = stages.get(last.case_id)
        if stage is not None and stage != last.to_stage:
            what = f"the case is {stage}, its last entry says {last.to_stage}"
            zh = f"案卷现为 {stage}，最后一条记录却是 {last.to_stage}"
            self._found(Problem.CASE, what, zh, last.case_id, last.seq)

    async def _cases_without(self) -> None:
        """Cases whose whole history was taken away."""
        has = exists().where(CaseHistory.case_id == Case.id)
        query = select(Case.id, Case.number).where(~has).order_by(Case.id).limit(_MOST_NAMED)
        async with self._sessions() as session:
            for case_id, number in await session.execute(query):
                self._numbers[case_id] = number
                self._found(Problem.MISSING, "the case has no history", "案卷没有任何流转记录", case_id)

    async def _written_down(self, roots: Mapping[int, str]) -> dict[int, dict[str, str]]:
        """Number of a seal → who wrote its root down → that root."""
        found: dict[int, dict[str, str]] = {number: {"名单": root} for number, root in roots.items()}
        query = select(AuditEntry.detail).where(AuditEntry.action == Action.HISTORY_SEALED)
        async with self._sessions() as session:
            for detail in await session.scalars(query):
                found.setdefault(int(detail["number"]), {})["审计记录"] = str(detail["root"])
        return found

    async def _seals(self, written: dict[int, dict[str, str]]) -> None:
        query = select(HistorySeal).order_by(HistorySeal.number)
        async with self._sessions() as session:
            seals = (await session.scalars(query)).all()
        previous, number = chain.FIRST, 0
        for seal in seals:
            if seal.number != number + 1:
                self._found(Problem.SEAL, f"seal {number + 1} is gone", f"缺第 {number + 1} 次封存")
            elif seal.previous != previous:
                self._found(
                    Problem.SEAL, f"seal {seal.number} does not follow", f"第 {seal.number} 次封存不相接"
                )
            if await self._root(seal) != seal.root:
                what = f"seal {seal.number} of {seal.day} is not the sum of its heads"
                self._found(Problem.SEAL, what, f"第 {seal.number} 次封存（{seal.day}）的根值与内容不符")
            for source, root in written.pop(seal.number, {}).items():
                if root != seal.root:
                    what = f"seal {seal.number} has another root elsewhere"
                    self._found(Problem.SEAL, what, f"{source}中第 {seal.number} 次封存的根值不同")
            previous, number = seal.root, seal.number
        for gone in sorted(written):
            self._found(
                Problem.SEAL, f"seal {gone} is gone, its root is known", f"缺第 {gone} 次封存，另有其根值"
            )
        self.report.seals, self.report.root = len(seals), previous if seals else ""

    async def _root(self, seal: HistorySeal) -> str:
        root, after = Root(seal), -1
        columns = (HistorySealHead.case_id, HistorySealHead.seq, HistorySealHead.hash)
        while True:
            query = select(*columns).where(HistorySealHead.number == seal.number, columns[0] > after)
            async with self._sessions() as session:
                heads = (await session.execute(query.order_by(columns[0]).limit(_PAGE))).all()
            for head in heads:
                root.take(Head(*head))
            if len(heads) < _PAGE:
                return root.hex
            after = heads[-1].case_id

    async def _heads_gone(self) -> None:
        """Entries a seal has seen that are not there, or not so, any more."""
        entry = aliased(CaseHistory)
        query = (
            select(HistorySealHead, entry.hash)
            .outerjoin(
                entry, and_(entry.case_id == HistorySealHead.case_id, entry.seq == HistorySealHead.seq)
            )
            .where(or_(entry.hash.is_(None), entry.hash != HistorySealHead.hash))
            .order_by(HistorySealHead.case_id, HistorySealHead.number)
            .limit(_MOST_NAMED)
        )
        async with self._sessions() as session:
            for head, now in (await session.execute(query)).all():
                if now is None:
                    kind, what = Problem.MISSING, f"is gone; seal {head.number} has it"
                    zh = f"流转记录不见了，第 {head.number} 次封存时尚在"
                else:
                    kind, what = Problem.CHANGED, f"is another than seal {head.number} has"
                    zh = f"流转记录与第 {head.number} 次封存时不同"
                self._found(kind, what, zh, head.case_id, head.seq)

    async def _audit(self) -> None:
        words = {
            "gone": ("is gone", "不见了"),
            "missing": ("follows links that are gone", "之前的链条缺失"),
            "changed": ("was changed", "被改动"),
        }
        async for one in trail.breaks(self._sessions):
            what, zh = words[one.what]
            self._found(
                Problem.AUDIT, f"audit line {one.audit_id} {what}", f"审计记录第 {one.audit_id} 条{zh}"
            )
        await self._audit_as_sealed()
        async with self._sessions() as session:
            self.report.audit_links = (await trail.end(session)).position
            self.report.audit_waiting = await trail.waiting(session)

    async def _audit_as_sealed(self) -> None:
        """The chain's last lines may be gone together with their links: seals remember where it ended."""
        query = (
            select(HistorySeal.number, HistorySeal.audit_position)
            .outerjoin(AuditLink, AuditLink.position == HistorySeal.audit_position)
            .where(HistorySeal.audit_position > 0)
            .where(or_(AuditLink.hash.is_(None), AuditLink.hash != HistorySeal.audit_hash))
            .order_by(HistorySeal.number)
            .limit(_MOST_NAMED)
        )
        async with self._sessions() as session:
            for number, position in await session.execute(query):
                what = f"link {position} of the audit trail is not as seal {number} saw it"
                self._found(Problem.AUDIT, what, f"审计链第 {position} 环与第 {number} 次封存时不符")


def _after(last: CaseHistory) -> ColumnElement[bool]:
    return or_(
        CaseHistory.case_id > last.case_id,
        and_(CaseHistory.case_id == last.case_id, CaseHistory.seq > last.seq),
    )
