"""The alarm when the recordings' disk fills up: a log line, and a gauge.

The gauge goes to the Redis key `hotline:recorder`, `{"free_mib", "min_free_mib", "disk_alarm"}`, because
`/metrics` is answered by another process.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

KEY = "hotline:recorder"
#: An alarm that lasts is repeated in the log this often.
_REPEAT = timedelta(minutes=10)
_MIB = 1 << 20

log = structlog.get_logger()


def free_mib(folder: Path) -> int:
    """Free space on the disk that holds `folder`, or will hold it."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free // _MIB


class DiskGuard:
    """Raises its voice while less than `min_free_mib` are free. It never stops a recording."""

    def __init__(self, folder: Path, min_free_mib: int, measure: Callable[[Path], int] = free_mib) -> None:
        self._folder, self._min, self._measure = folder, min_free_mib, measure
        self._said_at: datetime | None = None

    def check(self, now: datetime) -> tuple[int, bool]:
        """(free MiB, whether that is too little); writes the log line."""
        free = self._measure(self._folder)
        is_low = free < self._min
        if is_low and (self._said_at is None or now - self._said_at >= _REPEAT):
            log.error(
                "ALARM: the recordings' disk is almost full; calls go on being recorded until it is full",
                free_mib=free,
                needed_mib=self._min,
                folder=str(self._folder),
            )
            self._said_at = now
        if not is_low and self._said_at is not None:
            log.info("the recordings' disk has room again", free_mib=free)
            self._said_at = None
        return free, is_low


async def publish(redis: Redis, free: int, needed: int, is_low: bool) -> None:
    """Write the gauges; a Redis that is away is waited for elsewhere."""
    gauges = {"free_mib": free, "min_free_mib": needed, "disk_alarm": is_low}
    try:
        await redis.set(KEY, json.dumps(gauges))
    except (RedisError, OSError) as error:
        log.debug("no gauges: redis is away", error=str(error))


@dataclass(frozen=True)
class Disk:
    """What the recorder measured last; nothing while it has said nothing."""

    free_mib: int = 0
    disk_alarm: bool = False


async def read(redis: Redis) -> Disk:
    """
    Raises:
        RedisError, OSError: Redis is away.
    """
    said = await redis.get(KEY)
    body = json.loads(said) if said else {}
    return Disk(body.get("free_mib", 0), body.get("disk_alarm", False))
