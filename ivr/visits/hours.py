"""When citizens may be called by themselves: never early in the morning, never late in the evening."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from core.after_call import Visits
from core.clock import CHINA


@dataclass(frozen=True)
class CallingHours:
    """From `begin` up to, not including, `end`, every day, China time."""

    begin: time
    end: time

    @classmethod
    def of(cls, settings: Visits) -> CallingHours:
        return cls(time.fromisoformat(settings.begin), time.fromisoformat(settings.end))

    def open_at(self, at: datetime) -> bool:
        return self.begin <= at.astimezone(CHINA).time() < self.end

    def next(self, at: datetime) -> datetime:
        """The first moment from `at` on at which calling is allowed."""
        if self.open_at(at):
            return at
        local = at.astimezone(CHINA)
        day = local.date() if local.time() < self.begin else local.date() + timedelta(days=1)
        return datetime.combine(day, self.begin, CHINA)
