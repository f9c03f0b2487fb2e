"""What every request and response must satisfy before and after a handler: origin, JSON, size, headers."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from core.errors import HotlineError
from web.services import SERVICES

#: Largest request body, bytes. The longest form is 4000 characters of description, at most 12 bytes each.
MAX_BODY = 128 * 1024
#: A spreadsheet, which no form of another site can send; whoever takes one limits its size.
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GEOJSON = "application/geo+json"

#: Where citizens' apps report (`web.open311`).
OPEN311 = "/open311/"
#: Where other platforms send (`web.api.exchange`): each message is signed.
EXCHANGE = "/api/v1/exchange/"

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@cache
def _policy(phones_url: str) -> str:
    """What a page of ours may load. A seat's page telephones with the switch itself, at `phones_url`."""
    phones = urlsplit(phones_url)
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            # Element Plus and wavesurfer.js write <style> elements at run time.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            f"connect-src 'self' blob: {phones.scheme}://{phones.netloc}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), speaker-selection=(self)",
    "Server": "hotline",
}


class CrossOriginError(HotlineError):
    """The request was sent by another site's page."""

    code, status = "cross_origin", 403


class JsonOnlyError(HotlineError):
    """The body must be application/json."""

    code, status = "json_only", 415


class TooLargeError(HotlineError):
    """The body is too large."""

    code, status = "too_large", 413


def check_origin(request: web.Request) -> None:
    """
    Raises:
        CrossOriginError: `Origin` was sent and names another host than the one asked.
    """
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise CrossOriginError


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what no page of ours sends, before anything is read.

    POST and PATCH must say JSON even without a body: an HTML form of another site cannot. Sound is taken
    where a path ends in `/audio`, in a type no form can send either; its handler limits the size. A page that
    is left can only say so as text (`sendBeacon`), with its origin, and nothing of it is read. Open311 takes
    forms of anybody: what counts there is a key, never who is logged in; its own boundary limits the size.
    So it is with messages of other platforms.
    """
    if request.method not in _READING and not request.path.startswith((OPEN311, EXCHANGE)):
        check_origin(request)
        is_sound = request.path.endswith("/audio") and request.content_type.startswith("audio/")
        is_beacon = request.path.endswith("/seats/me/call/away") and "Origin" in request.headers
        is_file = request.path.endswith("/import") and request.content_type in (XLSX, GEOJSON)
        is_meant = request.content_type == "application/json" or is_sound or is_beacon or is_file
        if request.method != "DELETE" and not is_meant:
            raise JsonOnlyError
        if (request.content_length or 0) > MAX_BODY and not (is_sound or is_file):
            raise TooLargeError(
                f"请求内容过大：最多 {MAX_BODY // 1024} KB，收到 {(request.content_length or 0) // 1024} KB，"
                "没有保存任何内容，请缩短后再提交。"
            )
    return await handler(request)


async def security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler: runs for streams and errors too, just before the first byte leaves."""
    response.headers.update(_HEADERS)
    seats = request.app[SERVICES].settings.seats
    phones = seats.ws_url or f"ws://{seats.ws_host}:{seats.ws_port}/ws"
    response.headers["Content-Security-Policy"] = _policy(phones)
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
