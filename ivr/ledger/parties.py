"""Who can be on a call besides the citizen, and what they do there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ivr.ledger.leg_tables import HolderKind, LegState


class Doing(StrEnum):
    """What a seat does on a call; where its lines do several things, the first of these counts."""

    TALK = "talk"
    CONFERENCE = "conference"
    CONSULT = "consult"
    SUPERVISE = "supervise"
    HOLD = "hold"
    IDLE = "idle"
    RING = "ring"


class Holding(NamedTuple):
    """Who has the citizen, what they do there, and what began it."""

    kind: HolderKind
    holder: str
    state: LegState
    why: str = ""


#: The hotline itself.
MENU = Holding(HolderKind.MENU, "", LegState.LISTEN)


@dataclass
class Line:
    """A seat's line, or one to an outside number."""

    kind: HolderKind
    name: str
    bridge: str | None = None
    #: Order of joining the bridge.
    joined: int = 0
    #: It has been with somebody.
    answered: bool = False
    held: bool = False
    spies: bool = False
