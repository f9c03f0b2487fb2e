"""Lists of cases: filters, words, order, pages; and the same as a file (导出)."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPMethod
from pathlib import Path
from typing import Literal

from aiohttp import web
from pydantic import AwareDatetime, ConfigDict, Field

from core import audit
from core.clock import CHINA
from core.db import begin_write
from ivr.ledger import queries as ledger
from ivr.ledger.tables import Call
from ticketing import scope
from ticketing.forms import CaseKind, Urgency
from ticketing.listing import columns, files, pages
from ticketing.listing.wanted import Sort, Wanted
from ticketing.tables import Case, Stage
from web.api.cases import summary
from web.api.masking import Viewer
from web.api.models import CasePage
from web.api.route import EVERYBODY, Ask, Asked, Routes

routes = Routes("cases")

_CHUNK = 64 * 1024
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CODE = r"^[0-9A-Za-z_-]*$"


class CaseFilters(Asked):
    """Nothing given finds every case one may see."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True)

    stage: Stage | None = None
    #: Words of description and address, all of which a case holds; of two characters at least.
    q: str = Field("", max_length=80)
    kind: CaseKind | None = None
    urgency: Urgency | None = None
    source: str = Field("", max_length=16, pattern=_CODE)
    #: Codes: of the unit in charge, of places.
    unit: str = Field("", max_length=32, pattern=_CODE)
    district: str = Field("", max_length=15, pattern=_CODE)
    street: str = Field("", max_length=15, pattern=_CODE)
    #: A class by the parts of its key.
    edition: str = Field("", max_length=8)
    category_kind: str = Field("", max_length=8)
    category_code: str = Field("", max_length=8)
    #: A case number or its first digits.
    number: str = Field("", max_length=19, pattern=r"^[0-9]*$")
    #: A caller's or call-back number, whole.
    phone: str = Field("", max_length=32)
    #: When the case was opened: from, and before.
    from_: AwareDatetime | None = Field(None, alias="from")
    to: AwareDatetime | None = None
    #: On its way (在办), or not.
    open: bool | None = None
    overdue: bool | None = None
    sort: Sort = Sort.NEWEST

    def wanted(self) -> Wanted:
        return Wanted(
            stages=(self.stage,) if self.stage else (),
            kind=self.kind or "",
            urgency=self.urgency or "",
            source=self.source,
            unit=self.unit,
            district=self.district,
            street=self.street,
            edition=self.edition,
            category_kind=self.category_kind,
            category_code=self.category_code,
            number=self.number,
            phone=self.phone,
            created_from=self.from_,
            created_to=self.to,
            is_open=self.open,
            is_overdue=self.overdue,
        )


class CasesQuery(CaseFilters):
    limit: int = Field(50, ge=1, le=200)
    cursor: str = Field("", max_length=40)


class CaseExportQuery(CaseFilters):
    format: Literal["csv", "xlsx"] = "csv"


@routes.add(HTTPMethod.GET, "/cases", "Cases by filters, in pages (案卷)", roles=EVERYBODY)
async def list_cases(ask: Ask, query: CasesQuery) -> CasePage:
    viewer = Viewer.of(ask.account)
    async with ask.services.sessions() as db:
        page = await pages.page(
            db,
            query.wanted(),
            now=ask.services.clock.now(),
            q=query.q,
            sort=query.sort,
            limit=query.limit,
            cursor=query.cursor,
            reach=await scope.of(db, ask.account),
        )
        calls = await ledger.calls_by_id(db, [one.call_id for one in page.items if one.call_id])
    items = [summary(one, calls.get(one.call_id or ""), viewer) for one in page.items]
    return CasePage(items=items, next=page.next)


