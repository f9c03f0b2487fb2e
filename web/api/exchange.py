"""What another platform sends us: one address for each, signed, no log-in (平台对接)."""

from __future__ import annotations

from http import HTTPMethod

from aiohttp import web

from core.delivery import SIGNATURE, TIMESTAMP
from core.keybox import KeyBox
from ticketing.exchange.inbox import Inbox
from ticketing.exchange.receiving import Works
from ticketing.moves import City
from web.api.platform_models import PlatformPath
from web.api.route import PUBLIC, Ask, Routes
from web.guard import TooLargeError

routes = Routes("exchange")

#: Longest message, bytes: a day's list of 20,000 ids each way.
MOST_BYTES = 3 * 1024 * 1024


@routes.add(
    HTTPMethod.POST,
    "/exchange/{code}/messages",
    "A message from another platform, JSON or XML; the answer is its receipt (报文与回执)",
    roles=PUBLIC,
    takes="application/*",
    media="application/*",
    errors=(401, 409, 413, 422),
)
async def take_message(ask: Ask, path: PlatformPath) -> web.Response:
    headers = ask.request.headers
    answer = await inbox(ask).take(
        path.code,
        content_type=ask.request.content_type,
        timestamp=headers.get(TIMESTAMP, ""),
        signature=headers.get(SIGNATURE, ""),
        body=await _body(ask.request),
    )
    return web.Response(
        status=answer.status,
        body=answer.body,
        content_type=answer.content_type,
        charset="utf-8",
        headers={TIMESTAMP: answer.timestamp, SIGNATURE: answer.signature},
    )


def inbox(ask: Ask) -> Inbox:
    """The intake of messages for this request."""
    services = ask.services
    city = City(area_code=services.settings.sip.area_code)
    works = Works(services.sessions, services.clock, city, services.settings.cases)
    return Inbox(services.sessions, services.clock, KeyBox.of(services.settings), works)


async def _body(request: web.Request) -> bytes:
    """
    Raises:
        TooLargeError: said to be too long, or turns out so.
    """
    if (request.content_length or 0) > MOST_BYTES:
        raise TooLargeError
    got = bytearray()
    async for part in request.content.iter_chunked(64 * 1024):
        got += part
        if len(got) > MOST_BYTES:
            raise TooLargeError
    return bytes(got)
