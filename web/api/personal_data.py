"""Personal data for whom it is about (个人信息查询): asked by number, bundled by a job, fetched once."""

from __future__ import annotations

from http import HTTPMethod

from aiohttp import web

from core.errors import ForbiddenError, InvalidError
from core.phone import mask, normalise
from recorder.retention import bundle, requests
from recorder.retention.tables import DataRequest, RequestState
from web.api import byte_ranges
from web.api.hand import LEADERS
from web.api.house_models import IdPath
from web.api.recording_access import actor
from web.api.recording_rights import Right, rights_of
from web.api.retention import names_of
from web.api.retention_models import DataRequestAnswer, DataRequestForm, DataRequestPage, PageQuery
from web.api.route import Ask, Routes

routes = Routes("retention")


@routes.add(HTTPMethod.GET, "/personal-data", "Requests, newest first (个人信息查询)", roles=LEADERS)
async def list_requests(ask: Ask, query: PageQuery) -> DataRequestPage:
    await _check(ask)
    async with ask.services.sessions() as db:
        rows = await requests.listing(db, after=query.cursor, limit=query.limit + 1)
        page = rows[: query.limit]
        names = await names_of(db, (row.asked_by for row in page))
    items = [_answer(ask, row, names[row.asked_by]) for row in page]
    return DataRequestPage(items=items, next=page[-1].id if len(rows) > query.limit else None)


@routes.add(HTTPMethod.POST, "/personal-data", "Ask for everything under a number", roles=LEADERS, status=201)
async def ask_for(ask: Ask, body: DataRequestForm) -> DataRequestAnswer:
    await _check(ask)
    number = normalise(body.number, ask.services.settings.sip.area_code).normal
    if not number:
        raise InvalidError(fields={"number": "不是电话号码"})
    async with ask.services.sessions() as db:
        row = await requests.ask_for(db, actor(ask), number, body.reason)
    return _answer(ask, row, ask.account.display_name)


@routes.add(
    HTTPMethod.POST,
    "/personal-data/{id}/fetch",
    "The ZIP, once, for who asked (领取)",
    roles=LEADERS,
    media="application/zip",
    errors=(409,),
)
async def fetch(ask: Ask, path: IdPath) -> web.StreamResponse:
    await _check(ask)
    settings = ask.services.settings
    async with byte_ranges.opened(bundle.open_plain, settings, path.id) as source:
        async with ask.services.sessions() as db:
            await requests.take(db, actor(ask), path.id)
        bundle.remove(settings, path.id)  # what is open can still be read
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'attachment; filename="personal-data-{path.id}.zip"',
        }
        return await byte_ranges.send(ask.request, source, "application/zip", headers)


async def _check(ask: Ask) -> None:
    """It shows numbers and takes copies out: both rights are needed, over every call."""
    rights = await rights_of(ask)
    if not (rights.everything(Right.REVEAL) and rights.everything(Right.EXPORT)):
        raise ForbiddenError("您没有办理个人信息查询的权限。")


def _answer(ask: Ask, row: DataRequest, asked_by: str) -> DataRequestAnswer:
    same = DataRequestAnswer.model_fields.keys() - {"number", "asked_by", "state", "may_fetch"}
    is_over = requests.is_over(row, ask.services.clock.now())
    state = RequestState.EXPIRED if is_over else RequestState(row.state)
    return DataRequestAnswer(
        **{name: getattr(row, name) for name in same},
        number=mask(row.number),
        asked_by=asked_by,
        state=state,
        may_fetch=state is RequestState.READY and row.asked_by == ask.account.id,
    )
