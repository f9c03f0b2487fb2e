"""Errors in the body GeoReport v2 prescribes, with the statuses it names."""

from __future__ import annotations

import secrets

import structlog
from aiohttp import web

from core.errors import HotlineError, InvalidError
from ticketing.sources.keys import SourceKeyError, SourceShutError
from ticketing.sources.limits import TooManyReportsError
from web.api.messages import BY_CODE, sentence
from web.errors import AWAY
from web.open311.shape import MEDIA, Many, render

log = structlog.get_logger()


#: Our field → theirs, for sentences about what is wrong.
_THEIRS = {
    "longitude": "long",
    "latitude": "lat",
    "callback_number": "phone",
    "media": "media_url",
    "reporter_name": "first_name, last_name",
    "account": "account_id",
    "address": "address_string",
    "part": "attribute[part]",
    "category": "service_code",
    "id": "Idempotency-Key",
}


class Open311Error(Exception):
    """What the client did wrong: one status, one or more sentences people read."""

    def __init__(self, status: int, *sentences: str) -> None:
        super().__init__("; ".join(sentences))
        self.status, self.sentences = status, sentences


def refused(error: Exception, format: str, path: str) -> web.Response:
    """Any error as the client sees it. The specification knows 400, 403 and 404.

    429 says that a source sends too much; 500 and 503 that it is our fault, which a client may try again.
    """
    if isinstance(error, Open311Error):
        return problem(error.status, error.sentences, format)
    if isinstance(error, SourceKeyError | SourceShutError):
        return problem(403, [f"{sentence(error)} Invalid api_key."], format)
    if isinstance(error, TooManyReportsError):
        response = problem(429, [f"{sentence(error)} Too many requests."], format)
        response.headers["Retry-After"] = str(error.details["retry_after"])
        return response
    if isinstance(error, InvalidError):
        fields = error.details.get("fields")
        wrong = [told(name, why) for name, why in fields.items()] if isinstance(fields, dict) else []
        return problem(400, wrong or [sentence(error)], format)
    if isinstance(error, HotlineError) and error.status < 500:
        return problem(error.status if error.status == 404 else 400, [sentence(error)], format)
    if isinstance(error, web.HTTPException):
        return problem(400, ["请求无效或过大。 The request is invalid or too large."], format)
    if isinstance(error, AWAY):
        log.warning("a part is away", path=path, error=str(error))
        return problem(503, [f"{BY_CODE['unavailable']} Service unavailable, try again later."], format)
    number = secrets.token_hex(6)
    log.error("request failed", error_id=number, path=path, exc_info=error)
    return problem(500, [f"{BY_CODE['internal'].format(number=number)} Internal error."], format)


def told(field: str, why: str) -> str:
    """What is wrong with one of our fields, by the name the client knows it by."""
    return f"{_THEIRS.get(field, field)}: {why}"


def problem(status: int, sentences: list[str] | tuple[str, ...], format: str) -> web.Response:
    """The one shape of every error."""
    rows = [{"code": status, "description": one} for one in sentences]
    body = render("errors", Many("error", rows), format)
    return web.Response(status=status, body=body, content_type=MEDIA[format], charset="utf-8")
