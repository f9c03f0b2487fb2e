"""What the tests of the live parts share: a world whose live parts run, and consoles that listen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse

from core import places
from ivr.board.channel import LIVE, SEATS
from tests.conftest import poll
from tests.web.world import World
from web.app import live_works


@asynccontextmanager
async def running(world: World) -> AsyncIterator[World]:
    """The live parts of `world` run and are subscribed."""
    await asyncio.to_thread(places.load)  # as the process does before it runs them
    works = [asyncio.create_task(work) for work in live_works(world.app)]

    async def subscribed() -> bool:
        return bool(await world.redis.publish(LIVE, '{"type":"hello","to":[]}'))

    try:
        await poll(subscribed, "the feed is subscribed")
        yield world
    finally:
        for work in works:
            work.cancel()
        for work in works:
            with suppress(asyncio.CancelledError):
                await work


async def listen(world: World, username: str) -> ClientWebSocketResponse:
    return await (await world.client(username)).ws_connect("/api/v1/live")


async def told(listening: ClientWebSocketResponse, *types: str, seconds: float = 2.0) -> dict[str, Any]:
    """The next message of one of these types."""
    async with asyncio.timeout(seconds):
        while True:
            message: dict[str, Any] = await listening.receive_json()
            if message["type"] in types:
                return message


async def told_nothing(listening: ClientWebSocketResponse, *types: str) -> None:
    """No message of these types comes for a while."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            while True:
                message = await listening.receive_json()
                assert message["type"] not in types, message


async def presence(world: World, seat: str, state: str, call: dict[str, Any] | None = None) -> None:
    """A seat's state as the keeper of presences says it; `call` in as far as it matters."""
    now = world.clock.now().isoformat()
    base = {"state": state, "direction": "inbound", "queue": "general", "since": now, "with": None}
    body = {
        "extension": seat,
        "display_name": seat,
        "account_id": 1,
        "state": state,
        "since": now,
        "reason": "",
        "device": "phone",
        "devices": [{"kind": "phone", "reachable": True}],
        "queues": [] if state == "offline" else ["general"],
        "until": None,
        "over_limit": False,
        "call": base | call if call else None,
    }
    await world.redis.hset(SEATS, seat, json.dumps(body))
    await world.redis.publish(LIVE, json.dumps({"type": "presence", "seat": body}))
