"""What the recorder must know of calls, asked through a protocol: the ledger is another room's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol


class Calls(Protocol):
    """The call ledger, wired in by whoever composes the processes."""

    async def have_ended(self, call_ids: Collection[str]) -> Mapping[str, bool]:
        """For each of `call_ids` the ledger knows: whether that call is over."""
        ...


class Lengths(Protocol):
    """How long calls were, by the same ledger."""

    async def spoken(self, call_id: str) -> tuple[datetime, datetime] | None:
        """From when to when a call was answered; None: it never was, is not over, or is not known."""
        ...


class Ledger(Calls, Lengths, Protocol):
    """All the recorder asks of the call ledger."""


class UnknownCalls:
    """Nothing is known of any call: legs then count as orphaned once they stopped growing."""

    async def have_ended(self, call_ids: Collection[str]) -> Mapping[str, bool]:
        return {}

    async def spoken(self, call_id: str) -> tuple[datetime, datetime] | None:
        return None
