"""`hotline run` as a whole: one at a time, part by part, and nothing left behind whatever ends it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from hotline.foreground import unready
from hotline.refusal import EXIT_REFUSED
from tests.instance import HotlineInstance

Poll = Callable[..., Awaitable[None]]


@pytest.fixture
async def own() -> AsyncIterator[HotlineInstance]:
    """A running instance that the test may kill."""
    instance = HotlineInstance()
    await asyncio.to_thread(instance.start)
    yield instance
    await asyncio.to_thread(instance.stop)
    await instance.close()
    instance.remove()


def command(instance: HotlineInstance, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hotline", *args],
        env=instance.environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def processes_of(state: Path) -> list[str]:
    """Command lines and environments that name the state folder: its parts, under whatever name."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            text = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            if str(state).encode() in text and int(process.name) != os.getpid():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found


@pytest.mark.timeout(240)
async def test_parts_and_kill_nine(own: HotlineInstance, poll: Poll) -> None:
    second = await asyncio.to_thread(command, own, "run")
    assert second.returncode == EXIT_REFUSED
    assert "already running with the state folder" in second.stderr

    assert command(own, "stop-part", "agi").returncode == 0
    assert list(unready(own.settings) or {}) == ["agi"]
    assert command(own, "start-part", "agi").returncode == 0

    async def up() -> bool:
        return unready(own.settings) == {}

    await poll(up, "agi is up again")

    pid = int((own.state / "run" / "hotline.pid").read_text())
    os.kill(pid, 9)

    async def gone() -> bool:
        return not processes_of(own.state)

    await poll(gone, "every child ended with `hotline run`", seconds=30)


@pytest.mark.timeout(240)
async def test_two_demo_calls_become_two_numbered_cases(hotline: HotlineInstance) -> None:
    before = await hotline.known_calls()
    line = [sys.executable, "-m", "hotline", "demo-call", "2"]
    done = await asyncio.to_thread(
        subprocess.run,
        line,
        env=hotline.environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = dict(row.split("  case ") for row in done.stdout.splitlines() if "  case " in row)
    assert len(told) == 2
    new = {call.caller: call for call in await hotline.calls() if call.id not in before}
    for number, case_number in told.items():
        assert len(case_number) == 19
        assert (await hotline.draft_of(new[number].id)).number == case_number
