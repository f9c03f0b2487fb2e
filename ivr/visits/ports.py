"""What result visits need of the case engine. `hotline` hands it in; tests hand in a fake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class ClosedCase:
    """A case that stands closed (已结案)."""

    id: int
    #: 19 digits.
    number: str
    closed_at: datetime
    #: Normalised; empty: the caller withheld it and left none.
    phone: str
    confidential: bool
    wants_visit: bool


class Cases(Protocol):
    """The case engine, as far as visits know it."""

    async def closed(self, case_id: int) -> ClosedCase | None:
        """The case, if it is closed now."""
        ...

    async def closed_by_number(self, number: str) -> ClosedCase | None:
        """The same, by its 19 digits."""
        ...

    async def reopen(self, case_id: int, closed_at: datetime, reason: str) -> None:
        """Send it back into handling, unless that closing has been undone already.

        Raises:
            core.errors.HotlineError: not now; it should be tried again.
        """
        ...
