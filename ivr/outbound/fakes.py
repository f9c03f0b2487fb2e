"""A dialler for tests: answers as it was told, and keeps what it was asked to dial."""

from __future__ import annotations

import asyncio
from collections import deque

from ivr.outbound.dialler import DialResult, OutboundCall


class FakeDialler:
    """Gives `results` one by one, then `result` for ever. `hold()` lets calls ring until `let_go()`."""

    def __init__(
        self, result: DialResult = DialResult.ANSWERED, *, channels: int = 10, seats: int = 1
    ) -> None:
        self.result, self.channels, self.seats = result, channels, seats
        self.results: deque[DialResult] = deque()
        self.dialled: list[OutboundCall] = []
        self._may_end = asyncio.Event()
        self._may_end.set()

    async def dial(self, call: OutboundCall) -> DialResult:
        self.dialled.append(call)
        await self._may_end.wait()
        return self.results.popleft() if self.results else self.result

    def new_call_id(self) -> str:
        return f"fake-1700000000.{900000000 + len(self.dialled)}"

    def free_channels(self) -> int:
        return self.channels

    def free_seats(self, queue: str) -> int:
        return self.seats

    def hold(self) -> None:
        """Calls ring from now on."""
        self._may_end.clear()

    def let_go(self) -> None:
        """Whoever rings is decided now."""
        self._may_end.set()
