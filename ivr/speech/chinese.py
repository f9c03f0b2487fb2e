"""Values as Mandarin reads them, as units and as text.

Numbers follow the rule taught at school: zeros at the end of a group of four are not read, any others are
read once; 一十 at the very beginning is 十. Two is 两 before 百, 千, 万, 亿 and measure words, 二 elsewhere
and in ordinals (两分钟, 两百, 二十, 第二位).
"""

from __future__ import annotations

from datetime import date, time
from typing import Final

from ivr.speech import telephone

LARGEST: Final = 10**12 - 1
_POWERS: Final = ((1000, "digits/thousand"), (100, "digits/hundred"), (10, ""), (1, ""))
_GROUPS: Final = ((10**8, "digits/yi"), (10**4, "digits/wan"), (1, ""))
TWO: Final = "units/two"
#: First hour of each part of the day (时段) → its unit.
_DAY_PARTS: Final = ((18, "units/evening"), (13, "digits/p-m"), (12, "units/noon"), (6, "digits/a-m"))


def number(value: int, *, ordinal: bool = False) -> tuple[str, ...]:
    """A whole number from -(10¹²-1) to 10¹²-1.

    Raises:
        ValueError: outside that range.
    """
    if abs(value) > LARGEST:
        raise ValueError(f"{value} is too large to be read out")
    if value == 0:
        return ("digits/0",)
    units: list[str] = [] if value > 0 else ["digits/minus"]
    units += _positive(abs(value), "digits/2" if ordinal else TWO)
    return tuple(units)


def _positive(value: int, two: str) -> list[str]:
    units: list[str] = []
    pending_zero = False
    for size, name in _GROUPS:
        group = value // size % 10**4
        if group == 0:
            pending_zero = bool(units)
            continue
        if units and (pending_zero or group < 1000):
            units.append("digits/0")
        pending_zero = False
        units += _group(group, two, is_first=not units, is_last=not name)
        if name:
            units.append(name)
    return units


def _group(value: int, two: str, *, is_first: bool, is_last: bool) -> list[str]:
    """Four digits; `two` is what a 2 before 百, 千 or the group's own name is called."""
    units: list[str] = []
    pending_zero = False
    for power, name in _POWERS:
        digit = value // power % 10
        if digit == 0:
            pending_zero = bool(units)
            continue
        if pending_zero:
            units.append("digits/0")
        pending_zero = False
        if power == 10:
            is_bare_ten = digit == 1 and not units and is_first
            units += ["digits/10"] if is_bare_ten else _tens(digit)
        else:
            takes_two = digit == 2 and (power > 1 or (not is_last and value == 2))
            units.append(two if takes_two else f"digits/{digit}")
        if name:
            units.append(name)
    return units


def _tens(digit: int) -> list[str]:
    return ["digits/1", "digits/10"] if digit == 1 else [f"digits/{digit}0"]


def counted(value: int) -> tuple[str, ...]:
    """A number before a measure word (量词): two alone is 两."""
    return (TWO,) if value == 2 else number(value)


def digits(text: str) -> tuple[str, ...]:
    """Digit by digit, one as 幺, with a pause between groups; what is no digit separates groups.

    Raises:
        ValueError: there is no digit in it.
    """
    return telephone.grouped(text, lambda digit: "units/yao" if digit == "1" else f"digits/{digit}")


def day(value: date) -> tuple[str, ...]:
    """Year digit by digit, month, day: 二零二六年 十一月 二十三日."""
    return (*year(value.year), f"digits/mon-{value.month - 1}", *number(value.day), "digits/day")


def year(value: int) -> tuple[str, ...]:
    return (*(f"digits/{digit}" for digit in str(value)), "digits/year")


def weekday(value: date) -> tuple[str, ...]:
    return (f"digits/day-{value.isoweekday() % 7}",)


def clock(value: time) -> tuple[str, ...]:
    """Part of the day, then hour and minute: 下午两点零五分, 上午九点整."""
    part = next((name for start, name in _DAY_PARTS if value.hour >= start), "units/small-hours")
    hour = value.hour if value.hour <= 12 else value.hour - 12
    units = [part, *counted(hour), "digits/oclock"]
    if value.minute == 0:
        return (*units, "units/sharp")
    if value.minute < 10:
        units.append("digits/0")
    return (*units, *number(value.minute), "digits/minute")


def minutes(value: int) -> tuple[str, ...]:
    """A wait; less than one minute is said so (不到一分钟)."""
    if value < 1:
        return ("units/less-than", "digits/1", "units/minutes")
    return (*counted(value), "units/minutes")


def seconds(value: int) -> tuple[str, ...]:
    return (*counted(value), "digits/second")


def position(value: int) -> tuple[str, ...]:
    """Place in a queue: 第二位, 第十二位."""
    return ("units/ordinal", *number(value, ordinal=True), "units/place")
