"""Cases that came back (退单复核): each is looked at by a person, who says what was wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core import audit
from core.audit import Action
from core.db import begin_write
from core.errors import ConflictError, InvalidError, NotFoundError
from core.tables import Account
from ticketing.routing.tables import DecisionOutcome, ReturnVerdict, RoutingDecision
from ticketing.routing.versions import NOTE_LENGTH, Editor
from ticketing.tables import Case

_RETURNED = RoutingDecision.outcome == DecisionOutcome.RETURNED


@dataclass(frozen=True)
class Returned:
    """A returned decision with its case; names of who dispatched, returned and reviewed ('' for nobody)."""

    decision: RoutingDecision
    number: str | None
    address: str
    dispatched_by: str
    returned_by: str
    reviewed_by: str


@dataclass(frozen=True)
class Page:
    items: Sequence[Returned]
    #: Cursor of the next page.
    next: str | None
    #: How many wait for a review in all.
    waiting: int


async def page(session: AsyncSession, *, open_only: bool, limit: int, cursor: str) -> Page:
    """Newest first.

    Raises:
        InvalidError: a cursor no page gave.
    """
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
        raise InvalidError("查询条件有误", fields={"cursor": "不是有效的翻页位置"})
    gave, took, reviewed = aliased(Account), aliased(Account), aliased(Account)
    query = (
        select(
            RoutingDecision,
            Case.number,
            Case.address,
            gave.display_name,
            took.display_name,
            reviewed.display_name,
        )
        .join(Case, Case.id == RoutingDecision.case_id)
        .outerjoin(gave, gave.id == RoutingDecision.actor_id)
        .outerjoin(took, took.id == RoutingDecision.outcome_by)
        .outerjoin(reviewed, reviewed.id == RoutingDecision.reviewed_by)
        .where(_RETURNED)
        .order_by(RoutingDecision.id.desc())
        .limit(limit + 1)
    )
    if open_only:
        query = query.where(RoutingDecision.verdict == "")
    if cursor:
        query = query.where(RoutingDecision.id < int(cursor))
    found = [
        Returned(decision, number, address, by or "", back or "", looked or "")
        for decision, number, address, by, back, looked in await session.execute(query)
    ]
    items = found[:limit]
    more = str(items[-1].decision.id) if len(found) > limit else None
    waiting = await session.scalar(
        select(func.count()).select_from(RoutingDecision).where(_RETURNED, RoutingDecision.verdict == "")
    )
    return Page(items, more, waiting or 0)


async def review(editor: Editor, decision_id: int, verdict: ReturnVerdict, note: str) -> None:
    """Say why a case came back (复核).

    Raises:
        NotFoundError: no returned decision has this id.
        ConflictError: somebody has reviewed it.
        InvalidError: the note is missing or too long.
    """
    if not 1 <= len(note.strip()) <= NOTE_LENGTH:
        raise InvalidError("表单有误", fields={"note": f"请填写复核意见（1–{NOTE_LENGTH} 个字）"})
    async with editor.sessions() as session:
        await begin_write(session)
        query = select(RoutingDecision).where(RoutingDecision.id == decision_id, _RETURNED)
        row = await session.scalar(query.with_for_update())
        if row is None:
            raise NotFoundError("没有这条退单记录。")
        if row.verdict:
            raise ConflictError("这条退单已经复核过。")
        row.verdict, row.review_note = verdict, note.strip()
        row.reviewed_at, row.reviewed_by = editor.clock.now(), editor.id
        audit.record(
            session,
            at=row.reviewed_at,
            actor_id=editor.id,
            action=Action.ROUTING_REVIEWED,
            subject=f"case:{row.case_id}",
            address=editor.address,
            detail={"decision": row.id, "verdict": str(verdict), "note": row.review_note},
        )
        await session.commit()
