"""Errors on their way out: a status, a stable code and a sentence. Never a traceback."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from math import ceil

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from redis import exceptions as redis_errors
from sqlalchemy import exc as database_errors

from core.errors import AccountLockedError, HotlineError
from web.api.messages import BY_CODE, locked, sentence
from web.services import SERVICES

log = structlog.get_logger()

_CODES = {403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}

#: A part we stand on is away: worth trying again, not our mistake.
AWAY = (
    redis_errors.ConnectionError,
    redis_errors.TimeoutError,
    database_errors.OperationalError,
    database_errors.InterfaceError,
    ConnectionRefusedError,
    TimeoutError,
)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Named boundary: whatever a handler raises becomes JSON here."""
    try:
        return await handler(request)
    except HotlineError as error:
        if error.status >= 500:  # whoever reads the log needs the words; the client gets a sentence
            log.error("request could not be answered", path=request.path, code=error.code, why=str(error))
        return refused(error, request.app[SERVICES].clock.now())
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _from_http(error)
    except ConnectionResetError:
        raise  # the client went away; there is nobody to tell
    except AWAY as error:
        log.warning("a part is away", path=request.path, error=str(error))
        return problem(503, "unavailable", BY_CODE["unavailable"])
    except Exception:
        number = secrets.token_hex(6)
        log.exception("request failed", error_id=number, method=request.method, path=request.path)
        return problem(500, "internal", BY_CODE["internal"].format(number=number))


def refused(error: HotlineError, now: datetime) -> web.Response:
    """A HotlineError as the client sees it."""
    if isinstance(error, AccountLockedError) and isinstance(until := error.details.get("until"), str):
        seconds = max(1, ceil((datetime.fromisoformat(until) - now).total_seconds()))
        minutes = ceil(seconds / 60)
        response = problem(error.status, error.code, locked(minutes), minutes=minutes)
        response.headers["Retry-After"] = str(seconds)
        return response
    more = {name: error.details.get(name) for name in ("fields", "problems")}
    response = problem(error.status, error.code, sentence(error), **more)
    if isinstance(wait_s := error.details.get("retry_after"), int):
        response.headers["Retry-After"] = str(wait_s)
    return response


def problem(status: int, code: str, message: str, **more: object) -> web.Response:
    """The one shape of every error."""
    body = {"code": code, "message": message} | {name: value for name, value in more.items() if value}
    text = json.dumps({"error": body}, ensure_ascii=False)
    return web.Response(status=status, text=text, content_type="application/json")


def _from_http(error: web.HTTPException) -> web.Response:
    code = _CODES.get(error.status, "bad_request")
    response = problem(error.status, code, BY_CODE[code])
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response
