"""Working-time clocks (时限): when a limit is used up, counted in the field's four time units. Pure.

Nothing here knows cases, settings or a database; `ticketing.deadlines` puts the two together.
"""

from ticketing.clocks.deadline import Deadline, deadline, used
from ticketing.clocks.time import Pause, Timetable, UnknownYearError
from ticketing.clocks.units import Limit, TimeUnit

__all__ = [
    "Deadline",
    "Limit",
    "Pause",
    "TimeUnit",
    "Timetable",
    "UnknownYearError",
    "deadline",
    "used",
]
