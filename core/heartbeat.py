"""The sign of life each process leaves in Redis, and how `/healthz` reads them all."""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import suppress
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.clock import Clock, SystemClock

PREFIX = "hotline:part:"
#: Seconds a sign of life lasts; it is renewed three times in that span.
LIFE_S = 15
#: Redis is away (it starts together with us): try again so soon.
RETRY_S = 0.5
log = structlog.get_logger()


class Heartbeat:
    """Keeps `hotline:part:<name>` alive while `beat` runs."""

    def __init__(self, url: str, name: str, clock: Clock | None = None) -> None:
        self._redis: Redis = Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)
        self._key = PREFIX + name
        self._clock = clock or SystemClock()
        self._detail = ""
        self._news = asyncio.Event()

    def say(self, detail: str) -> None:
        """Tell at once what the part is busy with."""
        self._detail = detail
        self._news.set()

    async def beat(self) -> None:
        """Beat until cancelled; a Redis that is away is no reason to stop."""
        while True:
            self._news.clear()
            pause = LIFE_S / 3
            try:
                await self.once()
            except (RedisError, OSError) as error:
                log.debug("no heartbeat: redis is away", error=str(error))
                pause = RETRY_S
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), pause)

    async def once(self) -> None:
        """
        Raises:
            RedisError: Redis does not answer.
        """
        now = self._clock.now().isoformat()
        body = json.dumps({"at": now, "pid": os.getpid(), "detail": self._detail}, ensure_ascii=False)
        await self._redis.set(self._key, body, ex=LIFE_S)

    async def stop(self) -> None:
        """Take the sign away at once: a part that ended on purpose is not up."""
        try:
            await self._redis.delete(self._key)
        except (RedisError, OSError):
            log.debug("heartbeat left to expire")
        await self._redis.aclose()


async def parts(redis_url: str) -> dict[str, dict[str, Any]]:
    """Every part that is alive: `{name: {"at", "pid", "detail"}}`.

    Raises:
        redis.exceptions.RedisError: Redis does not answer, which is an answer too.
    """
    redis: Redis = Redis.from_url(
        redis_url, decode_responses=True, socket_connect_timeout=2, socket_timeout=2
    )
    try:
        keys = sorted([str(key) async for key in redis.scan_iter(match=PREFIX + "*", count=100)])
        bodies = await redis.mget(keys) if keys else []
    finally:
        await redis.aclose()
    return {
        key.removeprefix(PREFIX): json.loads(body)
        for key, body in zip(keys, bodies, strict=True)
        if body is not None
    }
