"""What the watch says of now, for the console and `/metrics`, which other processes answer: Redis key
`hotline:trunks`, gone 15 s after the watch has fallen silent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError

from ivr.trunks.tables import TrunkState

KEY = "hotline:trunks"
LIFE_S = 15


@dataclass(frozen=True)
class TrunkGauge:
    """One trunk."""

    state: TrunkState = TrunkState.UNKNOWN
    detail: str = ""
    #: ISO 8601; empty: not known.
    since: str = ""
    used: int = 0
    peak: int = 0

    @property
    def since_at(self) -> datetime | None:
        return datetime.fromisoformat(self.since) if self.since else None


@dataclass(frozen=True)
class Gauges:
    """All of it."""

    trunks: Mapping[str, TrunkGauge] = field(default_factory=dict)
    ivr: int = 0
    seats: int = 0


async def write(redis: Redis, gauges: Gauges) -> None:
    """
    Raises:
        RedisError, OSError: Redis is away.
    """
    await redis.set(KEY, json.dumps(asdict(gauges), ensure_ascii=False), ex=LIFE_S)


async def read(redis: Redis) -> Gauges:
    """What was said last; empty when nobody said anything lately, or Redis is away."""
    try:
        said = await redis.get(KEY)
    except (RedisError, OSError):
        return Gauges()
    if not said:
        return Gauges()
    body = json.loads(said)
    trunks = {
        name: TrunkGauge(**{**one, "state": TrunkState(one["state"])}) for name, one in body["trunks"].items()
    }
    return Gauges(trunks, body["ivr"], body["seats"])
