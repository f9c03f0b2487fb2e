"""The harness every process runs in: logging, signals, heartbeat, one error boundary, waiting."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from core import log as logging_setup
from core import migrate
from core.backoff import Backoff
from core.errors import HotlineError
from core.heartbeat import Heartbeat
from core.settings import Settings, get_settings

Main = Callable[[Settings, asyncio.Event], Awaitable[None]]
#: Seconds a part has to end by itself once it was asked to.
GRACE_S = 8.0

#: New objects between two looks for garbage; Python's own 700 is meant for small programs.
_GARBAGE = 20_000

log = structlog.get_logger()
_heartbeat: ContextVar[Heartbeat | None] = ContextVar("heartbeat", default=None)


class StopAskedError(HotlineError):
    """The process was asked to stop before it was ready; not a failure."""

    code = "stopped"


def run(name: str, main: Main) -> int:
    """Run `main` as the part `name` until it returns or SIGTERM/SIGINT asks it to; the exit status.

    0: ended as asked. 1: failed, with one log line that says why (a traceback too at level debug).
    """
    try:
        settings = get_settings()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        sys.stderr.write(f"{name}: setting {where or 'file'} does not fit: {first['msg']}\n")
        return 1
    logging_setup.configure(name, settings.log.level)
    # What is loaded by now stays: looking through all of it for garbage, again and again, costs calls.
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    return asyncio.run(_guarded(name, main, settings))


def report(detail: str) -> None:
    """Say in this process's heartbeat what it is busy with, for `/healthz`."""
    heartbeat = _heartbeat.get()
    if heartbeat is not None:
        heartbeat.say(detail)


async def _guarded(name: str, main: Main, settings: Settings) -> int:
    """The error boundary of a process: whatever went wrong becomes one readable line."""
    heartbeat = Heartbeat(settings.redis.url, name)
    _heartbeat.set(heartbeat)
    beating = asyncio.create_task(heartbeat.beat())
    try:
        log.info("starting")
        await _until_asked(main, settings)
    except StopAskedError:
        pass
    except HotlineError as error:
        log.error("failed", why=str(error), code=error.code)
        return 1
    except Exception as error:
        log.error(
            "failed", why=str(error) or type(error).__name__, type=type(error).__name__, where=_where(error)
        )
        log.debug("failed here", exc_info=error)
        return 1
    finally:
        await _end(beating)
        await heartbeat.stop()
    log.info("stopped")
    return 0


async def _until_asked(main: Main, settings: Settings) -> None:
    """`main` until it returns; a signal sets its stop event, a second or a long silence cancels it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    working = asyncio.ensure_future(main(settings, stop))

    def ask() -> None:
        if stop.is_set():
            working.cancel()
        stop.set()
        loop.call_later(GRACE_S, working.cancel)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask)
    try:
        await working
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
        log.warning("stopped the hard way: still busy when asked to stop")


async def until_stopped(stop: asyncio.Event, *works: Coroutine[Any, Any, None]) -> None:
    """Run `works` side by side until `stop` is set or one of them ends; then end the others.

    Raises:
        Exception: what the first work to fail raised.
    """
    tasks = [asyncio.ensure_future(work) for work in (stop.wait(), *works)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end(*tasks)
    for task in [*done, *tasks]:
        if not task.cancelled():
            task.result()


async def _end(*tasks: asyncio.Future[Any]) -> None:
    """Cancel `tasks` until they are over: a library may swallow the first cancel (see core.bus)."""
    pending: set[asyncio.Future[Any]] = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=0.5)


def _where(error: BaseException) -> str:
    """File and line the error came from: enough to find it without a traceback in the operator's log."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


async def wait_for_redis(settings: Settings, stop: asyncio.Event) -> None:
    """Return when Redis answers, saying once what is waited for.

    Raises:
        StopAskedError: `stop` was set first.
    """
    redis: Redis = Redis.from_url(settings.redis.url, socket_connect_timeout=2, socket_timeout=2)

    async def check() -> str:
        try:
            await redis.ping()
        except (RedisError, OSError) as error:
            return str(error)
        return ""

    try:
        await _wait_for("redis", check, stop)
    finally:
        await redis.aclose()


async def wait_for_database(settings: Settings, stop: asyncio.Event) -> None:
    """Return when the database answers and its tables are those of this version.

    Raises:
        StopAskedError: `stop` was set first.
    """

    async def check() -> str:
        try:
            is_current = await migrate.is_current(settings.database_url)
        except (SQLAlchemyError, OSError) as error:
            return str(error).splitlines()[0]
        return "" if is_current else "its tables are not yet those of this version"

    await _wait_for("database", check, stop)


async def _wait_for(what: str, check: Callable[[], Awaitable[str]], stop: asyncio.Event) -> None:
    backoff = Backoff(longest_s=1.0)
    while not stop.is_set():
        trouble = await check()
        if not trouble:
            if not backoff.is_first:
                log.info(f"{what} is there")
            return
        if backoff.is_first:
            log.info(f"waiting for {what}", why=trouble)
            report(f"waiting for {what}")
        await backoff.wait()
    raise StopAskedError
