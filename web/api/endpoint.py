"""From a request to a handler and back: role, then inputs, then the answer as JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from core.errors import ForbiddenError, HotlineError, InvalidError, NotFoundError, NotLoggedInError
from web.api import repeats
from web.api.messages import mistake
from web.api.route import Ask, Route
from web.sessions import current_account

M = TypeVar("M", bound=BaseModel)
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BadJsonError(HotlineError):
    """The body is not JSON."""

    code, status = "bad_json", 400


def endpoint(route: Route) -> Serve:
    """The aiohttp handler of a route."""
    render = _json(route) if route.media == "application/json" else _as_is

    async def serve(request: web.Request) -> web.StreamResponse:
        visitor = await current_account(request)
        if route.roles is not None:
            if visitor is None:
                raise NotLoggedInError
            if visitor.role not in route.roles:
                raise ForbiddenError
        inputs = await _inputs(route, request)

        async def answer() -> web.StreamResponse:
            return render(await route.handler(Ask(request, visitor), **inputs))

        if visitor is not None and repeats.HEADER in request.headers and repeats.takes(route):
            return await repeats.once(request, visitor, answer)
        return await answer()

    return serve


def _json(route: Route) -> Callable[[Any], web.StreamResponse]:
    adapter: TypeAdapter[Any] = TypeAdapter(route.answer)

    def render(answer: Any) -> web.StreamResponse:
        if answer is None:
            return web.Response(status=204)
        body = adapter.dump_json(answer)
        return web.Response(status=route.status, body=body, content_type="application/json", charset="utf-8")

    return render


def _as_is(answer: Any) -> web.StreamResponse:
    response: web.StreamResponse = answer
    return response


async def _inputs(route: Route, request: web.Request) -> dict[str, BaseModel]:
    inputs: dict[str, BaseModel] = {}
    if model := route.models.get("path"):
        inputs["path"] = _path(model, request)
    if model := route.models.get("query"):
        given = {name: value for name, value in request.query.items() if value}
        inputs["query"] = checked(model.model_validate, given)
    if model := route.models.get("body"):
        inputs["body"] = checked(model.model_validate_json, await request.read() or b"{}")
    return inputs


def _path(model: type[M], request: web.Request) -> M:
    # An id that cannot exist is answered like one that does not.
    try:
        return model.model_validate(dict(request.match_info))
    except ValidationError as error:
        raise NotFoundError from error


def checked(validate: Callable[[Any], M], given: object) -> M:
    """`given` as the model wants it.

    Raises:
        BadJsonError: it is not JSON at all.
        InvalidError: `fields` maps each wrong field to what is wrong with it.
    """
    try:
        return validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        if any(one["type"] == "json_invalid" for one in found):
            raise BadJsonError from error
        fields = {
            ".".join(str(part) for part in one["loc"]) or "body": mistake(
                one["type"], one.get("ctx", {}), one["msg"]
            )
            for one in found
        }
        raise InvalidError(fields=fields) from error
