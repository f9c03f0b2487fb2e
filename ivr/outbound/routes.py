"""The way out: on which trunk a number is dialled, in the order of trying. The only place that knows it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.settings import Settings


@dataclass(frozen=True)
class Route:
    """One try: the trunk's name, and the channel the switch is told to ring."""

    trunk: str
    channel: str


def routes(settings: Settings, number: str) -> list[Route]:
    """Every way to dial `number`, the preferred one first.

    Raises:
        ValueError: not digits only; nothing else ever becomes part of a channel's name.
    """
    if not re.fullmatch(r"[0-9]{3,20}", number):
        raise ValueError("only digits are dialled")
    return [Route("demo", f"PJSIP/trunk-demo/sip:{number}@{settings.outbound.carrier}")]
