"""The one door: every change of a case goes through here.

The life of a case: `open_draft` (a call asked for something) → 草稿 DRAFT, filled in with `edit_draft` →
`register` → 已登记 REGISTERED, it has a number → `establish` 立案 → ESTABLISHED → `close` 结案 → CLOSED. From
there `reopen` 退回重办 sends it back to ESTABLISHED when the citizen is not satisfied.
Each door does the same: lock row → check → mutate → history → outbox → commit. `timers` publishes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core import outbox
from core.clock import Clock
from core.db import SessionFactory
from core.errors import InvalidError
from core.events import CaseMoved
from core.phone import normalise
from core.tables import Account
from ticketing import catalogue, door, forms, workflow
from ticketing.drafts import edit_draft
from ticketing.numbering import next_number
from ticketing.tables import Case
from ticketing.workflow import Move

__all__ = ["DALIAN", "City", "edit_draft", "move"]


@dataclass(frozen=True)
class City:
    """What differs between cities: administrative division (6 digits) and area code (with its 0)."""

    division: str = "210200"
    area_code: str = "0411"


DALIAN = City()


async def move(
    sessions: SessionFactory,
    *,
    case_id: int,
    move: str,
    actor: Account | None,
    version: int,
    fields: Mapping[str, Any] | None = None,
    note: str = "",
    clock: Clock,
    city: City = DALIAN,
) -> Case:
    """Take a case through one row of the workflow table; the case as it is afterwards.

    Args:
        actor: who does it; None is the system.
        version: of the case the actor was looking at.
        fields: form fields that change with the move, where the move takes any.

    Raises:
        NoSuchCaseError, NoSuchMoveError: no such thing.
        RoleNotAllowedError, WrongStageError, GuardedError: not by this person, not now.
        ConflictError: somebody was faster; says who and when.
        InvalidError: `fields` in the details names each field that is missing or wrong.
    """
    row = workflow.find(move)
    workflow.check_role(row, actor.role if actor else None)
    note = forms.read_note(note)
    async with sessions() as session:
        case = await door.locked(session, case_id)
        await door.check_version(session, case, version)
        workflow.check(row, case, note)
        before = await door.before(session, case)
        await _take_fields(session, case, fields or {}, row, city)
        _advance(case, row, actor, clock.now())
        if row.gives_number and case.number is None:
            case.number = await next_number(session, clock.now(), city.division)
        await door.write_history(session, case, row, before, note)
        outbox.add(session, CaseMoved(at=case.changed_at, case_id=case.id, move=row.name))
        await session.commit()
    return case


async def _take_fields(
    session: AsyncSession, case: Case, fields: Mapping[str, Any], row: Move, city: City
) -> None:
    """Put what came with the move into the case, and check the whole of it."""
    if fields and not row.takes_fields:
        raise InvalidError("表单有误", fields=dict.fromkeys(fields, f"“{row.zh}”不能修改此项"))
    values = door.values_of(case) | forms.read(fields)
    wrong = forms.incomplete(values, row.needs, city.area_code)
    if row.takes_fields:
        wrong = await catalogue.wrong_references(session, values, whole=True) | wrong
    if wrong:
        raise InvalidError("表单有误", fields=wrong)
    if row.takes_fields:
        number = values["callback_number"]
        values["callback_number"] = normalise(number, city.area_code).normal if number else ""
        door.apply(case, values)


def _advance(case: Case, row: Move, actor: Account | None, now: datetime) -> None:
    case.stage = row.to
    if row.stamp:
        setattr(case, row.stamp, now)
    if row.clears:
        setattr(case, row.clears, None)
    door.touch(case, actor, now)
