"""Cases: reading them, autosaving a draft, moving them along. The rules are `ticketing`'s."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPMethod
from typing import Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from core.tables import OUTSIDE, Role
from ivr.ledger import queries as ledger
from ivr.ledger.tables import Call
from ticketing import catalogue, moves, queries
from ticketing.deadlines import warned
from ticketing.errors import NoSuchCaseError
from ticketing.forms import NOTE_LENGTH, CaseForm
from ticketing.tables import Case
from web.api.case_workflow import offered
from web.api.masking import HIDDEN, Viewer, shown
from web.api.models import (
    CaseDetail,
    CaseSummary,
    CategoryKeyAnswer,
    HistoryEntry,
)
from web.api.route import EVERYBODY, WORKERS, Ask, Asked, Routes

routes = Routes("cases")

#: Who may try a move; the workflow table decides.
MOVERS = EVERYBODY - {Role.INSPECTOR}
#: Characters of the description that a list shows.
EXCERPT = 80
_LARGEST_ID = 2**31 - 1
#: Form fields that hold a phone number.
_NUMBERS = ("caller_number", "callback_number")


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
    #: What the move asks for besides the form, by name (see `moves` of the case).
    inputs: dict[str, str | int | None] = Field(default_factory=dict, max_length=8)


@routes.add(
    HTTPMethod.GET, "/cases/{id}", "One case with its history and what may be done with it", roles=EVERYBODY
)
async def case(ask: Ask, path: CasePath) -> CaseDetail:
    async with ask.services.sessions() as db:
        return await _detail(db, path.id, ask)


@routes.add(HTTPMethod.PATCH, "/cases/{id}", "Save a draft as far as it goes", roles=WORKERS, errors=(409,))
async def save_case(ask: Ask, path: CasePath, body: CaseChange) -> CaseDetail:
    services = ask.services
    await moves.edit_draft(
        services.sessions,
        case_id=path.id,
        actor=ask.account,
        version=body.version,
        fields=await _fields(ask, path.id, body),
        clock=services.clock,
    )
    async with services.sessions() as db:
        return await _detail(db, path.id, ask)


@routes.add(
    HTTPMethod.POST, "/cases/{id}/moves/{move}", "Move a case along (流转)", roles=MOVERS, errors=(409,)
)
async def move_case(ask: Ask, path: MovePath, body: CaseMove) -> CaseDetail:
    services = ask.services
    await moves.move(
        services.sessions,
        case_id=path.id,
        move=path.move,
        actor=ask.account,
        version=body.version,
        fields=await _fields(ask, path.id, body),
        given=body.inputs,
        note=body.note,
        address=ask.address,
        clock=services.clock,
        city=moves.City(area_code=services.settings.sip.area_code),
        rules=services.settings.cases,
    )
    async with services.sessions() as db:
        return await _moved(db, path.id, ask)


def summary(case: Case, call: Call | None, viewer: Viewer) -> CaseSummary:
    """One row as `viewer` may see it; `call` is the one behind the case."""
    fields: dict[str, Any] = {name: getattr(case, name) for name in CaseSummary.model_fields}
    fields["caller_number"] = viewer.shows(case.caller_number, call, confidential=case.confidential)
    fields["description"] = case.description[:EXCERPT]
    return CaseSummary(**fields)


async def _fields(ask: Ask, case_id: int, body: CaseChange) -> dict[str, Any]:
    """The form fields the body names. A masked number that came back as it was sent is not a change."""
    fields = body.model_dump(exclude_unset=True, exclude={"version", "note", "inputs"})
    if "*" in (fields.get("callback_number") or ""):
        async with ask.services.sessions() as db:
            case = await db.get(Case, case_id)
        stored = case.callback_number if case else ""
        if fields["callback_number"] in (shown(stored, whole=False), HIDDEN):
            del fields["callback_number"]
    return fields


async def _moved(db: AsyncSession, case_id: int, ask: Ask) -> CaseDetail:
    """The case after a move; whoever moved it out of their own reach still sees what became of it."""
    try:
        return await _detail(db, case_id, ask)
    except NoSuchCaseError:
        case = await db.get_one(Case, case_id)
        filed = await catalogue.filing(db, case)
        return _worded(ask, queries.CaseDetail(case, (), (), ()), None, filed)


async def _detail(db: AsyncSession, case_id: int, ask: Ask) -> CaseDetail:
    rules = ask.services.settings.cases
    found = await queries.detail(db, case_id, ask.account, ask.services.clock.now(), rules.most_delays)
    case = found.case
    calls = await ledger.calls_by_id(db, [case.call_id] if case.call_id else [])
    filed = await catalogue.filing(db, case)
    return _worded(ask, found, calls.get(case.call_id or ""), filed)


def _worded(ask: Ask, found: queries.CaseDetail, call: Call | None, filed: catalogue.Filing) -> CaseDetail:
    """A case as whoever asks may see it."""
    case, viewer = found.case, Viewer.of(ask.account)
    labels = ask.services.settings.cases.labels
    show = partial(viewer.shows, call=call, confidential=case.confidential)
    fields = dict(summary(case, call, viewer)) | {
        name: getattr(case, name)
        for name in CaseDetail.model_fields.keys()
        - CaseSummary.model_fields
        - {"category", "category_major", "category_minor", "severity_condition"}
        - {"history", "moves", "helpers", "warning"}
    }
    if case.confidential and viewer.role in OUTSIDE and case.reporter_name:
        fields["reporter_name"] = HIDDEN
    return CaseDetail(
        **fields | {"description": case.description, "callback_number": show(case.callback_number)},
        category=_category(case),
        category_major=filed.major,
        category_minor=filed.minor,
        severity_condition=filed.condition,
        history=[_entry(line, show) for line in found.history],
        helpers=list(found.helpers),
        warning=warned(case, ask.services.clock.now()),
        moves=[offered(one, labels) for one in found.moves],
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
        inputs=entry.inputs,
        changes=changes,
    )
