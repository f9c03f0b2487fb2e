"""Legal hold (法律保全): while it lasts nobody deletes what it protects, whoever signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.db import begin_write
from core.errors import ConflictError, ForbiddenError, NotFoundError
from core.settings import Retention
from core.tables import Role
from recorder.capture.sides import call_of
from recorder.retention.model import CallFacts
from recorder.retention.tables import HoldScope, LegalHold
from recorder.rights.store import Actor
from recorder.tables import Recording, RecordingState


@dataclass(frozen=True)
class Holds:
    """The holds in force, for looking many recordings up."""

    targets: frozenset[tuple[str, str]]

    def on(self, recording_id: int, call_id: str, facts: CallFacts | None) -> bool:
        """Whether one of them protects that recording; a call's covers what was recorded beside it (旁录)."""
        calls = {call_id, call_of(call_id)}
        wanted = {(str(HoldScope.RECORDING), str(recording_id))}
        wanted |= {(str(HoldScope.CALL), one) for one in calls}
        if facts is not None:
            wanted |= {(str(HoldScope.NUMBER), number) for number in facts.numbers}
            wanted |= {(str(HoldScope.CASE), str(facts.case_id))} if facts.case_id is not None else set()
        return not wanted.isdisjoint(self.targets)


async def in_force(db: AsyncSession) -> Holds:
    """The holds that are not lifted."""
    query = select(LegalHold.scope, LegalHold.target).where(LegalHold.lifted_at.is_(None))
    return Holds(frozenset((scope, target) for scope, target in await db.execute(query)))


async def listing(db: AsyncSession, *, after: int | None, limit: int) -> Sequence[LegalHold]:
    """Holds, those in force first, then newest first; those behind the hold `after`."""
    is_over = LegalHold.lifted_at.is_not(None)
    query = select(LegalHold).order_by(is_over, LegalHold.id.desc())
    rows = (await db.scalars(query)).all()
    ids = [row.id for row in rows]
    start = ids.index(after) + 1 if after in ids else 0
    return rows[start : start + limit]


async def put(db: AsyncSession, actor: Actor, scope: HoldScope, target: str, reason: str) -> LegalHold:
    """Hold what `target` names and commit it. Two holds on one thing are two: both must be lifted.

    Raises:
        ConflictError: that recording is deleted already.
    """
    await begin_write(db)
    await _check_there(db, scope, target)
    hold = LegalHold(
        scope=scope, target=target, reason=reason, set_by=actor.account.id, set_at=actor.now, lift_reason=""
    )
    db.add(hold)
    await db.flush()
    actor.note(db, Action.HOLD_SET, f"hold:{hold.id}", scope=scope, reason=reason)
    await db.commit()
    return hold


async def _check_there(db: AsyncSession, scope: HoldScope, target: str) -> None:
    query = select(Recording.state)
    if scope is HoldScope.RECORDING:
        query = query.where(Recording.id == int(target))
    elif scope is HoldScope.CALL:
        query = query.where(Recording.call_id == target)
    else:
        return
    if await db.scalar(query.with_for_update()) == RecordingState.DELETED:
        raise ConflictError("这段录音已经删除，无法保全。")


async def lift(db: AsyncSession, actor: Actor, hold_id: int, reason: str, settings: Retention) -> LegalHold:
    """Lift a hold and commit it.

    Raises:
        NotFoundError: no such hold.
        ForbiddenError: not an administrator, or, where the setting says so, the one who set it.
        ConflictError: it is lifted already.
    """
    await begin_write(db)
    hold = await db.get(LegalHold, hold_id, with_for_update=True)
    if hold is None:
        raise NotFoundError("没有这项保全。")
    if hold.lifted_at is not None:
        raise ConflictError("这项保全已经解除。")
    if not may_lift(actor, hold, settings):
        raise ForbiddenError("只能由另一位管理员解除这项保全。")
    hold.lifted_by, hold.lifted_at, hold.lift_reason = actor.account.id, actor.now, reason
    actor.note(db, Action.HOLD_LIFTED, f"hold:{hold.id}", scope=hold.scope, reason=reason)
    await db.commit()
    return hold


def may_lift(actor: Actor, hold: LegalHold, settings: Retention) -> bool:
    """By the setting `retention.lifter`."""
    is_other = hold.set_by != actor.account.id or settings.lifter == "administrator"
    return actor.account.role == Role.ADMINISTRATOR and is_other and hold.lifted_at is None
