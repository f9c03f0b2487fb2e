"""How long recordings are kept (保存期限), and what nobody may delete (法律保全)."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPMethod
from time import monotonic

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import InvalidError, NotFoundError
from core.phone import mask, normalise
from core.tables import Account, Role
from ivr.ledger.tables import Call
from recorder.retention import holds, rules
from recorder.retention.due import Due, scan
from recorder.retention.model import Rule
from recorder.retention.sweep import policy_now
from recorder.retention.tables import HoldScope, LegalHold, RetentionRule, Sweep
from recorder.tables import Recording
from ticketing.tables import Case
from web.api.hand import LEADERS
from web.api.house_models import IdPath
from web.api.recording_access import actor
from web.api.retention_models import (
    HoldAnswer,
    HoldForm,
    HoldPage,
    LiftForm,
    PageQuery,
    PreviewAnswer,
    PreviewLine,
    RetentionAnswer,
    RuleAnswer,
    RuleForm,
    SweepAnswer,
)
from web.api.route import Ask, Routes
from web.retention_facts import LedgerFacts

routes = Routes("retention")

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
#: Those who have a part in keeping and deleting.
KEEPERS = LEADERS | {Role.INSPECTOR}
#: A preview looks at recordings for so many seconds at most, and shows so many.
_PREVIEW_S, _SAMPLE = 3.0, 10


@routes.add(HTTPMethod.GET, "/retention", "Rules, settings and the last sweep (保存期限)", roles=KEEPERS)
async def retention(ask: Ask) -> RetentionAnswer:
    settings = ask.services.settings.retention
    async with ask.services.sessions() as db:
        rows = await rules.listing(db)
        names = await names_of(db, (one for row in rows for one in (row.made_by, row.ended_by)))
        last = await db.scalar(select(Sweep).order_by(Sweep.day.desc()).limit(1))
    return RetentionAnswer(
        case_months=settings.case_months,
        other_months=settings.other_months,
        signers=settings.signers,
        lifter=settings.lifter,
        rules=[_rule(row, names) for row in rows],
        last_sweep=SweepAnswer(day=last.day, seen=last.seen, due=last.due, held=last.held) if last else None,
    )


@routes.add(
    HTTPMethod.POST, "/retention/rules", "A new rule (新增保存期限)", roles=ADMINISTRATORS, status=201
)
async def make_rule(ask: Ask, body: RuleForm) -> RuleAnswer:
    async with ask.services.sessions() as db:
        row = await rules.make(db, actor(ask), RetentionRule(**body.model_dump()))
        return _rule(row, await names_of(db, [row.made_by]))


@routes.add(
    HTTPMethod.POST,
    "/retention/rules/{id}/end",
    "End a rule (停用)",
    roles=ADMINISTRATORS,
    errors=(409,),
)
async def end_rule(ask: Ask, path: IdPath) -> RuleAnswer:
    async with ask.services.sessions() as db:
        row = await rules.end(db, actor(ask), path.id)
        return _rule(row, await names_of(db, [row.made_by, row.ended_by]))


@routes.add(
    HTTPMethod.POST, "/retention/preview", "What a rule would propose to delete now (预览)", roles=KEEPERS
)
async def preview(ask: Ask, body: RuleForm) -> PreviewAnswer:
    services, until = ask.services, monotonic() + _PREVIEW_S
    draft = Rule(0, body.name, body.months, body.has_case, frozenset(body.kinds), frozenset(body.flags))
    policy = await policy_now(services.sessions, services.settings.retention, [draft])
    seen, found, is_complete = 0, list[Due](), True
    async for batch in scan(services.sessions, LedgerFacts(), policy, services.clock.now()):
        seen += batch.seen
        found += [one for one in batch.due if one.verdict.rule is draft]
        if monotonic() > until:
            is_complete = False
            break
    due = [one.recording for one in found if not one.is_held]
    return PreviewAnswer(
        seen=seen,
        due=len(due),
        held=len(found) - len(due),
        sample=[_line(one) for one in due[:_SAMPLE]],
        complete=is_complete,
    )


@routes.add(HTTPMethod.GET, "/holds", "Legal holds, those in force first (法律保全)", roles=KEEPERS)
async def list_holds(ask: Ask, query: PageQuery) -> HoldPage:
    async with ask.services.sessions() as db:
        rows = await holds.listing(db, after=query.cursor, limit=query.limit + 1)
        page = rows[: query.limit]
        items = await _holds(ask, db, page)
    return HoldPage(items=items, next=page[-1].id if len(rows) > query.limit else None)


@routes.add(
    HTTPMethod.POST,
    "/holds",
    "Hold a recording, a call, a case or a number",
    roles=LEADERS,
    status=201,
    errors=(409,),
)
async def put_hold(ask: Ask, body: HoldForm) -> HoldAnswer:
    async with ask.services.sessions() as db:
        target = await _target(ask, db, body.scope, body.target)
    async with ask.services.sessions() as db:
        hold = await holds.put(db, actor(ask), body.scope, target, body.reason)
        (answer,) = await _holds(ask, db, [hold])
    return answer


@routes.add(HTTPMethod.POST, "/holds/{id}/lift", "Lift it (解除保全)", roles=ADMINISTRATORS, errors=(409,))
async def lift_hold(ask: Ask, path: IdPath, body: LiftForm) -> HoldAnswer:
    settings = ask.services.settings.retention
    async with ask.services.sessions() as db:
        hold = await holds.lift(db, actor(ask), path.id, body.reason, settings)
        (answer,) = await _holds(ask, db, [hold])
    return answer


async def _target(ask: Ask, db: AsyncSession, scope: HoldScope, text: str) -> str:
    """`text` as holds keep it.

    Raises:
        NotFoundError: there is no such recording, call or case.
        InvalidError: no telephone number.
    """
    if scope is HoldScope.NUMBER:
        number = normalise(text, ask.services.settings.sip.area_code).normal
        if not number:
            raise InvalidError(fields={"target": "不是电话号码"})
        return number
    found: str | int | None
    is_id = text.isascii() and text.isdigit() and len(text) < 10
    if scope is HoldScope.CALL:
        found = await db.scalar(select(Call.id).where(Call.id == text))
    elif scope is HoldScope.CASE:
        which = Case.id == int(text) if is_id else Case.number == text
        found = await db.scalar(select(Case.id).where(which))
    else:
        found = await db.scalar(select(Recording.id).where(Recording.id == int(text))) if is_id else None
    if found is None:
        raise NotFoundError("没有找到要保全的对象。")
    return str(found)


async def names_of(db: AsyncSession, account_ids: Iterable[int | None]) -> dict[int | None, str]:
    """Display names of some accounts; one that is None is left out."""
    wanted = {one for one in account_ids if one is not None}
    rows = await db.execute(select(Account.id, Account.display_name).where(Account.id.in_(wanted)))
    return {row.id: row.display_name for row in rows}


async def _holds(ask: Ask, db: AsyncSession, rows: Iterable[LegalHold]) -> list[HoldAnswer]:
    rows, settings, who = list(rows), ask.services.settings.retention, actor(ask)
    names = await names_of(db, (one for row in rows for one in (row.set_by, row.lifted_by)))
    cases = {int(row.target) for row in rows if row.scope == HoldScope.CASE}
    found = await db.execute(select(Case.id, Case.number).where(Case.id.in_(cases)))
    numbers = {str(one.id): one.number or "" for one in found}
    return [
        HoldAnswer(
            id=row.id,
            scope=HoldScope(row.scope),
            target=mask(row.target) if row.scope == HoldScope.NUMBER else row.target,
            case_number=numbers.get(row.target, "") if row.scope == HoldScope.CASE else "",
            reason=row.reason,
            set_by=names[row.set_by],
            set_at=row.set_at,
            lifted_by=names.get(row.lifted_by),
            lifted_at=row.lifted_at,
            lift_reason=row.lift_reason,
            may_lift=holds.may_lift(who, row, settings),
        )
        for row in rows
    ]


def _rule(row: RetentionRule, names: dict[int | None, str]) -> RuleAnswer:
    same = ("id", "name", "has_case", "kinds", "flags", "months", "made_at", "ended_at")
    return RuleAnswer(
        **{name: getattr(row, name) for name in same},
        made_by=names[row.made_by],
        ended_by=names.get(row.ended_by),
    )


def _line(recording: Recording) -> PreviewLine:
    return PreviewLine(
        recording_id=recording.id,
        call_id=recording.call_id,
        recorded_at=recording.created_at,
        duration_s=recording.duration_s,
    )
