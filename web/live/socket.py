"""The WebSocket a console keeps open. Only the server talks; what a client sends is ignored."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPMethod

from aiohttp import web
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from core.errors import UnavailableError
from core.tables import Account
from ticketing import scope
from ticketing.scope import Scope
from web import sessions
from web.api.masking import Viewer
from web.api.route import EVERYBODY, Ask, Routes
from web.guard import check_origin
from web.live.hub import Listener
from web.live.keys import HUB, SOCKETS
from web.services import SERVICES

routes = Routes("live")

#: Seconds between pings, and between looks whether the log-in still stands.
PING_S = 20.0
#: Close code of a session that ended; the console goes to the log-in page.
LOGGED_OUT = 4401


@routes.add(HTTPMethod.GET, "/live", "Live updates over a WebSocket", roles=EVERYBODY, status=101, media="")
async def live(ask: Ask) -> web.StreamResponse:
    check_origin(ask.request)
    hub = ask.request.app[HUB]
    if hub.full:
        raise UnavailableError
    socket = web.WebSocketResponse(heartbeat=PING_S, max_msg_size=1024, timeout=2.0)
    await socket.prepare(ask.request)
    reach = await _reach(ask.request, ask.account)
    listener = Listener(Viewer.of(ask.account), lambda: _drop(ask.request), ask.account.id, reach)
    hub.join(listener)
    ask.request.app[SOCKETS].add(socket)
    jobs = [
        asyncio.create_task(_send(socket, listener)),
        asyncio.create_task(_watch(socket, ask.request, listener)),
    ]
    try:
        async for _message in socket:
            pass
    finally:
        hub.leave(listener)
        ask.request.app[SOCKETS].discard(socket)
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
    return socket


async def _send(socket: web.WebSocketResponse, listener: Listener) -> None:
    while not socket.closed:
        await socket.send_str(await listener.next())


async def _watch(socket: web.WebSocketResponse, request: web.Request, listener: Listener) -> None:
    """Close a socket whose log-in has ended or whose account has another role now; follow it to its seat."""
    while not socket.closed:
        await asyncio.sleep(PING_S)
        # Services that are away prove nothing about the log-in.
        with suppress(RedisError, SQLAlchemyError, OSError):
            account = await sessions.account_by_now(request)
            if account is None or account.role != listener.viewer.role:
                await socket.close(code=LOGGED_OUT, message=b"log in again")
            else:
                listener.viewer, listener.reach = Viewer.of(account), await _reach(request, account)


async def _reach(request: web.Request, account: Account) -> Scope:
    async with request.app[SERVICES].sessions() as db:
        return await scope.of(db, account)


def _drop(request: web.Request) -> None:
    # Not a polite close: that would wait for the very client that does not read.
    if request.transport is not None:
        request.transport.abort()
