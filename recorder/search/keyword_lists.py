"""Keyword lists (关键词表): leaders keep them, each change is written into the audit trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import ConflictError, InvalidError, NotFoundError
from core.tables import Account
from core.words import SHORTEST, plain
from recorder.search.tables import NAME_LENGTH, WORD_LENGTH, KeywordList, Severity

#: Of one list, and lists there may be: every transcript is held against all of them.
MOST_WORDS, MOST_LISTS = 200, 100
_FIELDS = ("name", "words", "severity", "active")


@dataclass(frozen=True)
class By:
    """Who changes a list, and from where."""

    sessions: SessionFactory
    clock: Clock
    account: Account
    address: str


async def listing(session: AsyncSession, *, active_only: bool = False) -> list[KeywordList]:
    """Every list, in the order they were made."""
    query = select(KeywordList).order_by(KeywordList.id)
    return list(await session.scalars(query.where(KeywordList.active) if active_only else query))


async def add(by: By, *, name: str, words: Sequence[str], severity: Severity) -> KeywordList:
    """A new list.

    Raises:
        InvalidError: a word or the name does not fit, or there are too many.
        ConflictError: another list has that name.
    """
    row = KeywordList(active=True, **_checked({"name": name, "words": words, "severity": severity}))
    async with by.sessions() as session:
        await begin_write(session)
        if len(await listing(session)) >= MOST_LISTS:
            raise InvalidError(fields={"name": f"最多 {MOST_LISTS} 个关键词表"})
        session.add(row)
        await _close(session, by, row, {name: [None, getattr(row, name)] for name in _FIELDS})
    return row


async def change(by: By, list_id: int, wanted: Mapping[str, Any]) -> KeywordList:
    """Change the fields that `wanted` names; it counts for what is heard from then on.

    Raises:
        NotFoundError, InvalidError, ConflictError
    """
    checked = _checked(wanted)
    async with by.sessions() as session:
        await begin_write(session)
        row = await _get(session, list_id)
        changes = {
            name: [getattr(row, name), value]
            for name, value in checked.items()
            if getattr(row, name) != value
        }
        for name, (_before, value) in changes.items():
            setattr(row, name, value)
        await _close(session, by, row, changes)
    return row


async def remove(by: By, list_id: int) -> None:
    """Take a list out; alerts it has raised stay.

    Raises:
        NotFoundError
    """
    async with by.sessions() as session:
        await begin_write(session)
        row = await _get(session, list_id)
        _note(session, by, Action.KEYWORDS_REMOVED, row, {name: getattr(row, name) for name in _FIELDS})
        await session.delete(row)
        await session.commit()


def _checked(wanted: Mapping[str, Any]) -> dict[str, Any]:
    found, wrong = dict(wanted), dict[str, str]()
    if "name" in found:
        found["name"] = str(found["name"]).strip()
        if not 1 <= len(found["name"]) <= NAME_LENGTH:
            wrong["name"] = f"请写 1–{NAME_LENGTH} 个字符"
    if "words" in found:
        found["words"] = list(dict.fromkeys(word.strip() for word in found["words"] if word.strip()))
        if problem := _problem(found["words"]):
            wrong["words"] = problem
    if wrong:
        raise InvalidError(fields=wrong)
    return found


def _problem(words: Sequence[str]) -> str:
    """What is wrong with the words of a list; empty: nothing."""
    if not 1 <= len(words) <= MOST_WORDS:
        return f"请写 1–{MOST_WORDS} 个关键词"
    unfit = [word for word in words if len(plain(word)) < SHORTEST or len(word) > WORD_LENGTH]
    return f"关键词须有 {SHORTEST}–{WORD_LENGTH} 个字：{unfit[0][:WORD_LENGTH]}" if unfit else ""


async def _get(session: AsyncSession, list_id: int) -> KeywordList:
    row = await session.get(KeywordList, list_id)
    if row is None:
        raise NotFoundError("没有这个关键词表。")
    return row


async def _close(session: AsyncSession, by: By, row: KeywordList, changes: dict[str, Any]) -> None:
    row.changed_at, row.changed_by = by.clock.now(), by.account.id
    try:
        await session.flush()
    except IntegrityError as error:
        raise ConflictError("已有同名的关键词表。") from error
    _note(session, by, Action.KEYWORDS_SET, row, {"name": row.name, "changes": changes})
    await session.commit()


def _note(session: AsyncSession, by: By, action: Action, row: KeywordList, detail: dict[str, Any]) -> None:
    audit.record(
        session,
        at=by.clock.now(),
        actor_id=by.account.id,
        action=action,
        subject=f"keyword_list:{row.id}",
        address=by.address,
        detail=detail,
    )
