"""Cases: reading them, autosaving a draft, moving them along. The rules are `ticketing`'s."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPMethod
from typing import Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.ledger import queries as ledger
from ivr.ledger.tables import Call
from ticketing import moves, queries
from ticketing.forms import NOTE_LENGTH, CaseForm
from ticketing.tables import Case, Stage
from web.api.masking import HIDDEN, Viewer, shown
from web.api.models import (
    CaseDetail,
    CasePage,
    CaseSummary,
    CategoryKeyAnswer,
    HistoryEntry,
    MoveAnswer,
)
from web.api.route import STAFF, WORKERS, Ask, Asked, Routes

routes = Routes("cases")

#: Characters of the description that a list shows.
EXCERPT = 80
_LARGEST_ID = 2**31 - 1
#: Form fields that hold a phone number.
_NUMBERS = ("caller_number", "callback_number")


class CasesQuery(Asked):
    stage: Stage | None = None
    limit: int = Field(50, ge=1, le=200)
    cursor: str = Field("", max_length=16)


class CasePath(Asked):
    id: int = Field(ge=1, le=_LARGEST_ID)


class MovePath(CasePath):
    move: str = Field(min_length=1, max_length=32)


class CaseChange(CaseForm, Asked):
    """Fields that are not named stay as they are."""

    #: Of the case the writer was looking at.
    version: int = Field(ge=0, le=_LARGEST_ID)


class CaseMove(CaseChange):
    note: str = Field("", max_length=NOTE_LENGTH)


@routes.add(HTTPMethod.GET, "/cases", "Cases, newest first (案卷)", roles=STAFF)
async def list_cases(ask: Ask, query: CasesQuery) -> CasePage:
    viewer = Viewer.of(ask.account)
    async with ask.services.sessions() as db:
        page = await queries.page(db, stage=query.stage, limit=query.limit, cursor=query.cursor)
        calls = await ledger.calls_by_id(db, [one.call_id for one in page.items if one.call_id])
    items = [summary(one, calls.get(one.call_id or ""), viewer) for one in page.items]
    return CasePage(items=items, next=page.next)


@routes.add(
    HTTPMethod.GET, "/cases/{id}", "One case with its history and what may be done with it", roles=STAFF
)
async def case(ask: Ask, path: CasePath) -> CaseDetail:
    async with ask.services.sessions() as db:
        return await _detail(db, path.id, Viewer.of(ask.account))


@routes.add(HTTPMethod.PATCH, "/cases/{id}", "Save a draft as far as it goes", roles=WORKERS, errors=(409,))
async def save_case(ask: Ask, path: CasePath, body: CaseChange) -> CaseDetail:
    services, viewer = ask.services, Viewer.of(ask.account)
    await moves.edit_draft(
        services.sessions,
        case_id=path.id,
        actor=ask.account,
        version=body.version,
        fields=await _fields(ask, path.id, body),
        clock=services.clock,
    )
    async with services.sessions() as db:
        return await _detail(db, path.id, viewer)


@routes.add(
    HTTPMethod.POST, "/cases/{id}/moves/{move}", "Move a case along (流转)", roles=WORKERS, errors=(409,)
)
async def move_case(ask: Ask, path: MovePath, body: CaseMove) -> CaseDetail:
    services, viewer = ask.services, Viewer.of(ask.account)
    await moves.move(
        services.sessions,
        case_id=path.id,
        move=path.move,
        actor=ask.account,
        version=body.version,
        fields=await _fields(ask, path.id, body),
        note=body.note,
        clock=services.clock,
        city=moves.City(area_code=services.settings.sip.area_code),
    )
    async with services.sessions() as db:
        return await _detail(db, path.id, viewer)


def summary(case: Case, call: Call | None, viewer: Viewer) -> CaseSummary:
    """One row as `viewer` may see it; `call` is the one behind the case."""
    fields: dict[str, Any] = {name: getattr(case, name) for name in CaseSummary.model_fields}
    fields["caller_number"] = viewer.shows(case.caller_number, call, confidential=case.confidential)
    fields["description"] = case.description[:EXCERPT]
    return CaseSummary(**fields)


async def _fields(ask: Ask, case_id: int, body: CaseChange) -> dict[str, Any]:
    """The form fields the body names. A masked number that came back as it was sent is not a change."""
    fields = body.model_dump(exclude_unset=True, exclude={"version", "note"})
    if "*" in (fields.get("callback_number") or ""):
        async with ask.services.sessions() as db:
            stored = (await queries.detail(db, case_id, ask.account.role)).case.callback_number
        if fields["callback_number"] in (shown(stored, whole=False), HIDDEN):
            del fields["callback_number"]
    return fields


async def _detail(db: AsyncSession, case_id: int, viewer: Viewer) -> CaseDetail:
    found = await queries.detail(db, case_id, viewer.role)
    case = found.case
    calls = await ledger.calls_by_id(db, [case.call_id] if case.call_id else [])
    call = calls.get(case.call_id or "")
    show = partial(viewer.shows, call=call, confidential=case.confidential)
    fields = dict(summary(case, call, viewer)) | {
        name: getattr(case, name)
        for name in CaseDetail.model_fields.keys()
        - CaseSummary.model_fields
        - {"category", "history", "moves"}
    }
    return CaseDetail(
        **fields | {"description": case.description, "callback_number": show(case.callback_number)},
        category=_category(case),
        history=[_entry(line, show) for line in found.history],
        moves=[MoveAnswer(name=m.name, label=m.zh, note_required=m.note_required) for m in found.moves],
    )


def _category(case: Case) -> CategoryKeyAnswer | None:
    edition, kind, code = case.category_edition, case.category_kind, case.category_code
    if edition is None or kind is None or code is None:
        return None
    return CategoryKeyAnswer(edition=edition, kind=kind, code=code)


def _entry(line: queries.HistoryLine, show: Callable[[str], str]) -> HistoryEntry:
    entry = line.entry
    changes = {
        field: [show(str(one or "")) for one in values] if field in _NUMBERS else values
        for field, values in entry.changes.items()
    }
    return HistoryEntry(
        seq=entry.seq,
        at=entry.at,
        actor=line.actor,
        move=entry.move,
        from_stage=entry.from_stage,
        to_stage=entry.to_stage,
        note=entry.note,
        changes=changes,
    )
