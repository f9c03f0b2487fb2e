"""Is every part up? All are asked at the same time and have little time to answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from aiohttp import web
from sqlalchemy import select

from core import heartbeat
from core.errors import UnavailableError
from core.tables import Account
from web.api.models import PartAnswer
from web.services import SERVICES, Services

#: A part that has not answered after this many seconds is down.
PATIENCE_S = 1.5
#: Processes that say they live by a heartbeat in Redis.
BEATING = ("watcher", "recorder", "transcriber", "timers", "exchange", "listener")

Parts = dict[str, PartAnswer]
Check = Callable[[Services], Awaitable[str]]


async def health(request: web.Request) -> web.Response:
    """`{"status": "up" | "down", "parts": {name: {"up", "detail"}}}`; 503 until all are up."""
    found = await parts(request.app[SERVICES])
    up = all(part.up for part in found.values())
    body = {
        "status": "up" if up else "down",
        "parts": {name: part.model_dump() for name, part in found.items()},
    }
    return web.Response(
        status=HTTPStatus.OK if up else HTTPStatus.SERVICE_UNAVAILABLE,
        text=json.dumps(body, ensure_ascii=False),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


async def parts(services: Services) -> Parts:
    """The state of each part; takes at most about `PATIENCE_S`, whatever hangs."""
    checks = {name: asyncio.create_task(_run(check, services)) for name, check in CHECKS.items()}
    beats = asyncio.create_task(heartbeat.parts(services.settings.redis.url))
    tasks: set[asyncio.Task[Any]] = {*checks.values(), beats}
    _, hanging = await asyncio.wait(tasks, timeout=PATIENCE_S)
    for task in hanging:
        # Not awaited: what hangs may also hang while it is being cancelled.
        task.add_done_callback(_forget)
        task.cancel()
    found = {name: _answer(task) for name, task in checks.items()}
    alive = beats.result() if beats.done() and not beats.cancelled() and not beats.exception() else {}
    for name in BEATING:
        beat = alive.get(name)
        found[name] = PartAnswer(up=beat is not None, detail=beat["detail"] if beat else "no heartbeat")
    found["web"] = PartAnswer(up=True, detail="")
    return found


def _forget(task: asyncio.Task[Any]) -> None:
    with suppress(asyncio.CancelledError):
        task.exception()


def _answer(task: asyncio.Task[PartAnswer]) -> PartAnswer:
    if not task.done() or task.cancelled():
        return PartAnswer(up=False, detail=f"no answer within {PATIENCE_S} s")
    return task.result()


async def _run(check: Check, services: Services) -> PartAnswer:
    try:
        return PartAnswer(up=True, detail=await check(services))
    except Exception as error:  # noqa: BLE001 - whatever a part breaks with, the answer is "down"
        lines = str(error).splitlines() or [""]
        return PartAnswer(up=False, detail=f"{type(error).__name__}: {lines[0]}"[:200])


async def _redis(services: Services) -> str:
    await services.redis.ping()
    return ""


async def _database(services: Services) -> str:
    async with services.sessions() as db:
        # A table, not SELECT 1: a database without our tables is no use yet.
        await db.execute(select(Account.id).limit(1))
    return ""


async def _asterisk(services: Services) -> str:
    if not await services.switch.ping():
        raise UnavailableError("the manager interface does not answer")
    return ""


async def _agi(services: Services) -> str:
    agi = services.settings.agi
    # The kernel accepts for a server that hangs; only a live one hangs up on a caller without a header.
    reader, writer = await asyncio.open_connection(agi.host, agi.port)
    try:
        writer.write_eof()
        await reader.read(1)
    finally:
        writer.close()
    return ""


#: Parts that are asked directly.
CHECKS: dict[str, Check] = {"redis": _redis, "database": _database, "asterisk": _asterisk, "agi": _agi}
