"""The name server is dead: it takes questions and never answers. Calls must not notice."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.instance import HotlineInstance

#: Nobody answers here; the socket below only keeps the kernel from refusing.
DEAD = "127.0.0.66"
CALLS = 10


@pytest.fixture
async def dead_resolver(tmp_path: Path) -> AsyncIterator[list[str]]:
    """Words that run a command with a name server that never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((DEAD, 53))
        config = tmp_path / "resolv.conf"
        config.write_text(f"nameserver {DEAD}\n")
        config.chmod(0o644)
        script = f'mount --bind {config} "$(readlink -f /etc/resolv.conf)" && exec "$@"'
        yield ["unshare", "--mount", "sh", "-c", script, "sh"]


async def test_calls_are_unaffected(dead_resolver: list[str]) -> None:
    line = [*dead_resolver, "timeout", "3", "getent", "hosts", "nobody.example"]
    asked = await asyncio.create_subprocess_exec(*line)
    assert await asked.wait() == 124, "the name server is not dead: nothing is tested"
    hotline = HotlineInstance(wrapper=dead_resolver)
    await asyncio.to_thread(hotline.start)
    try:
        known = await hotline.known_calls()
        started = time.monotonic()
        await asyncio.gather(*(_call(hotline, number) for number in range(CALLS)))
        assert time.monotonic() - started < 15
        rows = [call for call in await hotline.calls() if call.id not in known]
        assert len(rows) == CALLS
        for row in rows:
            assert row.answered_at is not None
            assert (row.answered_at - row.started_at).total_seconds() < 1
    finally:
        await asyncio.to_thread(hotline.stop)
        await hotline.close()
        hotline.remove()


async def _call(hotline: HotlineInstance, number: int) -> None:
    async with hotline.carrier.dial(caller=f"1390000{number:04}", hang_up_after_s=4) as call:
        await call.hear(2)
        await call.over()
