"""What moves do beyond stage and stamps: units, helpers, merging, the clock. Called by the one door alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from core.case_settings import Cases
from core.errors import InvalidError
from core.tables import Account, Unit
from ticketing import deadlines, scope
from ticketing.catalogue import severity
from ticketing.links import both
from ticketing.tables import Case, CaseHelper, Stage
from ticketing.workflow import STAGES, Does, Move, Phase, Tick


def wrong(field: str, why: str) -> InvalidError:
    return InvalidError("表单有误", fields={field: why})


async def prepare(
    session: AsyncSession,
    row: Move,
    case: Case,
    actor: Account | None,
    values: Mapping[str, Any],
    now: datetime,
) -> None:
    """Check and do what `row.does` names.

    Raises:
        InvalidError: names the input that does not fit.
    """
    match row.does:
        case Does.DISPATCH:
            case.unit = (await _unit(session, actor, values["unit"])).code
            case.accepted_at = None
        case Does.ADD_HELPER:
            await _add_helper(session, case, actor, values["unit"], now)
        case Does.MERGE:
            case.merged_into = (await _original(session, case, values["into"])).id
        case Does.LIMIT:
            if ("limit_value" in values) != ("limit_unit" in values):
                lacks = "limit_unit" if "limit_value" in values else "limit_value"
                raise wrong(lacks, "时限和单位须一起填写")
            await severity.choose(
                session, case, values.get("severity"), now, has_limit="limit_value" in values
            )
        case Does.RATE:
            case.rating = int(values["rating"])
        case Does.TAKE_BACK:
            await session.execute(delete(CaseHelper).where(CaseHelper.case_id == case.id))
            case.unit = case.accepted_at = None


async def _unit(session: AsyncSession, actor: Account | None, code: str) -> Unit:
    unit = await session.get(Unit, code)
    if unit is None or not unit.is_active:
        raise wrong("unit", "没有这个责任单位")
    reach = await scope.of(session, actor)
    if reach.is_limited and unit.code not in reach.units:
        raise wrong("unit", "只能派给本区的单位")
    return unit


async def _add_helper(
    session: AsyncSession, case: Case, actor: Account | None, code: str, now: datetime
) -> None:
    unit = await _unit(session, actor, code)
    if unit.code == case.unit:
        raise wrong("unit", "该单位就是责任单位")
    if unit.code in await scope.helpers(session, case.id):
        raise wrong("unit", "该单位已在协办")
    session.add(CaseHelper(case_id=case.id, unit=unit.code, added_at=now))


async def _original(session: AsyncSession, case: Case, number: str) -> Case:
    """The case that this one repeats."""
    found = await both.held(session, Case.number == number)
    if found is None:
        raise wrong("into", "没有这个案卷号")
    if found.id == case.id:
        raise wrong("into", "不能合并到自己")
    if found.stage == Stage.DRAFT or STAGES[found.stage].phase == Phase.OUT:
        raise wrong("into", f"该案卷{STAGES[found.stage].zh}，不能合并到它")
    return found


async def tick(session: AsyncSession, row: Move, case: Case, now: datetime, rules: Cases) -> None:
    """Start, halt or stretch the clock, and reckon anew."""
    match row.tick:
        case Tick.START:
            if case.limit_value is None:
                deadlines.set_limit(case, deadlines.default_limit(case, rules))
            deadlines.start(case, now)
        case Tick.PAUSE:
            deadlines.pause(session, case, now)
        case Tick.RESUME:
            await deadlines.resume(session, case, now)
        case Tick.STOP:
            await deadlines.stop(session, case, now)
        case Tick.RESET:
            await deadlines.stop(session, case, now)
            deadlines.reset(case)
        case Tick.EXTEND:
            case.extra_value += case.pending_value or 0
        case None:
            return
    await deadlines.reckon(session, case, rules)


def stage_due(stage: str, now: datetime, rules: Cases) -> datetime | None:
    """When whoever a case comes to should have passed it on; None: the case's own limit counts."""
    minutes = {
        Stage.REGISTERED: rules.accept_min,
        Stage.ESTABLISHED: rules.dispatch_min,
        Stage.VERIFYING: rules.verify_min,
        Stage.CHECKING: rules.check_min,
    }
    found = minutes.get(Stage(stage))
    return now + timedelta(minutes=found) if found else None
