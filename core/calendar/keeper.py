"""The office calendar in memory, so that no call asks the database for it."""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.calendar import store
from core.calendar.days import OfficeCalendar
from core.clock import CHINA, Clock
from core.db import SessionFactory

#: A changed day is in force everywhere after this many seconds.
EVERY_S = 5.0
#: The notice of a year appears in the November before; from December on its absence is said.
_ASKED_FROM_MONTH = 12

log = structlog.get_logger()


def unknown_years(calendar: OfficeCalendar, clock: Clock) -> list[int]:
    """Years whose holidays should be known by now and are not: this year, and in December the next."""
    today = clock.now().astimezone(CHINA).date()
    asked = [today.year] + ([today.year + 1] if today.month >= _ASKED_FROM_MONTH else [])
    return [year for year in asked if not calendar.known(year)]


class CalendarKeeper:
    """`current` is always there: the library alone until the database has answered once."""

    def __init__(self, sessions: SessionFactory, clock: Clock) -> None:
        self._sessions, self._clock = sessions, clock
        self._warned: set[int] = set()
        self._is_away = False
        self.current = OfficeCalendar()

    async def run(self) -> None:
        """Read the table again and again, until cancelled."""
        while True:
            await self.refresh()
            await asyncio.sleep(EVERY_S)

    async def refresh(self) -> None:
        """Read the table once; what was read before stays when the database is away."""
        try:
            async with self._sessions() as session:
                self.current = await store.read(session)
        except (SQLAlchemyError, OSError) as error:
            if not self._is_away:
                log.warning("calendar stays as it was: the database is away", why=str(error).splitlines()[0])
            self._is_away = True
            return
        self._is_away = False
        for year in unknown_years(self.current, self._clock):
            if year not in self._warned:
                self._warned.add(year)
                log.warning("holidays of the year are not known: only weekends are off", year=year)
