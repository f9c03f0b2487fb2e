"""Sources (来源): reporting with a key, and the book of who may. The rules are `ticketing.sources`'."""

from __future__ import annotations

from http import HTTPMethod

from core.errors import NotFoundError
from core.tables import Role
from ticketing import scope, workflow
from ticketing.moves import City
from ticketing.sources import book, intake, keys, queries
from ticketing.sources.intake import Accepted
from ticketing.sources.queries import Line
from ticketing.sources.tables import Source, SourceKey
from web.api.cases import CasePath
from web.api.hand import LEADERS
from web.api.models import CategoryKeyAnswer
from web.api.route import EVERYBODY, PUBLIC, Ask, Routes
from web.api.source_models import (
    AcceptedReport,
    AcceptedReports,
    NewSource,
    NewSourceKey,
    ReportIdQuery,
    SourceAnswer,
    SourceBatch,
    SourceChange,
    SourceKeyAnswer,
    SourceKeyPath,
    SourcePage,
    SourcePath,
    SourceProgress,
    SourceReportBody,
    SourceReportLine,
    SourceReportPage,
    SourceReportsQuery,
)

routes = Routes("sources")

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
_REFUSALS = (401, 403, 429)


@routes.add(
    HTTPMethod.POST,
    "/source-reports",
    "Report something; `Authorization: Bearer <key>` (来件)",
    roles=PUBLIC,
    errors=_REFUSALS,
)
async def report(ask: Ask, body: SourceReportBody) -> AcceptedReport:
    source = await _source(ask)
    taken = await intake.accept(ask.services.sessions, source.code, body, ask.services.clock, city=_city(ask))
    return _accepted(taken)


@routes.add(
    HTTPMethod.POST,
    "/source-reports/batch",
    "Report many things, all or none (批量来件)",
    roles=PUBLIC,
    errors=_REFUSALS,
)
async def report_batch(ask: Ask, body: SourceBatch) -> AcceptedReports:
    source = await _source(ask)
    house = ask.services
    taken = await intake.accept_all(
        house.sessions, source.code, body.reports, house.clock, city=_city(ask), rules=house.settings.cases
    )
    return AcceptedReports(items=[_accepted(one) for one in taken])


@routes.add(
    HTTPMethod.GET,
    "/source-reports",
    "What became of a report of one's own (来件进度)",
    roles=PUBLIC,
    errors=(401, 403, 404),
)
async def report_progress(ask: Ask, query: ReportIdQuery) -> SourceProgress:
    source = await _source(ask)
    async with ask.services.sessions() as db:
        found = await queries.by_external_id(db, source.code, query.id)
    if found is None:
        raise NotFoundError("没有这个编号的来件。")
    report, case = found.report, found.case
    return SourceProgress(
        id=report.external_id,
        state=report.state,
        case_id=report.case_id,
        case_number=case.number if case else None,
        received_at=report.received_at,
        stage=case.stage if case else None,
        stage_name=_stage_name(ask, case.stage) if case else "",
        changed_at=case.changed_at if case else None,
    )


@routes.add(HTTPMethod.GET, "/sources", "Who reports without a call (来源)", roles=LEADERS)
async def list_sources(ask: Ask) -> SourcePage:
    async with ask.services.sessions() as db:
        found = await book.listing(db)
        held = await keys.of_sources(db)
        counts = await book.counts(db, ask.services.clock.now())
    return SourcePage(items=[_answer(one, held.get(one.code, []), counts) for one in found])


@routes.add(HTTPMethod.POST, "/sources", "Add a source (新增来源)", roles=ADMINISTRATORS, status=201)
async def add_source(ask: Ask, body: NewSource) -> SourceAnswer:
    made = await book.add(
        ask.services.sessions,
        code=body.code,
        name=body.name,
        channel=body.channel,
        values=body.values(),
        actor_id=ask.account.id,
        address=ask.address,
        clock=ask.services.clock,
    )
    return _answer(made, [], {})


@routes.add(
    HTTPMethod.PATCH, "/sources/{code}", "Change a source (修改来源)", roles=ADMINISTRATORS, errors=(409,)
)
async def change_source(ask: Ask, path: SourcePath, body: SourceChange) -> SourceAnswer:
    changed = await book.change(
        ask.services.sessions,
        path.code,
        version=body.version,
        values=body.values() | {"name": body.name},
        actor_id=ask.account.id,
        address=ask.address,
        clock=ask.services.clock,
    )
    async with ask.services.sessions() as db:
        held = await keys.of_sources(db)
        counts = await book.counts(db, ask.services.clock.now())
    return _answer(changed, held.get(changed.code, []), counts)


