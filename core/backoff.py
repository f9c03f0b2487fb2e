"""Waiting longer after each failure, so that a part that is down is not hammered."""

from __future__ import annotations

import asyncio


class Backoff:
    """Doubles from `first_s` to `longest_s` seconds; `reset` after a success."""

    def __init__(self, first_s: float = 0.1, longest_s: float = 5.0) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    @property
    def is_first(self) -> bool:
        """True until the first wait since the last success: the moment to write a log line."""
        return self._next_s == self._first_s

    def reset(self) -> None:
        self._next_s = self._first_s

    async def wait(self) -> None:
        await asyncio.sleep(self._next_s)
        self._next_s = min(self._next_s * 2, self._longest_s)
