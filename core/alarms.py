"""Alarms of the live board (告警): lines in a Redis hash, kept as somebody's tables say they should be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

#: The board's hash of alarms: kind → `{kind, text, text_en, since}` as JSON, while the alarm lasts.
ALARMS = "hotline:alarms"
log = structlog.get_logger()


@dataclass(frozen=True)
class Alarm:
    """Something people should know for as long as it lasts. `kind` is `sort:which`."""

    kind: str
    text: str
    text_en: str
    since: datetime


async def keep(redis: Redis, sort: str, wanted: Sequence[Alarm]) -> None:
    """Make `wanted` the alarms of this sort: new ones begin, those that are over end.

    A Redis that is away has no board either: whoever calls this calls again.
    """
    try:
        there = {_text(name) for name in await redis.hkeys(ALARMS)}
        for gone in there - {one.kind for one in wanted}:
            if gone.startswith(f"{sort}:"):
                await redis.hdel(ALARMS, gone)
        for one in wanted:
            if one.kind not in there:
                log.error("ALARM", kind=one.kind, why=one.text_en)
            body = asdict(one) | {"since": one.since.isoformat()}
            await redis.hset(ALARMS, one.kind, json.dumps(body, ensure_ascii=False))
    except (RedisError, OSError) as error:
        log.debug("no alarm: redis is away", error=str(error))


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name
