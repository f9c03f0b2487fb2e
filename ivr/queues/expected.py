"""How long a caller will probably wait. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """A queue at one moment: callers waiting, seats that could answer now, seats logged in, and the average
    talk of late in seconds (0: none)."""

    waiting: int
    ready: int
    seats: int
    talk_s: float


def expected_wait_s(load: Load, wrap_up_s: float) -> float | None:
    """Seconds until a caller who joins now is answered; None: nothing to judge by.

    Seats that are all busy come free one after another, each `talk_s + wrap_up_s` apart divided by their
    number; those who wait go first.
    """
    if load.ready > load.waiting:
        return 0.0
    if load.seats < 1 or load.talk_s <= 0:
        return None
    return (load.waiting - load.ready + 1) * (load.talk_s + wrap_up_s) / load.seats


def said_minutes(seconds: float) -> int:
    """Minutes as they are said: never fewer than it takes; 0: less than a minute."""
    return 0 if seconds < 60 else math.ceil(seconds / 60)
