"""The web process: API, live updates, console, health, metrics. Everything is put together here."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from http import HTTPMethod
from itertools import chain
from typing import Any

import structlog
from aiohttp import WSCloseCode, web
from aiohttp_session import session_middleware
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from core import outbox, places
from core.bus import Bus
from core.clock import SystemClock
from core.db import make_engine, make_sessions
from core.errors import UnavailableError
from core.process import until_stopped
from core.secrets import AMI, instance_secret
from core.settings import Settings
from ivr.switch.ami import DESK_USER, Switch
from web.api.endpoint import endpoint
from web.api.openapi import PREFIX
from web.api.table import GROUPS
from web.console_files import console
from web.errors import errors
from web.floor import FLOOR, make_floor
from web.guard import MAX_BODY, guard, security_headers
from web.health import health
from web.live.board import BoardKeeper
from web.live.feed import Feed
from web.live.hub import Follows, Hub
from web.live.keys import BOARD, FEED, HUB, POPS, SOCKETS
from web.live.pops import Pops
from web.metrics import METRICS, Metrics, metrics, timed
from web.open311 import routes as open311
from web.services import SERVICES, Services
from web.sessions import SessionStorage

log = structlog.get_logger()


def make_app(services: Services, bus: Follows) -> web.Application:
    """The application. `bus` feeds its hub; somebody has to run `live_works`."""
    storage = SessionStorage(services.redis, hours=services.settings.web.session_hours)
    app = web.Application(
        middlewares=[timed, errors, guard, session_middleware(storage)], client_max_size=MAX_BODY
    )
    app[SERVICES] = services
    numbers = app[METRICS] = Metrics()
    hub = app[HUB] = Hub(bus, services.sessions)
    board = app[BOARD] = BoardKeeper(services, hub)
    pops = app[POPS] = Pops(services, hub, numbers.pops.observe)
    app[FEED] = Feed(services, hub, pops, board)
    app[SOCKETS] = set()
    floor = app[FLOOR] = make_floor(services, hub)
    for route in chain.from_iterable(GROUPS):
        serve = endpoint(route)
        if route.method == HTTPMethod.GET:
            app.router.add_get(PREFIX + route.path, serve)  # and HEAD
        else:
            app.router.add_route(route.method, PREFIX + route.path, serve)
    app.router.add_get("/healthz", health)
    app.router.add_get("/metrics", metrics)
    open311.add_routes(app)
    app.router.add_get("/{path:.*}", console)
    app.on_response_prepare.append(security_headers)
    app.on_shutdown.append(_close_sockets)
    app.on_shutdown.append(floor.close)
    return app


def live_works(app: web.Application) -> list[Coroutine[Any, Any, None]]:
    """What feeds consoles and board; somebody has to run it."""
    return [app[HUB].run(), app[FEED].run(), app[BOARD].run(), app[FLOOR].pauses.run()]


async def _close_sockets(app: web.Application) -> None:
    # An open socket would otherwise keep the server from ending.
    closing = [s.close(code=WSCloseCode.GOING_AWAY, message=b"restarting") for s in app[SOCKETS]]
    await asyncio.gather(*closing)


async def main(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop`.

    It does not wait for Redis or the database: `/healthz` has to answer before they are there, and
    everything else says 503 meanwhile.

    Raises:
        UnavailableError: the address is taken.
    """
    engine = make_engine(settings.database_url)
    # One more try mends a connection that a Redis restart broke; more would only keep people waiting.
    retry = Retry(NoBackoff(), 1)
    redis: Redis = Redis.from_url(settings.redis.url, socket_connect_timeout=2, socket_timeout=5, retry=retry)
    bus = Bus(settings.redis.url)
    switch = Switch(settings.ami, instance_secret(settings, AMI), DESK_USER)
    services = Services(settings, make_sessions(engine), redis, SystemClock(), switch)
    app = make_app(services, bus)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=3.0)
    try:
        await switch.connect()
        await runner.setup()
        await _listen(runner, settings)
        relay = outbox.Relay(services.sessions, bus, services.clock)
        await asyncio.to_thread(places.load)  # else the first screen pop would wait for it
        await until_stopped(stop, *live_works(app), relay.run())
    finally:
        await runner.cleanup()
        await switch.close()
        await bus.close()
        await redis.aclose()
        await engine.dispose()


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    address = f"http://{settings.web.host}:{settings.web.port}"
    try:
        await web.TCPSite(runner, settings.web.host, settings.web.port).start()
    except OSError as error:
        raise UnavailableError(f"cannot serve {address}: {error.strerror}") from error
    log.info("serving", address=address)