@routes.add(
    HTTPMethod.GET,
    "/cases/export",
    "The same cases as a file, CSV or XLSX (导出)",
    roles=EVERYBODY,
    media="text/csv",
)
async def export_cases(ask: Ask, query: CaseExportQuery) -> web.StreamResponse:
    async with ask.services.sessions() as db:
        # A filter that is wrong is told before the first byte, and who took what is written before it leaves.
        await pages.page(
            db, query.wanted(), now=ask.services.clock.now(), q=query.q, sort=query.sort, limit=1
        )
    await _note(ask, query)
    return await (_xlsx if query.format == "xlsx" else _csv)(ask, query)


async def _note(ask: Ask, query: CaseExportQuery) -> None:
    detail = query.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    async with ask.services.sessions() as db:
        await begin_write(db)
        audit.record(
            db,
            at=ask.services.clock.now(),
            actor_id=ask.account.id,
            action=audit.Action.CASES_EXPORTED,
            address=ask.address,
            detail=detail,
        )
        await db.commit()


async def _rows(ask: Ask, query: CaseExportQuery) -> AsyncIterator[list[files.Row]]:
    """The file's rows, a page at a time."""
    services, viewer = ask.services, Viewer.of(ask.account)
    async with services.sessions() as db:
        reach = await scope.of(db, ask.account)
        known = await columns.names(db, services.settings.cases.labels)
    found = pages.every(
        services.sessions,
        query.wanted(),
        now=services.clock.now(),
        q=query.q,
        sort=query.sort,
        reach=reach,
        most=files.MOST_ROWS,
    )
    async for items in found:
        async with services.sessions() as db:
            calls = await ledger.calls_by_id(db, [one.call_id for one in items if one.call_id])
        yield [columns.row(one, known, partial(_number, viewer, calls)) for one in items]


def _number(viewer: Viewer, calls: Mapping[str, Call], case: Case) -> str:
    return viewer.shows(case.caller_number, calls.get(case.call_id or ""), confidential=case.confidential)


async def _csv(ask: Ask, query: CaseExportQuery) -> web.StreamResponse:
    rows = _rows(ask, query)
    head = files.BOM + files.csv_bytes([list(columns.COLUMNS)])
    first = head + files.csv_bytes(await anext(rows, []))  # what fails at once can still be told
    response = web.StreamResponse(headers=_headers(ask, "csv", "text/csv; charset=utf-8"))
    async with _sending(ask, response):
        await response.write(first)
        async for more in rows:
            await response.write(files.csv_bytes(more))
    return response


async def _xlsx(ask: Ask, query: CaseExportQuery) -> web.StreamResponse:
    """Made on the disk first: a workbook is a zip whose parts are known only in the end."""
    with tempfile.TemporaryDirectory(prefix="hotline-export-") as folder:
        place = Path(folder) / "cases.xlsx"
        book = await asyncio.to_thread(files.Workbook, "案卷", list(columns.COLUMNS.values()))
        book.add([list(columns.COLUMNS)])
        async for rows in _rows(ask, query):
            await asyncio.to_thread(book.add, rows)
        await asyncio.to_thread(book.save, place)
        response = web.StreamResponse(headers=_headers(ask, "xlsx", _XLSX))
        with place.open("rb") as file:
            async with _sending(ask, response):
                while chunk := await asyncio.to_thread(file.read, _CHUNK):
                    await response.write(chunk)
    return response


@asynccontextmanager
async def _sending(ask: Ask, response: web.StreamResponse) -> AsyncIterator[None]:
    """What breaks off halfway ends the connection: the client must not take a part for the whole."""
    await response.prepare(ask.request)
    try:
        yield
        await response.write_eof()
    except BaseException:
        if ask.request.transport is not None:
            ask.request.transport.abort()
        raise


def _headers(ask: Ask, ending: str, media: str) -> dict[str, str]:
    day = ask.services.clock.now().astimezone(CHINA).strftime("%Y%m%d-%H%M")
    name = f'attachment; filename="cases-{day}.{ending}"'
    return {"Content-Type": media, "Content-Disposition": name, "Cache-Control": "no-store"}
