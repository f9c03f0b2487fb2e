"""Live help over the API: a seat reads what was said while it was in the call, and nothing else."""

from __future__ import annotations

import json

from recorder.live import keys
from tests.web.world import World

CALL = "hl-1700000000.1"


async def _say(world: World, n: int, *seats: str) -> None:
    message = {"type": "help", "call_id": CALL, "to": seats, "side": "caller", "n": n, "text": f"第{n}句"}
    message |= {"final": True, "start_s": 1.0, "end_s": 2.0, "keywords": []}
    await world.redis.rpush(keys.said_in(CALL), json.dumps(message, ensure_ascii=False))


async def _texts(world: World, username: str) -> list[str]:
    answer = await (await world.client(username)).get(f"/api/v1/live-help/{CALL}")
    assert answer.status == 200
    return [item["text"] for item in (await answer.json())["items"]]


async def test_only_what_was_said_while_one_was_in_the_call(world: World) -> None:
    await _say(world, 1, "1001")
    await _say(world, 2, "1001", "1002")
    await _say(world, 3, "1002")
    assert await _texts(world, "seat1") == ["第1句", "第2句"]
    assert await _texts(world, "seat2") == ["第2句", "第3句"]
    assert await _texts(world, "leader") == ["第1句", "第2句", "第3句"]


async def test_off_when_nobody_says_otherwise(world: World) -> None:
    client = await world.client("seat1")
    assert (await (await client.get("/api/v1/live-help")).json())["on"] is False
    await world.redis.set(keys.STATE, json.dumps({"on": True, "streams": 1, "limit": 2, "newer": "part"}))
    said = await (await client.get("/api/v1/live-help")).json()
    assert (said["on"], said["streams"], said["limit"]) == (True, 1, 2)
    assert (await (await world.client()).get("/api/v1/live-help")).status == 401
