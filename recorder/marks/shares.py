"""Moments passed on by link (分享): they expire, can be revoked, and never replace a right to listen."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.db import SessionFactory, begin_write
from core.errors import ForbiddenError, HotlineError, NotFoundError
from recorder.marks.book import Person
from recorder.marks.tables import RecordingShare
from recorder.tables import Recording


class ShareOverError(HotlineError):
    """分享链接无效、已过期或已撤销，请向分享人索取新的链接。"""

    code, status = "share_over", 410


def digest(token: str) -> str:
    """What is kept of a token. It is 256 random bits, so one plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


async def make(
    sessions: SessionFactory, recording_id: int, at_s: float, hours: int, person: Person
) -> tuple[RecordingShare, str]:
    """A link good for `hours`: its row, and the token, which nobody can learn again.

    Raises:
        NotFoundError: no such recording.
    """
    token, now = secrets.token_urlsafe(32), person.clock.now()
    async with sessions.begin() as db:
        await begin_write(db)
        recording = await db.get(Recording, recording_id)
        if recording is None:
            raise NotFoundError("没有这段录音。")
        row = RecordingShare(
            digest=digest(token),
            recording_id=recording_id,
            at_s=min(at_s, recording.duration_s),
            made_by=person.account_id,
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )
        db.add(row)
        await db.flush()
        _audit(db, row, Action.RECORDING_SHARED, person, now)
    return row, token


async def listing(db: AsyncSession, recording_id: int, account_id: int) -> Sequence[RecordingShare]:
    """The links this person made of a recording, newest first."""
    query = select(RecordingShare).where(
        RecordingShare.recording_id == recording_id, RecordingShare.made_by == account_id
    )
    return (await db.scalars(query.order_by(RecordingShare.id.desc()))).all()


async def find(db: AsyncSession, recording_id: int, token: str, now: datetime) -> RecordingShare:
    """The moment a link leads to; whether its opener may listen is not asked here.

    Raises:
        ShareOverError: nobody made it for that recording, it has expired, or it was revoked.
    """
    row: RecordingShare | None = await db.scalar(
        select(RecordingShare).where(RecordingShare.digest == digest(token))
    )
    is_known = row is not None and row.recording_id == recording_id
    if row is None or not is_known or row.revoked_at is not None or row.expires_at <= now:
        raise ShareOverError
    return row


async def note_opened(sessions: SessionFactory, row: RecordingShare, person: Person, *, may: bool) -> None:
    """Commit who followed a link, and whether they could be let in."""
    async with sessions.begin() as db:
        await begin_write(db)
        action = Action.SHARE_OPENED if may else Action.SHARE_REFUSED
        _audit(db, row, action, person, person.clock.now())


async def revoke(sessions: SessionFactory, recording_id: int, share_id: int, person: Person) -> None:
    """End a link; doing so twice is no mistake.

    Raises:
        NotFoundError: no such link of that recording.
        ForbiddenError: somebody else made it.
    """
    async with sessions.begin() as db:
        await begin_write(db)
        row = await db.get(RecordingShare, share_id, with_for_update=True)
        if row is None or row.recording_id != recording_id:
            raise NotFoundError("没有这个分享。")
        if row.made_by != person.account_id:
            raise ForbiddenError("只能撤销自己的分享。")
        if row.revoked_at is None:
            row.revoked_at = person.clock.now()
            _audit(db, row, Action.SHARE_REVOKED, person, row.revoked_at)


def _audit(db: AsyncSession, row: RecordingShare, action: Action, person: Person, at: datetime) -> None:
    audit.record(
        db,
        at=at,
        actor_id=person.account_id,
        action=action,
        subject=f"recording:{row.recording_id}",
        address=person.address,
        detail={"share": row.id, "at_s": row.at_s, "expires_at": row.expires_at.isoformat()},
    )
