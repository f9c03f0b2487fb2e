"""Grants and reasons in the database. Doors add their audit row in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.db import begin_write
from core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from core.tables import Account, Role
from recorder.rights.model import Granted, Limit, Right, scopes
from recorder.rights.tables import RecordingGrant, RecordingReason

#: Characters of a reason or note.
REASON_LENGTH = 200


@dataclass(frozen=True)
class Actor:
    """Who acts, from where, and when."""

    account: Account
    address: str
    now: datetime

    def note(self, db: AsyncSession, action: Action, subject: str, **detail: object) -> None:
        """The audit line of what is done, in its own transaction."""
        audit.record(
            db,
            at=self.now,
            actor_id=self.account.id,
            action=action,
            subject=subject,
            address=self.address,
            detail=detail,
        )


async def granted(db: AsyncSession, account_id: int, now: datetime) -> list[Granted]:
    """The grants of an account that are in force at `now`."""
    return (await granted_to(db, [account_id], now)).get(account_id, [])


async def granted_to(
    db: AsyncSession, account_ids: Collection[int], now: datetime
) -> dict[int, list[Granted]]:
    """The same for several accounts; those without any are left out."""
    query = select(RecordingGrant).where(
        RecordingGrant.account_id.in_(account_ids),
        RecordingGrant.ended_at.is_(None),
        or_(RecordingGrant.expires_at.is_(None), RecordingGrant.expires_at > now),
    )
    found: dict[int, list[Granted]] = {}
    for row in await db.scalars(query):
        limit = Limit(frozenset(row.queues), frozenset(row.districts), row.own)
        found.setdefault(row.account_id, []).append(Granted(Right(row.right_name), row.allowed, limit))
    return found


async def grants(db: AsyncSession, *, after: int | None, limit: int) -> Sequence[RecordingGrant]:
    """All grants, newest first, those before the id `after`."""
    query = select(RecordingGrant).order_by(RecordingGrant.id.desc()).limit(limit)
    if after is not None:
        query = query.where(RecordingGrant.id < after)
    return (await db.scalars(query)).all()


async def give(db: AsyncSession, actor: Actor, grant: RecordingGrant) -> RecordingGrant:
    """Write a grant down and commit it.

    Raises:
        NotFoundError: no such account.
        ForbiddenError: nobody changes their own rights.
        InvalidError: a right that is over already.
    """
    await begin_write(db)
    if await db.get(Account, grant.account_id) is None:
        raise NotFoundError("没有这个账号。")
    if grant.account_id == actor.account.id:
        raise ForbiddenError("不能更改自己的录音权限，请由另一位管理员办理。")
    if grant.expires_at is not None and grant.expires_at <= actor.now:
        raise InvalidError(fields={"expires_at": "到期时间须在将来"})
    grant.given_by, grant.given_at = actor.account.id, actor.now
    db.add(grant)
    await db.flush()
    actor.note(
        db,
        Action.RECORDING_GRANTED,
        f"account:{grant.account_id}",
        grant=grant.id,
        right=grant.right_name,
        allowed=grant.allowed,
        queues=grant.queues,
        districts=grant.districts,
        own=grant.own,
        note=grant.note,
    )
    await db.commit()
    return grant


async def end(db: AsyncSession, actor: Actor, grant_id: int, why: str) -> RecordingGrant:
    """End a grant; the right falls back to the role's. `why` goes into the audit trail.

    Raises:
        NotFoundError: no such grant.
        ForbiddenError: nobody changes their own rights.
        ConflictError: it is over already.
    """
    await begin_write(db)
    grant = await db.get(RecordingGrant, grant_id, with_for_update=True)
    if grant is None:
        raise NotFoundError("没有这项授权。")
    if grant.account_id == actor.account.id:
        raise ForbiddenError("不能更改自己的录音权限，请由另一位管理员办理。")
    if grant.ended_at is not None:
        raise ConflictError("这项授权已经结束。")
    grant.ended_by, grant.ended_at = actor.account.id, actor.now
    actor.note(
        db,
        Action.RECORDING_GRANT_ENDED,
        f"account:{grant.account_id}",
        grant=grant.id,
        right=grant.right_name,
        why=why,
    )
    await db.commit()
    return grant


async def people(db: AsyncSession) -> Sequence[Account]:
    """Everybody who has an account, leaders last."""
    order = list(Role)
    found = (await db.scalars(select(Account).order_by(Account.id))).all()
    return sorted(found, key=lambda one: order.index(Role(one.role)))


async def holders(db: AsyncSession, right: Right, now: datetime) -> list[Account]:
    """Who has a right over any call, by role or by grant, leaders last."""
    everybody = await people(db)
    given = await granted_to(db, [one.id for one in everybody], now)
    return [one for one in everybody if scopes(one.role, given.get(one.id, ()))[right]]


async def reason_until(
    db: AsyncSession, *, account_id: int, recording_id: int, now: datetime
) -> datetime | None:
    """Until when the reason a person gave for a recording counts; None: none does."""
    query = (
        select(RecordingReason.until)
        .where(
            RecordingReason.account_id == account_id,
            RecordingReason.recording_id == recording_id,
            RecordingReason.until > now,
        )
        .order_by(RecordingReason.until.desc())
        .limit(1)
    )
    until: datetime | None = await db.scalar(query)
    return until


async def give_reason(
    db: AsyncSession, actor: Actor, *, recording_id: int, call_id: str, reason: str, minutes: int
) -> datetime:
    """Note why a person opens a recording, and commit it; until when it counts."""
    until = actor.now + timedelta(minutes=minutes)
    await begin_write(db)
    db.add(
        RecordingReason(
            recording_id=recording_id,
            account_id=actor.account.id,
            reason=reason,
            at=actor.now,
            until=until,
        )
    )
    actor.note(db, Action.RECORDING_REASON, f"recording:{recording_id}", call_id=call_id, reason=reason)
    await db.commit()
    return until
