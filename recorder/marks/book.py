"""The doors of marks (标注): written by anybody who may listen, changed and removed by who wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from core.tables import Account
from recorder.marks.tables import RecordingMark
from recorder.tables import Recording

#: More would be a second transcript, and no timeline could show them.
MOST = 500


@dataclass(frozen=True)
class Person:
    """Who writes, and from where."""

    account_id: int
    address: str
    clock: Clock


@dataclass(frozen=True)
class Place:
    """A moment (`until_s` None) or a stretch, in seconds from answer."""

    at_s: float
    until_s: float | None = None


@dataclass(frozen=True)
class Written:
    """A mark and the display name of its author."""

    mark: RecordingMark
    author: str


async def listing(db: AsyncSession, recording_id: int) -> Sequence[Written]:
    """All marks of a recording in the order of its time; one query."""
    query = (
        select(RecordingMark, Account.display_name)
        .join(Account, Account.id == RecordingMark.account_id)
        .where(RecordingMark.recording_id == recording_id)
        .order_by(RecordingMark.at_s, RecordingMark.id)
    )
    return [Written(mark, author) for mark, author in (await db.execute(query)).all()]


async def add(
    sessions: SessionFactory, recording_id: int, place: Place, text: str, person: Person
) -> RecordingMark:
    """
    Raises:
        NotFoundError: no such recording.
        InvalidError: the place is not in it.
        ConflictError: it has as many marks as it may have.
    """
    async with sessions.begin() as db:
        await begin_write(db)
        await _check(db, recording_id, place)
        if len(await listing(db, recording_id)) >= MOST:
            raise ConflictError(f"一段录音最多 {MOST} 个标注。")
        row = RecordingMark(
            recording_id=recording_id,
            at_s=place.at_s,
            until_s=place.until_s,
            text=text.strip(),
            account_id=person.account_id,
            created_at=person.clock.now(),
        )
        db.add(row)
        await db.flush()
        _audit(db, row, Action.RECORDING_MARKED, person, row.created_at)
    return row


async def edit(
    sessions: SessionFactory, recording_id: int, mark_id: int, place: Place, text: str, person: Person
) -> RecordingMark:
    """
    Raises:
        NotFoundError: no such mark on that recording.
        ForbiddenError: somebody else wrote it.
        InvalidError: the place is not in the recording.
    """
    async with sessions.begin() as db:
        await begin_write(db)
        row = await _own(db, recording_id, mark_id, person)
        await _check(db, recording_id, place)
        row.at_s, row.until_s, row.text = place.at_s, place.until_s, text.strip()
        row.changed_at = person.clock.now()
        _audit(db, row, Action.MARK_CHANGED, person, row.changed_at)
    return row


async def remove(sessions: SessionFactory, recording_id: int, mark_id: int, person: Person) -> None:
    """
    Raises:
        NotFoundError: no such mark on that recording.
        ForbiddenError: somebody else wrote it.
    """
    async with sessions.begin() as db:
        await begin_write(db)
        row = await _own(db, recording_id, mark_id, person)
        _audit(db, row, Action.MARK_REMOVED, person, person.clock.now())
        await db.delete(row)


async def _own(db: AsyncSession, recording_id: int, mark_id: int, person: Person) -> RecordingMark:
    row = await db.get(RecordingMark, mark_id, with_for_update=True)
    if row is None or row.recording_id != recording_id:
        raise NotFoundError("没有这个标注。")
    if row.account_id != person.account_id:
        raise ForbiddenError("只能修改或删除自己写的标注。")
    return row


async def _check(db: AsyncSession, recording_id: int, place: Place) -> None:
    recording = await db.get(Recording, recording_id)
    if recording is None:
        raise NotFoundError("没有这段录音。")
    # What the console shows is rounded, so the last second may seem to lie behind the end.
    end = recording.duration_s + 1
    if place.at_s > end or (place.until_s is not None and not place.at_s <= place.until_s <= end):
        raise InvalidError("标注不在录音之内。", fields={"at_s": "标注不在录音之内"})


def _audit(db: AsyncSession, row: RecordingMark, action: Action, person: Person, at: datetime) -> None:
    audit.record(
        db,
        at=at,
        actor_id=person.account_id,
        action=action,
        subject=f"recording:{row.recording_id}",
        address=person.address,
        detail={"mark": row.id, "at_s": row.at_s, "until_s": row.until_s, "text": row.text},
    )
