"""When citizens may be called back, and which queues have somebody to talk with then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from core.calendar import Hours, OfficeCalendar, open_at
from core.clock import Clock, zone_of
from core.settings import Settings
from ivr.queues import Queue


class Calendars(Protocol):
    """Where the calendar in force comes from."""

    @property
    def current(self) -> OfficeCalendar: ...


class CallingHours:
    """The setting `callback.hours` and the opening hours of each queue, in the city's local time."""

    def __init__(
        self, settings: Settings, calendar: Calendars, queues: Mapping[str, Queue], clock: Clock
    ) -> None:
        self._hours = Hours.parse(settings.callback.hours)
        self._zone = zone_of(settings.calendar.timezone)
        self._calendar, self._queues, self._clock = calendar, queues, clock

    def may_call(self) -> bool:
        """Whether this is an hour to ring citizens at."""
        return open_at(self._calendar.current, self._hours, self._clock.now(), self._zone)

    def is_open(self, queue: str) -> bool:
        """Whether `queue` is open now; one that is gone never is."""
        known = self._queues.get(queue)
        return known is not None and open_at(
            self._calendar.current, known.hours, self._clock.now(), self._zone
        )