@routes.add(
    HTTPMethod.POST,
    "/sources/{code}/keys",
    "Another key, shown this once (生成来源密钥)",
    roles=ADMINISTRATORS,
    status=201,
)
async def make_source_key(ask: Ask, path: SourcePath) -> NewSourceKey:
    row, key = await keys.make(
        ask.services.sessions,
        path.code,
        actor_id=ask.account.id,
        address=ask.address,
        clock=ask.services.clock,
    )
    return NewSourceKey(**dict(_key(row)), key=key)


@routes.add(
    HTTPMethod.DELETE,
    "/sources/{code}/keys/{id}",
    "Nobody reports with this key any more (撤销来源密钥)",
    roles=ADMINISTRATORS,
    status=204,
)
async def revoke_source_key(ask: Ask, path: SourceKeyPath) -> None:
    await keys.revoke(
        ask.services.sessions,
        path.code,
        path.id,
        actor_id=ask.account.id,
        address=ask.address,
        clock=ask.services.clock,
    )


@routes.add(HTTPMethod.GET, "/sources/{code}/reports", "Reports of a source, newest first", roles=LEADERS)
async def list_source_reports(ask: Ask, path: SourcePath, query: SourceReportsQuery) -> SourceReportPage:
    async with ask.services.sessions() as db:
        if await db.get(Source, path.code) is None:
            raise keys.NoSuchSourceError
        found = await queries.of_source(db, path.code, limit=query.limit + 1, before=query.cursor)
    items = found[: query.limit]
    more = items[-1].report.id if len(found) > query.limit else None
    return SourceReportPage(items=[_line(one) for one in items], next=more)


@routes.add(
    HTTPMethod.GET, "/cases/{id}/reports", "Reports from outside a case grew from (来件)", roles=EVERYBODY
)
async def list_case_reports(ask: Ask, path: CasePath) -> SourceReportPage:
    async with ask.services.sessions() as db:
        reach = await scope.of(db, ask.account)
        found = await queries.of_case(db, path.id, reach)
    return SourceReportPage(items=[_line(one) for one in found], next=None)


async def _source(ask: Ask) -> Source:
    kind, _, key = ask.request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise keys.SourceKeyError
    return await keys.holder(ask.services.sessions, key.strip(), ask.services.clock.now())


def _city(ask: Ask) -> City:
    return City(area_code=ask.services.settings.sip.area_code)


def _accepted(one: Accepted) -> AcceptedReport:
    return AcceptedReport(
        id=one.external_id, state=one.state, case_id=one.case_id, case_number=one.case_number
    )


def _stage_name(ask: Ask, stage: str) -> str:
    return ask.services.settings.cases.labels.get(stage) or workflow.STAGE_LABELS[stage]


def _key(row: SourceKey) -> SourceKeyAnswer:
    return SourceKeyAnswer(**{name: getattr(row, name) for name in SourceKeyAnswer.model_fields})


def _answer(source: Source, held: list[SourceKey], counts: dict[tuple[str, str], int]) -> SourceAnswer:
    plain = SourceAnswer.model_fields.keys() - {"category", "keys", "day"}
    edition, kind, code = source.category_edition, source.category_kind, source.category_code
    key = CategoryKeyAnswer(edition=edition, kind=kind, code=code) if edition and kind and code else None
    return SourceAnswer(
        **{name: getattr(source, name) for name in plain},
        category=key,
        keys=[_key(one) for one in held],
        day={state: count for (of, state), count in counts.items() if of == source.code},
    )


def _line(line: Line) -> SourceReportLine:
    row, said = line.report, line.report.body
    plain = ("id", "source", "external_id", "via", "received_at", "state", "case_id", "device")
    return SourceReportLine(
        **{name: getattr(row, name) for name in plain},
        case_number=line.case.number if line.case else None,
        description=said.get("description", ""),
        address=said.get("address", ""),
        value=said.get("value"),
        unit=said.get("unit", ""),
        media=said.get("media", []),
    )
