"""What is put into the tree, the register and the gazetteer: rows as an import or a generator has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from ticketing.places.tables import PartState


@dataclass(frozen=True)
class NewPlace:
    """A place and its outline (GeoJSON; None: it has none, or keeps the one it has)."""

    code: str
    name: str
    level: int
    parent: str | None
    outline: dict[str, Any] | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class NewPart:
    """A component; its class are the digits 7 to 10 of its code."""

    code: str
    longitude: float
    latitude: float
    name: str = ""
    owner: str = ""
    keeper: str = ""
    state: str = PartState.GOOD

    @property
    def category(self) -> str:
        return self.code[6:10]


@dataclass(frozen=True)
class NewLandmark:
    """A name of the gazetteer."""

    name: str
    longitude: float
    latitude: float
    sort: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Put:
    """How many rows were added, changed, and there already as they came."""

    added: int
    changed: int
    same: int
