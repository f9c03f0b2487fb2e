"""The levels of the tree, by the length of their codes."""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import Protocol


class Level(IntEnum):
    """How large a place is."""

    CITY = 2  #: 市, 4 digits
    DISTRICT = 3  #: 区县, 6 digits
    STREET = 4  #: 街道, 9 digits
    COMMUNITY = 5  #: 社区, 12 digits
    CELL = 6  #: 单元网格, 15 digits


LABELS = {
    Level.CITY: "城市",
    Level.DISTRICT: "区县",
    Level.STREET: "街道",
    Level.COMMUNITY: "社区",
    Level.CELL: "单元网格",
}
#: Digits of a code → its level.
BY_LENGTH = {4: Level.CITY, 6: Level.DISTRICT, 9: Level.STREET, 12: Level.COMMUNITY, 15: Level.CELL}
#: Column of a case → the level its place has.
COLUMNS = {
    "district": Level.DISTRICT,
    "street": Level.STREET,
    "community": Level.COMMUNITY,
    "cell": Level.CELL,
}


class Dated(Protocol):
    """Something that counts from one day to another, both included; None: no end on that side."""

    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


def holds(one: Dated, day: date) -> bool:
    """Whether `one` counts on `day`."""
    return (one.valid_from is None or one.valid_from <= day) and (one.valid_to is None or day <= one.valid_to)
