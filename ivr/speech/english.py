"""Values as English reads them, with Asterisk's own unit names."""

from __future__ import annotations

from datetime import date, time
from typing import Final

from ivr.speech import telephone

LARGEST: Final = 10**12 - 1
_GROUPS: Final = (
    (10**9, "digits/billion"),
    (10**6, "digits/million"),
    (10**3, "digits/thousand"),
    (1, ""),
)


def number(value: int) -> tuple[str, ...]:
    """A whole number from -(10¹²-1) to 10¹²-1, without "and": one hundred five.

    Raises:
        ValueError: outside that range.
    """
    if abs(value) > LARGEST:
        raise ValueError(f"{value} is too large to be read out")
    if value == 0:
        return ("digits/0",)
    units: list[str] = [] if value > 0 else ["digits/minus"]
    for size, name in _GROUPS:
        if group := abs(value) // size % 1000:
            units += [*_group(group), *([name] if name else [])]
    return tuple(units)


def _group(value: int) -> list[str]:
    units = [f"digits/{value // 100}", "digits/hundred"] if value >= 100 else []
    rest = value % 100
    if rest >= 20:
        units.append(f"digits/{rest // 10 * 10}")
        rest %= 10
    return [*units, f"digits/{rest}"] if rest else units


def ordinal(value: int) -> tuple[str, ...]:
    """1 to 99: first, twenty-third.

    Raises:
        ValueError: outside that range.
    """
    if not 1 <= value <= 99:
        raise ValueError(f"{value} has no ordinal here")
    if value <= 20 or value % 10 == 0:
        return (f"digits/h-{value}",)
    return f"digits/{value // 10 * 10}", f"digits/h-{value % 10}"


def digits(text: str) -> tuple[str, ...]:
    """Digit by digit, with a pause between groups; what is no digit separates groups.

    Raises:
        ValueError: there is no digit in it.
    """
    return telephone.grouped(text, lambda digit: f"digits/{digit}")


def day(value: date) -> tuple[str, ...]:
    """Month, day, year: November twenty-third, twenty twenty-six."""
    return (f"digits/mon-{value.month - 1}", *ordinal(value.day), *year(value.year))


def year(value: int) -> tuple[str, ...]:
    """1905 nineteen oh five, 2000 two thousand, 2005 two thousand five, 2026 twenty twenty-six."""
    century, rest = divmod(value, 100)
    if (century % 10 == 0 and rest < 10) or century < 10:
        return number(value)
    if rest == 0:
        return (*number(century), "digits/hundred")
    return (*number(century), *(("digits/oh",) if rest < 10 else ()), *number(rest))


def weekday(value: date) -> tuple[str, ...]:
    return (f"digits/day-{value.isoweekday() % 7}",)


def clock(value: time) -> tuple[str, ...]:
    """nine o'clock a.m., two oh five p.m., twelve thirty p.m."""
    units = [*number(value.hour % 12 or 12)]
    if value.minute == 0:
        units.append("digits/oclock")
    elif value.minute < 10:
        units += ["digits/oh", *number(value.minute)]
    else:
        units += number(value.minute)
    return (*units, "digits/a-m" if value.hour < 12 else "digits/p-m")


def minutes(value: int) -> tuple[str, ...]:
    """A wait; less than one minute is said so."""
    if value < 1:
        return ("units/less-than", "digits/1", "units/minute")
    return (*number(value), "units/minute" if value == 1 else "units/minutes")


def seconds(value: int) -> tuple[str, ...]:
    return (*number(value), "digits/second" if value == 1 else "digits/seconds")


def position(value: int) -> tuple[str, ...]:
    """Place in a queue: number two in line."""
    return ("units/ordinal", *number(value), "units/place")
