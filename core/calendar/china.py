"""What the library `holidays` knows of China's holidays.

国务院办公厅 publishes each year's in the autumn before. The days a holiday is lengthened by and the weekends
worked instead (调休) follow no rule: they are known for a year only once the library carries its notice. A
year without it is not complete, and is not used.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

#: The first year of the present rules.
_FIRST_YEAR = 2008
_SATURDAY = 5


@lru_cache(maxsize=1)
def known_years() -> frozenset[int]:
    """Years whose notice the library carries."""
    from holidays.countries.china import ChinaStaticHolidays  # a tenth of a second, for those who need it

    return frozenset(y for y in ChinaStaticHolidays.special_public_holidays if y >= _FIRST_YEAR)


@lru_cache(maxsize=16)
def days_off(year: int) -> dict[date, str]:
    """Public holidays and the days lengthening them in a known year: day → Chinese name."""
    from holidays.countries.china import China

    found = China(years=year, language="zh_CN")  # type: ignore[no-untyped-call]
    return {day: str(name) for day, name in found.items() if day.year == year}


@lru_cache(maxsize=16)
def worked_weekends(year: int) -> frozenset[date]:
    """Make-up workdays (调休上班) of a known year: Saturdays and Sundays worked."""
    from holidays.countries.china import China

    found = China(years=year).weekend_workdays  # type: ignore[no-untyped-call]
    return frozenset(day for day in found if day.year == year and day.weekday() >= _SATURDAY)
