"""What people do with the list of call-backs; each change is in the audit trail, in its transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import ConflictError, NotFoundError
from ivr.callbacks.tables import OPEN, Callback, CallbackState

#: Longest list shown; older ones are in the audit trail and in the calls.
LIMIT = 500


async def listed(session: AsyncSession, state: CallbackState | None) -> Sequence[Callback]:
    """Call-backs, newest first; of one state, or all."""
    query = select(Callback).order_by(Callback.id.desc()).limit(LIMIT)
    if state is not None:
        query = query.where(Callback.state == state)
    return (await session.scalars(query)).all()


async def cancel(
    sessions: SessionFactory, *, row_id: int, actor_id: int, note: str, address: str, clock: Clock
) -> Callback:
    """Take a call-back off the list (取消回拨). One that is being dialled goes on; it is not tried again.

    Raises:
        NotFoundError, ConflictError: it is closed, or just being dialled.
    """
    async with sessions() as session:
        await begin_write(session)
        row = await _locked(session, row_id)
        if row.state != CallbackState.WAITING:
            raise ConflictError(_BUSY if row.state == CallbackState.DIALLING else _CLOSED)
        row.state, row.closed_at, row.next_at = CallbackState.CANCELLED, clock.now(), None
        _note(session, audit.Action.CALLBACK_CANCELLED, row_id, actor_id, note, address, clock)
        await session.commit()
        return row


async def retry(
    sessions: SessionFactory,
    *,
    row_id: int,
    actor_id: int,
    expiry_hours: int,
    address: str,
    clock: Clock,
) -> Callback:
    """Call again as soon as it is its turn (再次回拨), with all attempts before it; the place is kept.

    Raises:
        NotFoundError, ConflictError: it is being dialled, or the number is on the list once more.
    """
    async with sessions() as session:
        await begin_write(session)
        row = await _locked(session, row_id)
        if row.state == CallbackState.DIALLING:
            raise ConflictError(_BUSY)
        same = select(Callback.id).where(
            Callback.number == row.number, Callback.state.in_(OPEN), Callback.id != row.id
        )
        if (await session.scalar(same.limit(1))) is not None:
            raise ConflictError(_TWICE)
        row.state, row.attempts, row.next_at, row.closed_at = CallbackState.WAITING, 0, None, None
        row.expires_at = clock.now() + timedelta(hours=expiry_hours)
        _note(session, audit.Action.CALLBACK_RETRIED, row_id, actor_id, "", address, clock)
        await session.commit()
        return row


_BUSY = "正在回拨这个号码，请稍后再试。"
_CLOSED = "这条回拨已经结束，请刷新列表。"
_TWICE = "这个号码已有一条待回拨记录。"


async def _locked(session: AsyncSession, row_id: int) -> Callback:
    row = (
        await session.scalars(select(Callback).where(Callback.id == row_id).with_for_update())
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return row


def _note(
    session: AsyncSession,
    action: audit.Action,
    row_id: int,
    actor_id: int,
    note: str,
    address: str,
    clock: Clock,
) -> None:
    audit.record(
        session,
        at=clock.now(),
        actor_id=actor_id,
        action=action,
        subject=f"callback:{row_id}",
        address=address,
        detail={"note": note} if note else {},
    )
