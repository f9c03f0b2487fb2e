"""Spoken articles (知识): anybody of the staff writes them, callers hear what a shift leader publishes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from core.settings import Settings
from core.tables import Role
from ivr.house import making
from ivr.house.hands import Hand
from ivr.house.tables import ArticleRow, begin_change

TITLE_LENGTH, TEXT_LENGTH = 40, 1000
_PUBLISHERS = frozenset({Role.SHIFT_LEADER, Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Words:
    """All a person can say about an article."""

    title: str
    text: str
    key_order: int
    published: bool


async def listing(db: AsyncSession) -> list[ArticleRow]:
    """In the order callers hear them."""
    return list(await db.scalars(select(ArticleRow).order_by(ArticleRow.key_order, ArticleRow.id)))


async def get(db: AsyncSession, article_id: int) -> ArticleRow:
    """
    Raises:
        NotFoundError
    """
    row = await db.get(ArticleRow, article_id)
    if row is None:
        raise NotFoundError("没有这篇知识。")
    return row


async def make(hand: Hand, settings: Settings, words: Words) -> ArticleRow:
    """A new article, spoken if it is published at once.

    Raises:
        InvalidError
        ForbiddenError: only shift leaders and administrators publish.
    """
    _check(hand, words, was_published=False)
    sound = await _speak(settings, words) if words.published else ""
    row = ArticleRow(
        **vars(words), sound=sound, changed_by=hand.id, created_at=hand.now(), changed_at=hand.now()
    )
    async with hand.sessions() as db:
        await begin_change(db)
        db.add(row)
        await db.flush()
        await hand.note(db, Action.ARTICLE_MADE, _subject(row.id), **vars(words))
        await db.commit()
    return row


async def change(hand: Hand, settings: Settings, article_id: int, words: Words) -> ArticleRow:
    """Change it; a published one is spoken anew when its words changed.

    Raises:
        NotFoundError, InvalidError
        ForbiddenError: a published article, or publishing, is for shift leaders and administrators.
        ConflictError: somebody changed it meanwhile.
    """
    async with hand.sessions() as db:
        seen = await get(db, article_id)
    _check(hand, words, was_published=seen.published)
    is_same = (seen.title, seen.text) == (words.title, words.text)
    sound = seen.sound if is_same else ""
    if words.published and not sound:
        sound = await _speak(settings, words)
    async with hand.sessions() as db:
        await begin_change(db)
        row = await get(db, article_id)
        if row.changed_at != seen.changed_at:
            raise ConflictError
        changes = _changes(row, words)
        for name, value in {**vars(words), "sound": sound}.items():
            setattr(row, name, value)
        row.changed_by, row.changed_at = hand.id, hand.now()
        await hand.note(db, Action.ARTICLE_CHANGED, _subject(row.id), **changes)
        await db.commit()
    return row


def words_of(row: ArticleRow) -> Words:
    return Words(row.title, row.text, row.key_order, row.published)


def _changes(row: ArticleRow, words: Words) -> dict[str, Any]:
    return {name: value for name, value in vars(words).items() if value != getattr(row, name)}


def _check(hand: Hand, words: Words, *, was_published: bool) -> None:
    role = hand.account.role if hand.account else None
    if (words.published or was_published) and role not in _PUBLISHERS:
        raise ForbiddenError("只有值班长和管理员可以发布知识，或修改已发布的知识。")
    wrong: dict[str, str] = {}
    if not 1 <= len(words.title.strip()) <= TITLE_LENGTH:
        wrong["title"] = f"请填写标题（1–{TITLE_LENGTH} 个字符）"
    if not 1 <= len(words.text.strip()) <= TEXT_LENGTH:
        wrong["text"] = f"请填写内容（1–{TEXT_LENGTH} 个字符）"
    if wrong:
        raise InvalidError(fields=wrong)


async def _speak(settings: Settings, words: Words) -> str:
    return await asyncio.to_thread(making.spoken_article, settings, words.title, words.text)


def _subject(article_id: int) -> str:
    return f"article:{article_id}"
