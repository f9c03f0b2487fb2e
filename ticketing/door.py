"""What every change of a case shares: the lock, the version, the history. For `moves` and `drafts` only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from core.db import begin_write
from core.errors import ConflictError
from core.tables import Account
from ticketing import forms, notices
from ticketing.errors import NoSuchCaseError
from ticketing.history import chain
from ticketing.listing import words as _words  # noqa: F401 - keeps the words of every case that is written
from ticketing.tables import Case, CaseHistory, Stage
from ticketing.workflow import OPEN_DRAFT, Move

log = structlog.get_logger()


@dataclass(frozen=True)
class Before:
    """A case as it stood: its stage and the columns of the form."""

    stage: str
    values: Mapping[str, Any]


#: Columns beyond the form whose changes the history tells.
WORK = (
    *("unit", "merged_into", "severity_rank", "limit_value", "limit_unit", "extra_value", "due_at"),
    *("pending", "resume_at", "verification", "rating", "exempt", "is_group"),
)
#: Before a case there is nothing.
NOTHING = Before("", {})


async def locked(session: AsyncSession, case_id: int) -> Case:
    """The case, held until the transaction ends.

    Raises:
        NoSuchCaseError: no case has this id.
    """
    await begin_write(session)
    case = await session.scalar(select(Case).where(Case.id == case_id).with_for_update())
    if case is None:
        raise NoSuchCaseError
    return case


async def check_version(session: AsyncSession, case: Case, version: int) -> None:
    """
    Raises:
        ConflictError: the case changed since `version`; says who was faster and when (China time).
    """
    if case.version == version:
        return
    name = "系统"
    if case.changed_by is not None:
        query = select(Account.display_name).where(Account.id == case.changed_by)
        name = await session.scalar(query) or name
    at = case.changed_at.astimezone(CHINA).strftime("%H:%M:%S")
    raise ConflictError(
        f"{name}在 {at} 先一步修改了这个案卷，请看过最新内容后再试",
        by=name,
        at=case.changed_at.isoformat(),
        version=case.version,
    )


def values_of(case: Case) -> dict[str, Any]:
    """The columns of the form as they are now."""
    return {name: getattr(case, name) for name in forms.COLUMNS}


def apply(case: Case, values: Mapping[str, Any]) -> bool:
    """Set the columns in `values`; whether anything changed. A description a person touched is theirs."""
    changed = {name: value for name, value in values.items() if getattr(case, name) != value}
    for name, value in changed.items():
        setattr(case, name, value)
    if "description" in changed:
        case.description_is_transcript = False
    return bool(changed)


def moment(case: Case, now: datetime) -> datetime:
    """When what is done now happens: never before the case's last change, however far the clock was set back.

    A history whose times run backwards proves nothing. The entry gets the time of the one before it until the
    clock is past that again; the log says by how much it lags.
    """
    if now >= case.changed_at:
        return now
    lag_s = (case.changed_at - now).total_seconds()
    log.warning("the clock is behind the case's last change", case_id=case.id, lag_s=lag_s)
    return case.changed_at


def touch(case: Case, actor: Account | None, now: datetime) -> None:
    """A new version, and whose it is."""
    case.version += 1
    case.changed_at = max(now, case.changed_at)
    case.changed_by = actor.id if actor else None


async def before(session: AsyncSession, case: Case) -> Before:
    """What the next history entry is compared with: a draft as it was opened, any other case as it is.

    So all autosaves of a draft end up in the one entry of the move that submits it.
    """
    values = values_of(case)
    if case.stage == Stage.DRAFT:
        query = select(CaseHistory.changes).where(
            CaseHistory.case_id == case.id, CaseHistory.move == OPEN_DRAFT.name
        )
        opened = await session.scalar(query) or {}
        values = {name: change[1] for name, change in opened.items()}
    return Before(case.stage, values | _work(case))


def _work(case: Case) -> dict[str, Any]:
    found = {name: getattr(case, name) for name in WORK}
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in found.items()}


async def write_history(
    session: AsyncSession,
    case: Case,
    row: Move,
    old: Before,
    note: str,
    inputs: Mapping[str, Any] | None = None,
    address: str = "",
) -> None:
    """Add the entry of a move the case has just made, chained to the one before; `address`: from where."""
    last = chain.Tail() if old is NOTHING else await chain.tail(session, case.id)
    changes = {
        name: [old.values.get(name), value]
        for name, value in (values_of(case) | ({} if old is NOTHING else _work(case))).items()
        if old.values.get(name) != value
    }
    entry = CaseHistory(
        case_id=case.id,
        seq=last.seq + 1,
        at=case.changed_at,
        actor_id=case.changed_by,
        move=row.name,
        from_stage=old.stage,
        to_stage=case.stage,
        note=note,
        changes=changes,
        inputs=dict(inputs or {}),
        address=address[:64],
    )
    chain.fasten(entry, last.hash)
    session.add(entry)
    await notices.tell(session, case, row, note, inputs)
