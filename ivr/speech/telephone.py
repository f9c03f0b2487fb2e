"""Digits in the groups people say and remember them in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

PAUSE: Final = "units/pause"
#: Length of a number written without groups → the lengths of its groups.
_GROUPS: Final = {
    6: (3, 3),
    7: (3, 4),
    8: (4, 4),
    10: (3, 3, 4),
    11: (3, 4, 4),  # mobile 138 0013 8000
    12: (4, 4, 4),  # area code and eight digits
    19: (6, 4, 4, 5),  # case number 案卷号: division, year, day, serial
}
_LONGEST_GROUP: Final = 4


def groups(text: str) -> tuple[str, ...]:
    """The digits of `text` as they are said together; separators in the text are kept as they are."""
    written = tuple(re.findall(r"[0-9]+", text))
    return tuple(part for group in written for part in _split(group))


def _split(digits: str) -> list[str]:
    sizes = _GROUPS.get(len(digits))
    if sizes is None and len(digits) <= _LONGEST_GROUP + 1:
        return [digits]
    parts, place = [], 0
    for size in sizes or (_LONGEST_GROUP,) * -(-len(digits) // _LONGEST_GROUP):
        parts.append(digits[place : place + size])
        place += size
    return parts


def grouped(text: str, unit: Callable[[str], str]) -> tuple[str, ...]:
    """The unit of every digit, with a pause between groups.

    Raises:
        ValueError: there is no digit in it.
    """
    found = groups(text)
    if not found:
        raise ValueError(f"there is no digit in {text!r}")
    units: list[str] = []
    for group in found:
        units += [PAUSE] if units else []
        units += [unit(digit) for digit in group]
    return tuple(units)
