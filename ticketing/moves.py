"""The one door: every change of a case goes through here.

The life of a case: `open_draft` (a call asked for something) → 草稿 DRAFT, filled in with `edit_draft` →
`register` → it has a number → `establish` 立案 → `dispatch` 派遣, its clock runs → `accept` → `report_done` →
`send_check` → `check_pass` → `close` 结案. `ticketing.workflow.table` has this and every other way.
The door does the same for each: lock row → check → mutate → history → outbox → commit. `timers` publishes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core import outbox
from core.case_settings import Cases
from core.clock import CHINA, Clock
from core.db import SessionFactory
from core.errors import InvalidError
from core.events import CaseMoved
from core.phone import normalise
from core.tables import Account
from ticketing import catalogue, door, effects, forms, inputs, scope, workflow
from ticketing.drafts import edit_draft
from ticketing.links import taking_part
from ticketing.numbering import next_number
from ticketing.places.placing import placed
from ticketing.routing import decisions
from ticketing.tables import Case, Stage
from ticketing.workflow import STAGES, Move, Phase, Situation, To

__all__ = ["DALIAN", "RULES", "City", "edit_draft", "move", "move_in"]


@dataclass(frozen=True)
class City:
    """What differs between cities: administrative division (6 digits) and area code (with its 0)."""

    division: str = "210200"
    area_code: str = "0411"


DALIAN = City()
#: As the settings come.
RULES = Cases()


async def move(
    sessions: SessionFactory,
    *,
    case_id: int,
    move: str,
    actor: Account | None,
    version: int,
    fields: Mapping[str, Any] | None = None,
    given: Mapping[str, Any] | None = None,
    note: str = "",
    address: str = "",
    clock: Clock,
    city: City = DALIAN,
    rules: Cases = RULES,
) -> Case:
    """Take a case through one row of the workflow table; the case as it is afterwards.

    Args:
        actor: who does it; None is the system.
        version: of the case the actor was looking at.
        fields: form fields that change with the move, where the move takes any.
        given: the move's own inputs by name, as JSON has them.
        address: where the actor's request came from.

    Raises:
        NoSuchCaseError, NoSuchMoveError: no such thing.
        RoleNotAllowedError, NotYoursError, WrongStageError, GuardedError: not by this person, not now.
        ConflictError: somebody was faster; says who and when.
        InvalidError: `fields` in the details names each field that is missing or wrong.
    """
    row = workflow.find(move)
    workflow.check_role(row, actor.role if actor else None)
    note = forms.read_note(note)
    async with sessions() as session:
        case = await door.locked(session, case_id)
        await scope.check(session, row, case, actor)
        await door.check_version(session, case, version)
        await move_in(session, case, row, actor, fields, given, note, clock.now(), city, rules, address)
        await session.commit()
    return case


async def move_in(
    session: AsyncSession,
    case: Case,
    row: Move,
    actor: Account | None,
    fields: Mapping[str, Any] | None,
    given: Mapping[str, Any] | None,
    note: str,
    now: datetime,
    city: City = DALIAN,
    rules: Cases = RULES,
    address: str = "",
) -> None:
    """What `move` does once role, scope and version are checked: in the caller's transaction, case locked.

    Raises:
        WrongStageError, GuardedError, InvalidError: as `move`.
    """
    workflow.check_stage(row, case, note)
    before, now = await door.before(session, case), door.moment(case, now)
    await _take_fields(session, case, fields or {}, row, city, now)
    values = inputs.read(row, given or {})
    inputs.put(row, case, values)
    workflow.check_guards(row, Situation(case, actor, now, rules.most_delays))
    await effects.prepare(session, row, case, actor, values, now)
    await effects.tick(session, row, case, now, rules)
    _advance(case, row, actor, now, rules)
    if row.gives_number and case.number is None:
        case.number = await next_number(session, now, city.division)
    await decisions.note(session, row.name, case, actor, note, now, rules)
    told = inputs.as_json(values)
    told |= await taking_part.before_history(
        session, row.name, case, actor, note, now, city.division, rules, address
    )
    await door.write_history(session, case, row, before, note, told, address)
    await taking_part.after_history(session, row.name, case, before, actor, address)
    outbox.add(session, CaseMoved(at=case.changed_at, case_id=case.id, move=row.name))


async def _take_fields(
    session: AsyncSession, case: Case, fields: Mapping[str, Any], row: Move, city: City, now: datetime
) -> None:
    """Put what came with the move into the case, and check the whole of it."""
    if fields and not row.takes_fields:
        raise InvalidError("表单有误", fields=dict.fromkeys(fields, f"“{row.zh}”不能修改此项"))
    if not row.takes_fields:
        return
    values = door.values_of(case) | await placed(session, forms.read(fields), case, now)
    wrong = forms.incomplete(values, row.needs, city.area_code)
    today = now.astimezone(CHINA).date()
    wrong = await catalogue.wrong_references(session, values, whole=True, on=today) | wrong
    if wrong:
        raise InvalidError("表单有误", fields=wrong)
    number = values["callback_number"]
    values["callback_number"] = normalise(number, city.area_code).normal if number else ""
    door.apply(case, values)


def _advance(case: Case, row: Move, actor: Account | None, now: datetime, rules: Cases) -> None:
    _stamp(case, row, actor, now)
    _wishes(case, row, actor)
    to = case.stage if row.to == To.SAME else case.stage_before if row.to == To.BACK else str(row.to)
    if STAGES[to].phase == Phase.OUT and row.to != To.SAME:
        case.stage_before = case.stage
    if to != case.stage:
        case.stage_since, case.stage_due_at = now, effects.stage_due(to, now, rules)
    case.stage = to
    door.touch(case, actor, now)


def _stamp(case: Case, row: Move, actor: Account | None, now: datetime) -> None:
    for column in row.clears:
        setattr(case, column, "" if column == "verification" else None)
    if row.stamp:
        setattr(case, row.stamp, now)
    if row.signs:
        setattr(case, row.signs, actor.id if actor else None)
    if row.counts:
        setattr(case, row.counts, getattr(case, row.counts) + 1)
    for column in row.marks:
        setattr(case, column, True)


def _wishes(case: Case, row: Move, actor: Account | None) -> None:
    """What a unit asked for: noted, passed on to level 2, or settled."""
    if row.asks:
        case.pending, case.pending_level = row.asks, row.first_level
        case.pending_by = actor.id if actor else None
    if row.endorses:
        case.pending_level = 2
    if row.settles:
        if row.to in (Stage.SUSPENDED, Stage.DEFERRED):
            case.resume_at = case.pending_until
        case.pending, case.pending_level = "", 0
        case.pending_by = case.pending_value = case.pending_until = None
