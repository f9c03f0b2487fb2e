"""What every way out has in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.delivery import Outcome


@dataclass(frozen=True)
class Outgoing:
    """A message on its way; `key` is the same in each attempt."""

    key: str
    channel: str
    recipient: str
    subject: str
    text: str
    language: str
    case_number: str


@dataclass(frozen=True)
class Result:
    """What came of an attempt; `why` is a sentence, `reference` the other side's name for the message."""

    outcome: Outcome
    status: int | None = None
    why: str = ""
    reference: str = ""
    took_ms: int = 0
    retry_after_s: int | None = None
    #: Whoever is there now would refuse other messages too (nobody there, wrong password).
    is_down: bool = False


class Adapter(Protocol):
    async def send(self, message: Outgoing, now: datetime) -> Result:
        """Hand over once; what the other side does is told in the result, not raised."""
        ...
