"""The office calendar (工作日历): workdays, public holidays, make-up workdays, local days, opening hours.

Pure functions over an immutable `OfficeCalendar`; `keeper` reads it from the database, `store` changes it.
Opening hours of queues stand on it, and so will the deadlines of cases.
"""

from core.calendar.days import Day, DayKind, OfficeCalendar
from core.calendar.hours import ALWAYS, Hours, next_open, open_at

__all__ = ["ALWAYS", "Day", "DayKind", "Hours", "OfficeCalendar", "next_open", "open_at"]
