"""The addresses of GeoReport v2 below /open311, and the boundary its errors pass."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from sqlalchemy import select

from ticketing.catalogue.tables import Edition
from web.guard import MAX_BODY
from web.open311 import posting, reading, services
from web.open311.problems import Open311Error, problem, refused
from web.open311.shape import MEDIA, Many, render
from web.services import SERVICES, Services

BASE = "/open311"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
#: Name of the root element, and what stands in it.
Answer = tuple[str, Any]
Handler = Callable[[web.Request, Services], Awaitable[Answer]]


def add_routes(app: web.Application) -> None:
    """Serve it all; anything else below /open311 is an error of the specification's."""
    if not app[SERVICES].settings.open311.enabled:
        return
    v2 = BASE + "/v2"
    for path, handler in (
        (BASE + "/discovery", _discovery),
        (v2 + "/discovery", _discovery),
        (v2 + "/services", _services),
        (v2 + "/services/{code:[^/]+}", _definition),
        (v2 + "/requests", _requests),
        (v2 + "/requests/{id:[^/]+}", _request),
        (v2 + "/tokens/{token:[^/]+}", _token),
    ):
        app.router.add_get(path + ".{format:xml|json}", _served(handler))
    app.router.add_post(v2 + "/requests.{format:xml|json}", _served(_post))
    app.router.add_route("*", BASE + "/{path:.*}", _nothing)


def _served(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        """Named boundary: whatever a handler raises becomes the specification's error."""
        format = request.match_info["format"]
        try:
            _check_jurisdiction(request.query.get("jurisdiction_id", ""), request)
            root, value = await handler(request, request.app[SERVICES])
            body = render(root, value, format)
            response = web.Response(body=body, content_type=MEDIA[format], charset="utf-8")
        except Exception as error:  # noqa: BLE001 - logged in `refused`, whatever it was
            response = refused(error, format, request.path)
        return _open_to_pages(response)

    return serve


def _open_to_pages(response: web.Response) -> web.Response:
    """Pages of other sites may use it: nothing here goes by who is logged in."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _check_jurisdiction(given: str, request: web.Request) -> None:
    if given.strip() not in ("", request.app[SERVICES].settings.open311.jurisdiction_id):
        raise Open311Error(404, f"没有这个辖区 jurisdiction_id not found: {given[:64]}")


async def _nothing(request: web.Request) -> web.Response:
    format = "json" if request.path.endswith(".json") else "xml"
    told = "没有这个地址 No such resource; the formats are .xml and .json."
    return _open_to_pages(problem(404, [told], format))


async def _discovery(request: web.Request, house: Services) -> Answer:
    settings = house.settings.open311
    async with house.sessions() as session:
        edition = house.settings.cases.edition
        query = select(Edition.revision).where(Edition.code == edition)
        revision = await session.scalar(query) or 0
    url = (settings.url or str(request.url.origin())).rstrip("/")
    changeset = f"{edition}-{revision:06d}"
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{url}{BASE}/v2",
        "changeset": changeset,
        "type": "production",
        "formats": Many("format", ["text/xml", "application/json"]),
    }
    return "discovery", {
        "changeset": changeset,
        "contact": settings.contact,
        "key_service": settings.key_service,
        "endpoints": Many("endpoint", [endpoint]),
    }


async def _services(request: web.Request, house: Services) -> Answer:
    async with house.sessions() as session:
        return "services", await services.listing(session, house.settings.cases.edition, house.clock.now())


async def _definition(request: web.Request, house: Services) -> Answer:
    async with house.sessions() as session:
        found = await services.find(session, request.match_info["code"])
    return "service_definition", services.definition(found)


async def _requests(request: web.Request, house: Services) -> Answer:
    async with house.sessions() as session:
        # "Can be declared multiple times, comma delimited": either way.
        asked = {name: ",".join(request.query.getall(name)) for name in request.query}
        found = await reading.many(session, _reader(house), asked, house.clock.now())
    return "service_requests", found


async def _request(request: web.Request, house: Services) -> Answer:
    async with house.sessions() as session:
        return "service_requests", await reading.one(session, _reader(house), request.match_info["id"])


async def _token(request: web.Request, house: Services) -> Answer:
    async with house.sessions() as session:
        return "service_requests", await reading.of_token(session, request.match_info["token"])


async def _post(request: web.Request, house: Services) -> Answer:
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise Open311Error(400, "请用表单提交 Content-Type must be application/x-www-form-urlencoded")
    if (request.content_length or 0) > MAX_BODY:
        raise Open311Error(400, "内容过大 The request is too large")
    try:
        form = await request.post()
    except (ValueError, LookupError):
        raise Open311Error(400, "表单无法读取 The form cannot be read; encode it in UTF-8") from None
    _check_jurisdiction(str(form.get("jurisdiction_id", "")), request)
    key = str(form.get("api_key", "") or request.query.get("api_key", ""))
    repeat_key = request.headers.get("Idempotency-Key", "")[:100]
    taken = await posting.submit(house, form, key.strip(), repeat_key)
    return "service_requests", taken


def _reader(house: Services) -> reading.Reader:
    return reading.Reader(house.settings.open311.publish == "all", house.settings.cases)
