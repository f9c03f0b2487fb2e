"""What seats do at this moment, in Redis: written by the keeper, read by every other part.

A hash for who comes later, and a message for who listens. Redis away: nothing here is lost, it is told anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from redis.asyncio import Redis

from ivr.board.channel import LIVE, SEATS
from ivr.seats.model import SeatLive

#: Pub/sub channel: something changed that the switch does not tell of by itself; look again.
LOOK = "hotline:seats:look"


async def publish(redis: Redis, changed: Iterable[SeatLive], gone: Iterable[str] = ()) -> None:
    """Tell of seats that changed; `gone` are extensions that are no seats any more.

    Raises:
        RedisError
    """
    async with redis.pipeline(transaction=False) as pipeline:
        for seat in changed:
            body = seat.to_json()
            pipeline.hset(SEATS, seat.extension, json.dumps(body, ensure_ascii=False))
            pipeline.publish(LIVE, json.dumps({"type": "presence", "seat": body}, ensure_ascii=False))
        for extension in gone:
            pipeline.hdel(SEATS, extension)
        await pipeline.execute()


async def read_all(redis: Redis) -> dict[str, dict[str, Any]]:
    """Every seat by extension, as `SeatLive.to_json` has it; none while nobody has looked yet.

    Raises:
        RedisError
    """
    found: dict[str, dict[str, Any]] = {}
    for name, text in (await redis.hgetall(SEATS)).items():
        extension = name.decode() if isinstance(name, bytes) else str(name)
        found[extension] = json.loads(text)
    return dict(sorted(found.items()))


async def read_one(redis: Redis, extension: str) -> dict[str, Any] | None:
    """One seat, as `SeatLive.to_json` has it; None: not known yet.

    Raises:
        RedisError
    """
    text = await redis.hget(SEATS, extension)
    return json.loads(text) if text else None


async def nudge(redis: Redis) -> None:
    """Ask the keeper to look at once: holding a call, for example, changes no telephone's state.

    Raises:
        RedisError
    """
    await redis.publish(LOOK, "")
