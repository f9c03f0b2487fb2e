"""Temporary announcements (临时通知: 台风, 大雪): made, changed, given a sound, removed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.clock import CHINA
from core.errors import ConflictError, InvalidError, NotFoundError
from core.settings import Settings
from ivr import queues
from ivr.house import making
from ivr.house.hands import Hand
from ivr.house.model import AnnouncementMode
from ivr.house.tables import AnnouncementRow, Source, begin_change

TITLE_LENGTH, TEXT_LENGTH = 64, 1000
#: How long a recording by telephone would be valid if somebody only switched it on.
_PHONE_VALID = timedelta(days=1)


class State(StrEnum):
    """What the console shows."""

    PLANNED = "planned"  #: 未开始
    ACTIVE = "active"  #: 播放中
    OVER = "over"  #: 已结束
    OFF = "off"  #: 停用


@dataclass(frozen=True)
class Words:
    """All a person can say about an announcement."""

    title: str
    text_zh: str
    text_en: str
    mode: AnnouncementMode
    queues: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    enabled: bool


def state(row: AnnouncementRow, now: datetime) -> State:
    if row.ends_at <= now:
        return State.OVER
    if not row.enabled or not row.sound:
        return State.OFF
    return State.PLANNED if now < row.starts_at else State.ACTIVE


async def listing(db: AsyncSession) -> list[AnnouncementRow]:
    """All of them, the last to end first."""
    order = (AnnouncementRow.ends_at.desc(), AnnouncementRow.id.desc())
    return list(await db.scalars(select(AnnouncementRow).order_by(*order)))


async def get(db: AsyncSession, announcement_id: int) -> AnnouncementRow:
    """
    Raises:
        NotFoundError
    """
    row = await db.get(AnnouncementRow, announcement_id)
    if row is None:
        raise NotFoundError("没有这条通知。")
    return row


async def make(hand: Hand, settings: Settings, words: Words, source: Source) -> AnnouncementRow:
    """A new announcement; a synthesised one is spoken at once, an uploaded one waits for its sound.

    Raises:
        InvalidError
    """
    _check(settings, words, hand.now(), source)
    sound = await _speak(settings, words) if source is Source.SYNTHESISED else ""
    row = AnnouncementRow(
        **_columns(words), source=source, sound=sound, created_by=hand.id, created_at=hand.now()
    )
    row.changed_at = hand.now()
    async with hand.sessions() as db:
        await begin_change(db)
        db.add(row)
        await db.flush()
        await hand.note(db, Action.ANNOUNCEMENT_MADE, _subject(row.id), **_told(words), source=str(source))
        await db.commit()
    return row


async def change(hand: Hand, settings: Settings, announcement_id: int, words: Words) -> AnnouncementRow:
    """Change what is said about it; a synthesised one is spoken anew when its text changed.

    Raises:
        NotFoundError, InvalidError
        ConflictError: somebody changed it meanwhile.
    """
    async with hand.sessions() as db:
        seen = await get(db, announcement_id)
    source = Source(seen.source)
    _check(settings, words, hand.now(), source, before=seen)
    sound = seen.sound
    if source is Source.SYNTHESISED and (seen.text_zh, seen.text_en) != (words.text_zh, words.text_en):
        sound = await _speak(settings, words)
    changes = {name: value for name, value in _told(words).items() if value != _told(words_of(seen))[name]}
    return await _save(hand, seen, Action.ANNOUNCEMENT_CHANGED, changes, **_columns(words), sound=sound)


async def give_sound(hand: Hand, settings: Settings, announcement_id: int, upload: bytes) -> AnnouncementRow:
    """Take an uploaded WAV or MP3 as its sound.

    Raises:
        NotFoundError, ConflictError
        InvalidError: why the file cannot be used.
    """
    async with hand.sessions() as db:
        seen = await get(db, announcement_id)
    sound = await asyncio.to_thread(making.uploaded_announcement, settings, upload)
    told = {"bytes": len(upload), "source": str(Source.UPLOADED)}
    return await _save(hand, seen, Action.ANNOUNCEMENT_SOUND, told, source=Source.UPLOADED, sound=sound)


async def recorded(hand: Hand, settings: Settings, sound: bytes, seat: str, call_id: str) -> AnnouncementRow:
    """A draft from a recording a seat made by telephone; `sound` is a WAV file. Somebody must switch it on.

    Raises:
        InvalidError: why the recording cannot be used.
    """
    now = hand.now()
    title = f"电话录制 {now.astimezone(CHINA):%m-%d %H:%M} 坐席 {seat}"
    words = Words(title, "", "", AnnouncementMode.BEFORE, (), now, now + _PHONE_VALID, enabled=False)
    folder = await asyncio.to_thread(making.uploaded_announcement, settings, sound)
    row = AnnouncementRow(**_columns(words), source=Source.PHONE, sound=folder, created_by=hand.id)
    row.created_at = row.changed_at = now
    async with hand.sessions() as db:
        await begin_change(db)
        db.add(row)
        await db.flush()
        told = {"title": title, "source": str(Source.PHONE), "seat": seat, "call_id": call_id}
        await hand.note(db, Action.ANNOUNCEMENT_MADE, _subject(row.id), **told)
        await db.commit()
    return row


async def remove(hand: Hand, announcement_id: int) -> None:
    """Its sound goes later: a call may be playing it.

    Raises:
        NotFoundError
    """
    async with hand.sessions() as db:
        await begin_change(db)
        row = await get(db, announcement_id)
        await db.delete(row)
        await hand.note(db, Action.ANNOUNCEMENT_REMOVED, _subject(row.id), **_told(words_of(row)))
        await db.commit()


async def _save(
    hand: Hand, seen: AnnouncementRow, action: Action, told: dict[str, Any], **columns: Any
) -> AnnouncementRow:
    async with hand.sessions() as db:
        await begin_change(db)
        row = await db.get(AnnouncementRow, seen.id)
        if row is None:
            raise NotFoundError("没有这条通知。")
        if row.changed_at != seen.changed_at or row.sound != seen.sound:
            raise ConflictError
        for name, value in columns.items():
            setattr(row, name, value)
        row.changed_at = hand.now()
        await hand.note(db, action, _subject(row.id), **told)
        await db.commit()
    return row


def _check(
    settings: Settings, words: Words, now: datetime, source: Source, before: AnnouncementRow | None = None
) -> None:
    wrong: dict[str, str] = {}
    if not 1 <= len(words.title.strip()) <= TITLE_LENGTH:
        wrong["title"] = f"请填写标题（1–{TITLE_LENGTH} 个字符）"
    if source is Source.SYNTHESISED and not words.text_zh.strip():
        wrong["text_zh"] = "请填写要播报的中文"
    for name in ("text_zh", "text_en"):
        if len(getattr(words, name)) > TEXT_LENGTH:
            wrong[name] = f"最多 {TEXT_LENGTH} 个字符"
    if unknown := sorted(set(words.queues) - set(queues.load(settings))):
        wrong["queues"] = f"没有这个队列：{'、'.join(unknown)[:100]}"
    if words.ends_at <= words.starts_at:
        wrong["ends_at"] = "结束时间必须晚于开始时间"
    elif words.ends_at <= now and (before is None or before.ends_at != words.ends_at):
        wrong["ends_at"] = "结束时间已过"
    if wrong:
        raise InvalidError(fields=wrong)


async def _speak(settings: Settings, words: Words) -> str:
    return await asyncio.to_thread(making.spoken_announcement, settings, words.text_zh, words.text_en)


def _columns(words: Words) -> dict[str, Any]:
    return vars(words) | {"mode": str(words.mode), "queues": list(words.queues)}


def words_of(row: AnnouncementRow) -> Words:
    """What is said about it now."""
    values = {name: getattr(row, name) for name in Words.__dataclass_fields__}
    return Words(**values | {"mode": AnnouncementMode(row.mode), "queues": tuple(row.queues)})


def _told(words: Words) -> dict[str, Any]:
    """The words as the audit trail keeps them."""
    times = {"starts_at": words.starts_at.isoformat(), "ends_at": words.ends_at.isoformat()}
    return _columns(words) | times


def _subject(announcement_id: int) -> str:
    return f"announcement:{announcement_id}"
