"""What the recorder must know of calls, asked through a protocol: the ledger is another room's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol


class Calls(Protocol):
    """The call ledger, wired in by whoever composes the processes."""

    async def have_ended(self, call_ids: Collection[str]) -> Mapping[str, bool]:
        """For each of `call_ids` the ledger knows: whether that call is over."""
        ...


class UnknownCalls:
    """Nothing is known of any call: legs then count as orphaned once they stopped growing."""

    async def have_ended(self, call_ids: Collection[str]) -> Mapping[str, bool]:
        return {}
