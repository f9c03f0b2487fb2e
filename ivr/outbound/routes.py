"""The way out: on which trunk a number is dialled, in the order of trying. The only place that knows it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.settings import Settings
from core.trunks import E1Trunk, limit


@dataclass(frozen=True)
class Route:
    """One try: the trunk, the channel the switch is told to ring, and how many calls the trunk carries."""

    trunk: str
    channel: str
    limit: int


def routes(settings: Settings, number: str) -> list[Route]:
    """Every way to dial `number`, the preferred one first.

    Raises:
        ValueError: not digits only; nothing else ever becomes part of a channel's name.
    """
    if not re.fullmatch(r"[0-9]{3,20}", number):
        raise ValueError("only digits are dialled")
    return _ways(settings, number)


def dialplan_routes(settings: Settings, variable: str) -> list[Route]:
    """The same ways for a number in a variable of the dialplan; only its digits are dialled."""
    return _ways(settings, f"${{FILTER(0-9,${{{variable}}})}}")


def _ways(settings: Settings, number: str) -> list[Route]:
    table = settings.trunk_table
    # Groups of DAHDI channels are numbered in the order of the settings, as asterisk_conf renders them.
    groups = [name for name, trunk in table.items() if isinstance(trunk, E1Trunk)]
    found = []
    for name, trunk in sorted(table.items(), key=lambda one: one[1].order):
        e1 = isinstance(trunk, E1Trunk)
        channel = f"DAHDI/g{groups.index(name) + 1}/{number}" if e1 else f"PJSIP/{number}@trunk-{name}"
        found.append(Route(name, channel, limit(trunk)))
    return found
