"""The recorder's numbers for `/metrics`, and the alarm when the disk fills up.

Written to the Redis key `hotline:recorder` as JSON, because `/metrics` is answered by another process.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select

from core.db import SessionFactory
from recorder.tables import Recording, RecordingState

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


async def backlog(sessions: SessionFactory) -> dict[str, int]:
    """How many recordings are in each state that is not the last one."""
    counted = select(Recording.state, func.count()).group_by(Recording.state)
    async with sessions() as session:
        found = {row[0]: int(row[1]) for row in await session.execute(counted)}
    return {state: found.get(state, 0) for state in RecordingState if state != RecordingState.TRANSCRIBED}


async def publish(redis: Redis, free: int, is_low: bool, counted: dict[str, int]) -> None:
    """Write the gauges; a Redis that is away is waited for elsewhere."""
    gauges = {"recorder_free_mib": free, "recorder_disk_alarm": int(is_low)}
    gauges |= {f"recorder_{state}": number for state, number in counted.items()}
    try:
        await redis.set(KEY, json.dumps(gauges))
    except (RedisError, OSError) as error:
        log.debug("no gauges: redis is away", error=str(error))
