"""Editing the catalogue: a class or a severity row, or a whole file with its differences shown first."""

from __future__ import annotations

import asyncio
from http import HTTPMethod
from typing import Any

from aiohttp import web
from sqlalchemy import select

from core.errors import HotlineError, InvalidError
from core.tables import Role, Unit
from ticketing.catalogue import store, workbook
from ticketing.catalogue.columns import CLASSES_SHEET, SEVERITY_SHEET, Sheet, read_line, shown
from web.api.catalogue import standing_edition
from web.api.catalogue_models import (
    CatalogueExportQuery,
    CatalogueImportAnswer,
    CatalogueImportQuery,
    ClassBody,
    SeverityBody,
    told,
)
from web.api.route import Ask, Routes
from web.guard import XLSX, TooLargeError

routes = Routes("catalogue-editing")
_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
_READERS = frozenset({Role.DISPATCHER, Role.SHIFT_LEADER, Role.ADMINISTRATOR})


class SheetOnlyError(HotlineError):
    """The body must be a spreadsheet (XLSX)."""

    code, status = "sheet_only", 415


@routes.add(
    HTTPMethod.PUT, "/catalogue/categories", "Add or change a class", roles=_ADMINISTRATORS, errors=(409,)
)
async def put_class(ask: Ask, body: ClassBody) -> CatalogueImportAnswer:
    return await _put(ask, CLASSES_SHEET, body.model_dump())


@routes.add(
    HTTPMethod.PUT,
    "/catalogue/severities",
    "Add or change a severity row; one in force is followed, never overwritten",
    roles=_ADMINISTRATORS,
    errors=(409,),
)
async def put_severity(ask: Ask, body: SeverityBody) -> CatalogueImportAnswer:
    return await _put(ask, SEVERITY_SHEET, body.model_dump())


@routes.add(HTTPMethod.GET, "/catalogue/export", "The catalogue as a spreadsheet", roles=_READERS, media=XLSX)
async def export(ask: Ask, query: CatalogueExportQuery) -> web.Response:
    async with ask.services.sessions() as db:
        if query.edition:
            await standing_edition(ask, db, query.edition)
        lines = await store.lines(db, query.edition or None)
        units = (
            await db.execute(select(Unit.code, Unit.name).where(Unit.is_active).order_by(Unit.code))
        ).all()
    data = await asyncio.to_thread(workbook.write, lines, units)
    name = f"catalogue-{query.edition or 'all'}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(body=data, content_type=XLSX, headers=headers)


@routes.add(
    HTTPMethod.POST,
    "/catalogue/import",
    "Tell what a spreadsheet would change, or carry it out: all of it or nothing",
    roles=_ADMINISTRATORS,
    takes=XLSX,
    errors=(409, 422),
)
async def import_file(ask: Ask, query: CatalogueImportQuery) -> CatalogueImportAnswer:
    read = await asyncio.to_thread(workbook.read, await _uploaded(ask))
    by = _by(ask)
    if query.apply:
        plan = await store.carry_out(ask.services.sessions, read, by, digest=query.digest or None)
        return told(plan, applied=True)
    async with ask.services.sessions() as db:
        return told(await store.preview(db, read, by.today), applied=False)


def _by(ask: Ask) -> store.By:
    return store.By(ask.services.clock.now(), ask.account.id, ask.address)


async def _put(ask: Ask, sheet: Sheet, values: dict[str, Any]) -> CatalogueImportAnswer:
    cells = {one.title: shown(one.field, values[one.field]) for one in sheet.columns}
    line, wrong = read_line(sheet, cells)
    if line is None:
        fields = {one.field: wrong[one.title] for one in sheet.columns if one.title in wrong}
        raise InvalidError("表单有误", fields=fields)
    plan = await store.carry_out(ask.services.sessions, ([((sheet.title, 0), line)], []), _by(ask))
    return told(plan, applied=True)


async def _uploaded(ask: Ask) -> bytes:
    """The file of the body.

    Raises:
        SheetOnlyError: it says it is something else.
        TooLargeError: more than 5 MiB.
    """
    if ask.request.content_type != XLSX:
        raise SheetOnlyError
    data = bytearray()
    async for piece in ask.request.content.iter_chunked(1 << 16):
        data += piece
        if len(data) > workbook.MOST_BYTES:
            raise TooLargeError
    return bytes(data)
