"""Versions of the routing rules (派遣规则版本): one draft at a time; what is published stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import ConflictError, HotlineError, InvalidError, NotFoundError
from core.tables import Account
from ticketing.routing import check
from ticketing.routing import facts as stored
from ticketing.routing.check import Problem
from ticketing.routing.tables import RoutingRule, RoutingVersion, VersionState

NOTE_LENGTH = 500


class NoDraftError(NotFoundError):
    """没有正在编辑的规则草稿。"""

    code = "no_draft"


class UnsoundRulesError(HotlineError):
    """规则有错误，未发布。"""

    code, status = "unsound_rules", 422


@dataclass(frozen=True)
class Editor:
    """One person's request. `account` None: the demo's set-up."""

    sessions: SessionFactory
    clock: Clock
    account: Account | None = None
    address: str = ""

    @property
    def id(self) -> int | None:
        return self.account.id if self.account else None

    def note(self, session: AsyncSession, action: Action, version: int, **detail: Any) -> None:
        audit.record(
            session,
            at=self.clock.now(),
            actor_id=self.id,
            action=action,
            subject=f"routing:{version}",
            address=self.address,
            detail=detail,
        )


@dataclass(frozen=True)
class Head:
    """A version with who made and published it (display names; '' for the system) and how many rules."""

    row: RoutingVersion
    made_by: str
    published_by: str
    rules: int


async def heads(session: AsyncSession) -> Sequence[Head]:
    """All versions but discarded ones, newest first."""
    query = select(RoutingVersion).where(RoutingVersion.state != VersionState.DISCARDED)
    rows = list(await session.scalars(query.order_by(RoutingVersion.version.desc())))
    people = {one for row in rows for one in (row.made_by, row.published_by) if one}
    named = await session.execute(select(Account.id, Account.display_name).where(Account.id.in_(people)))
    names: dict[int | None, str] = dict(named.all())
    counted = await session.execute(select(RoutingRule.version, func.count()).group_by(RoutingRule.version))
    counts = dict(counted.all())
    return [
        Head(row, names.get(row.made_by, ""), names.get(row.published_by, ""), counts.get(row.version, 0))
        for row in rows
    ]


async def problems_of(session: AsyncSession, version: int) -> list[Problem]:
    rules = await stored.rules_of(session, version)
    return check.problems(rules, await check.known(session, rules))


async def begin(editor: Editor) -> RoutingVersion:
    """A draft that begins as a copy of what is in force.

    Raises:
        ConflictError: there is a draft already.
    """
    async with editor.sessions() as session:
        await begin_write(session)
        if await _draft(session) is not None:
            raise ConflictError("已有一份规则草稿，请在其中修改，或先放弃它。")
        base = await stored.in_force(session)
        newest = await session.scalar(select(func.max(RoutingVersion.version))) or 0
        row = RoutingVersion(
            version=newest + 1,
            state=VersionState.DRAFT,
            based_on=base,
            revision=1,
            made_at=editor.clock.now(),
            made_by=editor.id,
        )
        session.add(row)
        await session.flush()
        await _copy(session, base, row.version)
        editor.note(session, Action.ROUTING_DRAFTED, row.version, based_on=base)
        await session.commit()
    return row


async def discard(editor: Editor, revision: int) -> None:
    """
    Raises:
        NoDraftError, ConflictError: no draft, or somebody changed it since `revision`.
    """
    async with editor.sessions() as session:
        row = await open_draft(session, revision)
        row.state = VersionState.DISCARDED
        editor.note(session, Action.ROUTING_DISCARDED, row.version)
        await session.commit()


async def publish(editor: Editor, revision: int, note: str) -> RoutingVersion:
    """Put the draft in force; decisions taken so far keep the version they were taken with.

    Raises:
        NoDraftError, ConflictError: as `discard`.
        InvalidError: the note is missing or too long.
        UnsoundRulesError: `problems` in the details lists what is wrong.
    """
    if not 1 <= len(note.strip()) <= NOTE_LENGTH:
        raise InvalidError("表单有误", fields={"note": f"请说明改了什么（1–{NOTE_LENGTH} 个字）"})
    async with editor.sessions() as session:
        row = await open_draft(session, revision)
        if found := await problems_of(session, row.version):
            raise UnsoundRulesError(problems=[vars(one) for one in found[:100]])
        row.state, row.note = VersionState.PUBLISHED, note.strip()
        row.published_at, row.published_by = editor.clock.now(), editor.id
        editor.note(session, Action.ROUTING_PUBLISHED, row.version, based_on=row.based_on, note=row.note)
        await session.commit()
    return row


async def open_draft(session: AsyncSession, revision: int) -> RoutingVersion:
    """The draft, held until the transaction ends, one revision on.

    Raises:
        NoDraftError: there is none.
        ConflictError: it changed since `revision`.
    """
    await begin_write(session)
    row = await _draft(session)
    if row is None:
        raise NoDraftError
    if row.revision != revision:
        raise ConflictError("别人刚修改过规则草稿，请看过最新内容后再试。", revision=row.revision)
    row.revision += 1
    return row


async def _draft(session: AsyncSession) -> RoutingVersion | None:
    query = select(RoutingVersion).where(RoutingVersion.state == VersionState.DRAFT).with_for_update()
    found: RoutingVersion | None = await session.scalar(query.limit(1))
    return found


async def _copy(session: AsyncSession, base: int | None, version: int) -> None:
    if base is None:
        return
    query = select(RoutingRule).where(RoutingRule.version == base).order_by(RoutingRule.id)
    columns = [one.key for one in RoutingRule.__mapper__.column_attrs if one.key not in ("id", "version")]
    rows = [
        {name: getattr(row, name) for name in columns} | {"version": version}
        for row in await session.scalars(query)
    ]
    if rows:
        await session.execute(insert(RoutingRule), rows)
