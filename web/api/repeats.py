"""`Idempotency-Key` on a changing request: sent again, it is answered again, and nothing is done twice."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from hashlib import sha256

from aiohttp import web

from core.errors import HotlineError, InvalidError
from core.repeats import Kept, Repeats
from core.tables import Account
from web.api.route import Route
from web.services import SERVICES

HEADER = "Idempotency-Key"
#: Says that an answer was given before.
REPLAYED = "Idempotent-Replayed"
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_NAME = re.compile(r"[\x21-\x7e]{1,128}")

Answering = Callable[[], Awaitable[web.StreamResponse]]


def takes(route: Route) -> bool:
    """Whether requests of this route may be named: those that change something and speak JSON."""
    is_json = route.media == "application/json" and not route.takes
    return route.method in CHANGING and is_json and not getattr(route.answer, "shown_once", False)


async def once(request: web.Request, account: Account, answer: Answering) -> web.StreamResponse:
    """`answer()`, unless a request of this account with the same name was answered already.

    A refusal is not kept, since it changed nothing. A request that broke off keeps its name without an
    answer: nobody knows how far it came.

    Raises:
        InvalidError: no name can be like that.
        AnotherRequestError, NoAnswerYetError: as `Repeats.begin`.
    """
    name = request.headers[HEADER]
    if not _NAME.fullmatch(name):
        raise InvalidError(fields={HEADER: "须为 1 到 128 个可见的 ASCII 字符"})
    services = request.app[SERVICES]
    repeats = Repeats(services.sessions, services.clock, account.id)
    said = b"\n".join((request.method.encode(), request.path_qs.encode(), await request.read()))
    if kept := await repeats.begin(name, sha256(said).hexdigest()):
        return _again(kept)
    try:
        made = await answer()
    except HotlineError:
        await repeats.forget(name)
        raise
    body = made.body if isinstance(made, web.Response) and isinstance(made.body, bytes) else b""
    await repeats.finish(name, Kept(made.status, body))
    return made


def _again(kept: Kept) -> web.Response:
    headers = {REPLAYED: "true"}
    if not kept.body:
        return web.Response(status=kept.status, headers=headers)
    return web.Response(
        status=kept.status,
        body=kept.body,
        content_type="application/json",
        charset="utf-8",
        headers=headers,
    )
