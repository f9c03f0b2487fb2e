"""Taking a copy of a recording out of the house (导出): by right, with a reason, stamped, listed."""

from __future__ import annotations

import asyncio
from datetime import datetime
from http import HTTPMethod
from typing import Literal

from aiohttp import web
from pydantic import Field
from sqlalchemy import select

from core.audit import Action
from core.db import begin_write
from core.errors import UnavailableError
from core.tables import Account
from recorder.ffmpeg import FfmpegError
from recorder.retention import exporting
from recorder.retention.exporting import Copy, Stamp, Wanted
from recorder.retention.tables import Export
from recorder.tables import Recording
from web.api import byte_ranges
from web.api.hand import LEADERS
from web.api.recording_access import Reason, actor
from web.api.recording_rights import Known, RecordingPath, Right, recording_for
from web.api.route import STAFF, Answer, Ask, Asked, Routes

routes = Routes("recordings")

#: Copies written at once: each keeps a processor busy, and calls come first.
_AT_ONCE = asyncio.Semaphore(2)


class ExportForm(Asked):
    reason: Reason
    format: Wanted = Wanted.ORIGINAL


class ExportsQuery(Asked):
    limit: int = Field(50, ge=1, le=200)
    cursor: int | None = Field(None, ge=1, le=2**31 - 1)


class ExportAnswer(Answer):
    id: int
    #: What stands in the file.
    code: str
    recording_id: int
    call_id: str
    #: Display name.
    taker: str
    reason: str
    format: Literal["ogg", "flac", "wav"]
    at: datetime
    #: Of the file as it left.
    sha256: str
    size: int


class ExportPage(Answer):
    items: list[ExportAnswer]
    next: int | None


@routes.add(
    HTTPMethod.POST,
    "/recordings/{id}/export",
    "A copy with the taker's name in it (导出)",
    roles=STAFF,
    media="audio/ogg",
    errors=(503,),
)
async def export(ask: Ask, path: RecordingPath, body: ExportForm) -> web.StreamResponse:
    known = await recording_for(ask, path.id, Right.EXPORT)
    account, now = ask.account, ask.services.clock.now()
    stamp = Stamp(exporting.new_code(), f"{account.display_name} ({account.username})", now)
    async with _AT_ONCE:
        copy = await _written(ask, known, stamp, body.format)
    source = byte_ranges.Source(copy.file)
    try:
        await _note(ask, known, stamp, copy, body.reason)
        name = f"{known.recording.call_id}-{stamp.code}.{copy.suffix}"
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Export-Code": stamp.code,
        }
        return await byte_ranges.send(ask.request, source, copy.content_type, headers)
    finally:
        await asyncio.to_thread(source.close)


async def _written(ask: Ask, known: Known, stamp: Stamp, wanted: Wanted) -> Copy:
    """The copy. A request given up meanwhile leaves a file without a name, gone with its last reference."""
    try:
        return await asyncio.to_thread(
            exporting.copy_out, ask.services.settings, known.recording, stamp, wanted
        )
    except FfmpegError as error:
        raise UnavailableError("录音文件无法转换，请联系管理员检查。") from error


async def _note(ask: Ask, known: Known, stamp: Stamp, copy: Copy, reason: str) -> None:
    """The row and the audit row, before the first byte."""
    who = actor(ask)
    row = Export(
        code=stamp.code,
        recording_id=known.recording.id,
        account_id=who.account.id,
        reason=reason,
        format=copy.suffix,
        at=stamp.at,
        sha256=copy.sha256,
        size=copy.size,
    )
    async with ask.services.sessions() as db:
        await begin_write(db)
        db.add(row)
        who.note(
            db,
            Action.RECORDING_EXPORTED,
            f"recording:{known.recording.id}",
            call_id=known.recording.call_id,
            code=stamp.code,
            reason=reason,
            format=copy.suffix,
            sha256=copy.sha256,
        )
        await db.commit()


@routes.add(HTTPMethod.GET, "/recording-exports", "Copies that left the house (导出记录)", roles=LEADERS)
async def list_exports(ask: Ask, query: ExportsQuery) -> ExportPage:
    wanted = (
        select(Export, Recording.call_id, Account.display_name)
        .join(Recording, Recording.id == Export.recording_id)
        .join(Account, Account.id == Export.account_id)
        .order_by(Export.id.desc())
        .limit(query.limit + 1)
    )
    if query.cursor is not None:
        wanted = wanted.where(Export.id < query.cursor)
    async with ask.services.sessions() as db:
        rows = list(await db.execute(wanted))
    page = rows[: query.limit]
    return ExportPage(
        items=[_answer(row, call_id, taker) for row, call_id, taker in page],
        next=page[-1][0].id if len(rows) > query.limit else None,
    )


def _answer(row: Export, call_id: str, taker: str) -> ExportAnswer:
    same = ("id", "code", "recording_id", "reason", "format", "at", "sha256", "size")
    return ExportAnswer(**{name: getattr(row, name) for name in same}, call_id=call_id, taker=taker)
