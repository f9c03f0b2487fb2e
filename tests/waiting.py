"""Waiting for something that has no event of its own, with a bound."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def poll(check: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Wait until `check` is true; fails, naming `what`, after `seconds`."""
    end = asyncio.get_running_loop().time() + seconds
    while not check():
        assert asyncio.get_running_loop().time() < end, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.02)
