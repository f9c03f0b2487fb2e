"""The alarm when the recordings' disk fills up: a log line, and a gauge.

The gauge goes to the Redis key `hotline:recorder`, `{"free_mib", "min_free_mib", "free_percent",
"disk_alarm", "disk"}`, because `/metrics` and the board are answered by another process.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

KEY = "hotline:recorder"
#: An alarm that lasts is repeated in the log this often.
_REPEAT = timedelta(minutes=10)
_MIB = 1 << 20
#: A disk with less than this cannot be written to in earnest: a minute of a few calls.
_FULL_MIB = 8

log = structlog.get_logger()


class DiskState(StrEnum):
    """How much room recordings have."""

    OK = "ok"
    LOW = "low"  #: 将满: everything is recorded; staging copies go
    FULL = "full"  #: 已满: calls are answered, and what they say is not recorded


_MEANS = {
    DiskState.LOW: "almost full; calls go on being recorded until it is full",
    DiskState.FULL: "full; calls are answered and NOT recorded",
}


@dataclass(frozen=True)
class Space:
    """A disk's room, MiB."""

    free_mib: int
    total_mib: int

    @property
    def percent(self) -> float:
        return 100 * self.free_mib / self.total_mib if self.total_mib else 0.0


def space(folder: Path) -> Space:
    """Room on the disk that holds `folder`, or will hold it."""
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return Space(usage.free // _MIB, usage.total // _MIB)


@dataclass(frozen=True)
class Disk:
    """What the recorder measured last; nothing while it has said nothing."""

    free_mib: int = 0
    min_free_mib: int = 0
    free_percent: float = 0.0
    min_free_percent: int = 0
    disk_alarm: bool = False
    disk: DiskState = DiskState.OK


class DiskGuard:
    """Raises its voice while too little is free on any of its folders' disks. It never stops a recording."""

    def __init__(
        self,
        folders: Sequence[Path],
        min_free_mib: int,
        min_free_percent: int = 0,
        measure: Callable[[Path], Space] = space,
    ) -> None:
        self._folders, self._measure = folders, measure
        self._min_mib, self._min_percent = min_free_mib, min_free_percent
        self._said_at: datetime | None = None

    def look(self) -> Disk:
        """The disk that has the least room."""
        return min(map(self._of, self._folders), key=lambda disk: (disk.disk == DiskState.OK, disk.free_mib))

    def is_low(self, folder: Path) -> bool:
        """Whether the disk of `folder` has too little room."""
        return self._of(folder).disk_alarm

    def check(self, now: datetime) -> Disk:
        """As `look`, and writes the log line."""
        disk = self.look()
        if disk.disk_alarm and (self._said_at is None or now - self._said_at >= _REPEAT):
            log.error(
                f"ALARM: the recordings' disk is {_MEANS[disk.disk]}",
                free_mib=disk.free_mib,
                free_percent=disk.free_percent,
                needed_mib=self._min_mib,
                needed_percent=self._min_percent,
            )
            self._said_at = now
        if not disk.disk_alarm and self._said_at is not None:
            log.info("the recordings' disk has room again", free_mib=disk.free_mib)
            self._said_at = None
        return disk

    def _of(self, folder: Path) -> Disk:
        found = self._measure(folder)
        is_low = found.free_mib < self._min_mib or found.percent < self._min_percent
        state = DiskState.FULL if found.free_mib < _FULL_MIB else DiskState.LOW if is_low else DiskState.OK
        return Disk(
            found.free_mib,
            self._min_mib,
            round(found.percent, 1),
            self._min_percent,
            state is not DiskState.OK,
            state,
        )


async def publish(redis: Redis, disk: Disk) -> None:
    """Write the gauges; a Redis that is away is waited for elsewhere."""
    try:
        await redis.set(KEY, json.dumps(asdict(disk)))
    except (RedisError, OSError) as error:
        log.debug("no gauges: redis is away", error=str(error))


async def read(redis: Redis) -> Disk:
    """
    Raises:
        RedisError, OSError: Redis is away.
    """
    said = await redis.get(KEY)
    body = json.loads(said) if said else {}
    known = {name: value for name, value in body.items() if name in Disk.__dataclass_fields__}
    return Disk(**known | {"disk": DiskState(known.get("disk", DiskState.OK))})
