"""News of cases for who works on cases alone: each is told of their own, and of one that left them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.events import CaseEdited, CaseMoved, CaseOpened, Event
from ivr.ledger.tables import Call
from ticketing import scope
from ticketing.scope import Scope
from ticketing.tables import Case, CaseHistory
from web.api.cases import summary
from web.api.masking import Viewer
from web.api.route import Answer
from web.live.news import CaseNews

CaseEvent = CaseOpened | CaseMoved | CaseEdited


class CaseGoneNews(Answer):
    """A case of yours is somebody else's now; all there is to know of it is that."""

    type: Literal["case_gone"] = "case_gone"
    case_id: int


class CaseTelling:
    """One event of a case, worded for each reach."""

    def __init__(self, case: Case, call: Call | None, helping: list[str], before: Case) -> None:
        self._case, self._call, self._helping, self._before = case, call, helping, before

    def of(self, viewer: Viewer, reach: Scope) -> BaseModel | None:
        """What somebody who reaches that far is told; None: it is none of their business."""
        if reach.covers(self._case, self._helping):
            return CaseNews(case=summary(self._case, self._call, viewer))
        if reach.covers(self._before, self._helping):
            return CaseGoneNews(case_id=self._case.id)
        return None


async def read(db: AsyncSession, event: Event) -> CaseTelling | None:
    """What there is to tell of `event`; None where it is of no case."""
    if not isinstance(event, CaseEvent) or (case := await db.get(Case, event.case_id)) is None:
        return None
    call = await db.get(Call, case.call_id) if case.call_id else None
    query = select(CaseHistory).where(CaseHistory.case_id == case.id)
    if isinstance(event, CaseMoved):  # others may have followed already
        query = query.where(CaseHistory.move == event.move)
    last = await db.scalar(query.order_by(CaseHistory.seq.desc()).limit(1))
    before = Case(unit=case.unit, stage=case.stage, district=case.district)
    if last is not None:
        before.stage = last.from_stage
        before.unit = last.changes.get("unit", [case.unit])[0]
        before.district = last.changes.get("district", [case.district])[0]
    return CaseTelling(case, call, await scope.helpers(db, case.id), before)
