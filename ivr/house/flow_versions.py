"""Published versions of flows (流程版本): checked, numbered, never changed. Roll-back: an old one anew."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.errors import ConflictError, HotlineError, InvalidError, NotFoundError
from core.tables import Account
from ivr.flows import loader
from ivr.flows.loader import Problem
from ivr.house.hands import Hand
from ivr.house.tables import FlowVersion, begin_change

#: Longest text and note, characters.
TEXT_LENGTH, NOTE_LENGTH = 30_000, 500
#: (name, text) → what is wrong with it.
Check = Callable[[str, str], Sequence[Problem]]


class UnsoundFlowError(HotlineError):
    """The flow has mistakes; `problems` in the details lists them."""

    code, status = "unsound_flow", 422


@dataclass(frozen=True)
class Version:
    """One line of a flow's history."""

    version: int
    #: Display name; '' for the command line.
    author: str
    note: str
    published_at: datetime


@dataclass(frozen=True)
class Head:
    """What callers of a flow meet now. Version 0 is the text as delivered."""

    name: str
    label: str
    version: int
    text: str
    published_at: datetime | None


async def head(db: AsyncSession, flow: str) -> Head:
    """
    Raises:
        NotFoundError: no such flow.
    """
    row = await _newest(db, flow)
    text = row.text if row else delivered(flow)
    return Head(flow, label(text, flow), row.version if row else 0, text, row.published_at if row else None)


async def history(db: AsyncSession, flow: str) -> list[Version]:
    """Every published version, newest first."""
    rows = await db.execute(
        select(FlowVersion, Account.display_name)
        .outerjoin(Account, Account.id == FlowVersion.author_id)
        .where(FlowVersion.flow == flow)
        .order_by(FlowVersion.version.desc())
    )
    return [Version(row.version, name or "", row.note, row.published_at) for row, name in rows]


async def text_of(db: AsyncSession, flow: str, version: int) -> str:
    """The text of a version; 0 is the delivered one.

    Raises:
        NotFoundError
    """
    if version == 0:
        return delivered(flow)
    wanted = (FlowVersion.flow == flow) & (FlowVersion.version == version)
    text = await db.scalar(select(FlowVersion.text).where(wanted))
    if text is None:
        raise NotFoundError("没有这个版本。")
    return text


async def publish(hand: Hand, *, flow: str, text: str, note: str, based_on: int, check: Check) -> int:
    """Add a version, which new calls meet within a second or so; its number.

    Args:
        based_on: the version the writer was looking at.

    Raises:
        NotFoundError: no such flow.
        InvalidError: the text is too long or the same as before, or the note is missing.
        UnsoundFlowError: `check` found mistakes.
        ConflictError: somebody published another version meanwhile.
    """
    delivered(flow)
    _check_form(text, note)
    if problems := list(check(flow, text)):
        raise UnsoundFlowError("流程有错误，未发布。", problems=[told(one) for one in problems])
    async with hand.sessions() as db:
        await begin_change(db)
        before = await _newest(db, flow)
        now_at = before.version if before else 0
        if now_at != based_on:
            raise ConflictError(await _who_was_faster(db, before))
        old = before.text if before else delivered(flow)
        if old == text:
            raise InvalidError("内容与当前版本相同，无需发布。", fields={"text": "没有改动"})
        row = FlowVersion(
            flow=flow, version=now_at + 1, text=text, author_id=hand.id, note=note, published_at=hand.now()
        )
        db.add(row)
        detail = {"version": row.version, "based_on": based_on, "note": note} | _difference(old, text)
        await hand.note(db, Action.FLOW_PUBLISHED, f"flow:{flow}", **detail)
        await db.commit()
        return row.version


def told(problem: Problem) -> dict[str, Any]:
    """A mistake as people are told of it, in both languages."""
    names = ("line", "step", "message", "fix", "message_en", "fix_en")
    return {name: getattr(problem, name) for name in names}


def delivered(flow: str) -> str:
    """The text a flow was delivered with.

    Raises:
        NotFoundError
    """
    if flow not in loader.PRESETS:
        raise NotFoundError("没有这个流程。")
    return loader.packaged(flow)


def label(text: str, otherwise: str) -> str:
    """What people call the flow of `text`."""
    try:
        found = tomllib.loads(text).get("label")
    except ValueError:
        return otherwise
    return found if isinstance(found, str) and found else otherwise


def _check_form(text: str, note: str) -> None:
    wrong = {}
    if len(text) > TEXT_LENGTH:
        wrong["text"] = f"最多 {TEXT_LENGTH} 个字符"
    if not 1 <= len(note.strip()) <= NOTE_LENGTH:
        wrong["note"] = f"请说明改了什么（1–{NOTE_LENGTH} 个字符）"
    if wrong:
        raise InvalidError(fields=wrong)


async def _newest(db: AsyncSession, flow: str) -> FlowVersion | None:
    query = select(FlowVersion).where(FlowVersion.flow == flow).order_by(FlowVersion.version.desc())
    found: FlowVersion | None = await db.scalar(query.limit(1))
    return found


async def _who_was_faster(db: AsyncSession, row: FlowVersion | None) -> str:
    if row is None:
        return "您看到的不是当前版本，请刷新后重试。"
    author = await db.get(Account, row.author_id) if row.author_id else None
    who = author.display_name if author else "管理命令"
    return f"{who}已发布第 {row.version} 版（{row.note[:40]}），请刷新后在其基础上修改。"


def _difference(old: str, new: str) -> dict[str, int]:
    """How many lines came and went."""
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0))[2:]
    return {
        "lines_added": sum(line.startswith("+") for line in lines),
        "lines_removed": sum(line.startswith("-") for line in lines),
    }
