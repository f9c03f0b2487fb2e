"""Score sheets (评分表): drafts, versions, publishing."""

from __future__ import annotations

from datetime import date
from http import HTTPMethod

from pydantic import Field

from recorder.quality import sheets
from recorder.quality.sheet import Sheet
from recorder.quality.tables import MAX_NAME, QualitySheet
from web.api.quality_desk import inspecting, names, overseeing
from web.api.quality_models import LARGEST_ID, IdPath, SheetAnswer, SheetPage
from web.api.route import STAFF, Ask, Asked, Routes

routes = Routes("quality")
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)


class SheetForm(Asked):
    name: str = Field(min_length=1, max_length=MAX_NAME)
    body: Sheet
    #: The next version of this one's sheet; None: a new sheet.
    copy_of: int | None = Field(None, ge=1, le=LARGEST_ID)


class SheetChange(Asked):
    #: As it was read.
    revision: int
    name: str = Field(min_length=1, max_length=MAX_NAME)
    body: Sheet


class Publication(Asked):
    #: Days of the calls it is for, both included.
    valid_from: date = Field(ge=_FIRST, le=_LAST)
    valid_until: date | None = Field(None, ge=_FIRST, le=_LAST)


@routes.add(HTTPMethod.GET, "/quality/sheets", "Score sheets with all their versions (评分表)", roles=STAFF)
async def list_sheets(ask: Ask) -> SheetPage:
    await overseeing(ask)
    async with ask.services.sessions() as db:
        people = await names(db)
        return SheetPage(items=[SheetAnswer.of(one, people) for one in await sheets.listing(db)])


@routes.add(
    HTTPMethod.POST,
    "/quality/sheets",
    "A draft of a new sheet, or of the next version (新建)",
    roles=STAFF,
    status=201,
    errors=(404, 409),
)
async def add_sheet(ask: Ask, body: SheetForm) -> SheetAnswer:
    desk = await inspecting(ask)
    return await _told(ask, await sheets.add(desk.hand, name=body.name, body=body.body, copy_of=body.copy_of))


@routes.add(HTTPMethod.PATCH, "/quality/sheets/{id}", "Change a draft (修改)", roles=STAFF, errors=(409,))
async def change_sheet(ask: Ask, path: IdPath, body: SheetChange) -> SheetAnswer:
    desk = await inspecting(ask)
    changed = await sheets.edit(desk.hand, path.id, revision=body.revision, name=body.name, body=body.body)
    return await _told(ask, changed)


@routes.add(
    HTTPMethod.POST,
    "/quality/sheets/{id}/publish",
    "Put a draft in force (发布); older scores keep their version",
    roles=STAFF,
    errors=(409,),
)
async def publish_sheet(ask: Ask, path: IdPath, body: Publication) -> SheetAnswer:
    desk = await inspecting(ask)
    published = await sheets.publish(
        desk.hand, path.id, valid_from=body.valid_from, valid_until=body.valid_until
    )
    return await _told(ask, published)


@routes.add(
    HTTPMethod.POST, "/quality/sheets/{id}/retire", "Take it out of use (停用)", roles=STAFF, errors=(409,)
)
async def retire_sheet(ask: Ask, path: IdPath) -> SheetAnswer:
    desk = await inspecting(ask)
    return await _told(ask, await sheets.retire(desk.hand, path.id))


async def _told(ask: Ask, sheet: QualitySheet) -> SheetAnswer:
    async with ask.services.sessions() as db:
        return SheetAnswer.of(sheet, await names(db))
