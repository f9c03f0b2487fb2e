"""The directory as people edit it: one door per change, each written into the audit trail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.db import begin_write
from core.errors import ConflictError, InvalidError, NotFoundError
from core.settings import Settings
from ivr.directory.numbers import NumberNotAllowedError, of_directory
from ivr.directory.tables import DirectoryEntry, EntryKind
from ivr.house.hands import Hand

CODE = re.compile(r"[0-9]{2,4}")
LABEL_LENGTH = 64


@dataclass(frozen=True)
class Wanted:
    """An entry as somebody wants it."""

    code: str
    label: str
    label_en: str
    kind: EntryKind
    number: str
    active: bool


async def listing(db: AsyncSession, *, active_only: bool = False) -> list[DirectoryEntry]:
    """Every entry, by its code."""
    query = select(DirectoryEntry).order_by(DirectoryEntry.code)
    return list(await db.scalars(query.where(DirectoryEntry.active) if active_only else query))


async def number_of(db: AsyncSession, code: str, settings: Settings) -> str:
    """What is dialled for `code`.

    Raises:
        NotFoundError: no such entry, or it is out of use.
        NumberNotAllowedError: the rules have changed since it was entered.
    """
    row = await db.scalar(select(DirectoryEntry).where(DirectoryEntry.code == code, DirectoryEntry.active))
    if row is None:
        raise NotFoundError("通讯录里没有这个单位。")
    return of_directory(row.number, settings)


async def add(hand: Hand, settings: Settings, wanted: Wanted) -> DirectoryEntry:
    """A new entry.

    Raises:
        InvalidError: code, label or number do not fit.
        ConflictError: the code is taken.
    """
    checked = _checked(wanted, settings)
    now = hand.now()
    row = DirectoryEntry(**vars(checked), changed_by=hand.id, created_at=now, changed_at=now)
    async with hand.sessions() as db:
        await begin_write(db)
        db.add(row)
        await _flush(db)
        _note(hand, db, Action.DIRECTORY_ADDED, row, vars(checked))
        await db.commit()
    return row


async def change(hand: Hand, settings: Settings, entry_id: int, wanted: dict[str, Any]) -> DirectoryEntry:
    """Change the fields that `wanted` names.

    Raises:
        NotFoundError, InvalidError, ConflictError
    """
    async with hand.sessions() as db:
        await begin_write(db)
        row = await _get(db, entry_id)
        before = {name: getattr(row, name) for name in Wanted.__dataclass_fields__}
        after = vars(_checked(Wanted(**before | wanted), settings))
        changes = {name: [before[name], value] for name, value in after.items() if before[name] != value}
        for name in changes:
            setattr(row, name, after[name])
        row.changed_by, row.changed_at = hand.id, hand.now()
        await _flush(db)
        _note(hand, db, Action.DIRECTORY_CHANGED, row, {"changes": changes})
        await db.commit()
    return row


async def remove(hand: Hand, entry_id: int) -> None:
    """Take an entry out.

    Raises:
        NotFoundError
    """
    async with hand.sessions() as db:
        await begin_write(db)
        row = await _get(db, entry_id)
        told = {name: getattr(row, name) for name in Wanted.__dataclass_fields__}
        _note(hand, db, Action.DIRECTORY_REMOVED, row, told)
        await db.delete(row)
        await db.commit()


async def _get(db: AsyncSession, entry_id: int) -> DirectoryEntry:
    row = await db.get(DirectoryEntry, entry_id)
    if row is None:
        raise NotFoundError("通讯录里没有这一项。")
    return row


async def _flush(db: AsyncSession) -> None:
    try:
        await db.flush()
    except IntegrityError as error:
        raise ConflictError("这个代码已经有人用了。") from error


def _checked(wanted: Wanted, settings: Settings) -> Wanted:
    wrong: dict[str, str] = {}
    number = wanted.number
    if not CODE.fullmatch(wanted.code):
        wrong["code"] = "应为 2 到 4 位数字"
    if not 1 <= len(wanted.label.strip()) <= LABEL_LENGTH:
        wrong["label"] = f"应为 1 到 {LABEL_LENGTH} 个字符"
    try:
        number = of_directory(wanted.number, settings)
    except NumberNotAllowedError:
        wrong["number"] = "不是允许转接的号码"
    if wrong:
        raise InvalidError(fields=wrong)
    label, label_en = wanted.label.strip(), wanted.label_en.strip()
    return Wanted(wanted.code, label, label_en, EntryKind(wanted.kind), number, wanted.active)


def _note(hand: Hand, db: AsyncSession, action: Action, row: DirectoryEntry, detail: dict[str, Any]) -> None:
    audit.record(
        db,
        at=hand.now(),
        actor_id=hand.id,
        action=action,
        subject=f"directory:{row.id}",
        address=hand.address,
        detail=detail,
    )
