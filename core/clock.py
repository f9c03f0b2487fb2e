"""Time as a dependency, so that tests decide what time it is. All datetimes are aware UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: China Standard Time. A fixed offset (no summer time since 1991), so it needs no zone files.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


def zone_of(name: str) -> tzinfo:
    """The time zone called `name`; China's needs no zone files on the machine.

    Raises:
        ValueError: there is no such zone here.
    """
    if name == "Asia/Shanghai":
        return CHINA
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"time zone {name!r} is not known on this machine: write Asia/Shanghai") from error


class Clock(Protocol):
    def now(self) -> datetime: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is told to move: shipped for tests."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def advance(self, by: timedelta) -> None:
        self._at += by
