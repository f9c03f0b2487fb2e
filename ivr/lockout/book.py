"""Addresses kept out, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.db import SessionFactory, begin_write
from core.errors import NotFoundError
from ivr.lockout.counter import Attempt
from ivr.seats.tables import Lockout


async def active(session: AsyncSession, now: datetime) -> Sequence[Lockout]:
    """Those in force, the newest first."""
    query = select(Lockout).where(Lockout.ended_at.is_(None), Lockout.until > now)
    return (await session.scalars(query.order_by(Lockout.id.desc()))).all()


async def begin(
    sessions: SessionFactory, attempt: Attempt, failures: int, now: datetime, minutes: int
) -> None:
    """
    Raises:
        SQLAlchemyError, OSError
    """
    async with sessions.begin() as session:
        await begin_write(session)
        until = now + timedelta(minutes=minutes)
        row = Lockout(
            address=attempt.address,
            username=attempt.username,
            failures=failures,
            began_at=now,
            until=until,
            ended_at=None,
        )
        session.add(row)
        audit.record(
            session,
            at=now,
            actor_id=None,
            action=Action.LOCKOUT_BEGAN,
            subject=f"address:{attempt.address}",
            address=attempt.address,
            detail={"username": attempt.username, "failures": failures},
        )


async def end(
    session: AsyncSession, address: str, *, actor_id: int | None, from_address: str, now: datetime
) -> None:
    """Let an address in again before its time, in the caller's transaction.

    Raises:
        NotFoundError: it is not kept out.
    """
    in_force = (Lockout.address == address, Lockout.ended_at.is_(None), Lockout.until > now)
    found = (await session.scalars(select(Lockout.id).where(*in_force))).all()
    if not found:
        raise NotFoundError
    await session.execute(update(Lockout).where(Lockout.id.in_(found)).values(ended_at=now))
    audit.record(
        session,
        at=now,
        actor_id=actor_id,
        action=Action.LOCKOUT_ENDED,
        subject=f"address:{address}",
        address=from_address,
    )
