"""core.process in a real process: signals, heartbeat, and every end said in one readable line."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from core import heartbeat
from core.settings import CHECKOUT

Poll = Callable[..., Awaitable[None]]

GOOD = """
async def main(settings, stop):
    process.report("busy with 路灯")
    await stop.wait()
"""
STUBBORN = """
process.GRACE_S = 0.2
async def main(settings, stop):
    await asyncio.sleep(60)
"""
BROKEN = """
async def main(settings, stop):
    raise ValueError("the spool is gone")
"""
REFUSING = """
from core.errors import UnavailableError
async def main(settings, stop):
    raise UnavailableError("no disk left\\nfake line")
"""
WAITING = """
async def main(settings, stop):
    await process.wait_for_redis(settings, stop)
    await process.wait_for_database(settings, stop)
    structlog.get_logger().info("ready")
    await stop.wait()
"""


class Part:
    """A part of the hotline in its own process."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self._folder = folder
        self._port = redis_url.rsplit(":", 1)[1].split("/")[0]
        self._process: asyncio.subprocess.Process | None = None
        self.log = folder / "part.log"

    async def start(self, source: str, **environment: str) -> None:
        script = f"import asyncio, sys, structlog\nfrom core import process\n{source}\n"
        script += "sys.exit(process.run('part', main))\n"
        env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(CHECKOUT),
            "HOTLINE_PATHS_STATE": str(self._folder),
            "HOTLINE_REDIS_PORT": self._port,
            "HOTLINE_CONFIG": str(self._folder / "none.toml"),
        }
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", script, env=env | environment, stderr=log, stdout=log
            )

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def end(self) -> int:
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), 20)

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def says(self, text: str) -> bool:
        return text in self.log.read_text(encoding="utf-8")


@pytest.fixture
async def part(tmp_path: Path, redis_url: str):  # type: ignore[no-untyped-def]
    part = Part(tmp_path, redis_url)
    yield part
    await part.kill()


async def is_up(redis_url: str) -> bool:
    return "part" in await heartbeat.parts(redis_url)


async def says(part: Part, poll: Poll, text: str) -> None:
    await poll(lambda: part.says(text), f"the log says {text!r}")


async def test_a_part_shows_life_until_it_is_asked_to_stop(part: Part, redis_url: str, poll: Poll) -> None:
    await part.start(GOOD)
    await poll(lambda: is_up(redis_url), "the heartbeat is there")

    async def tells_detail() -> bool:
        return (await heartbeat.parts(redis_url)).get("part", {}).get("detail") == "busy with 路灯"

    await poll(tells_detail, "the heartbeat says what the part does")
    part.send(signal.SIGTERM)
    assert await part.end() == 0
    assert not await is_up(redis_url)
    log = part.log.read_text(encoding="utf-8")
    assert "info    stopped part=part" in log and "Traceback" not in log


async def test_a_part_that_does_not_listen_is_stopped_all_the_same(part: Part, poll: Poll) -> None:
    await part.start(STUBBORN)
    await says(part, poll, "starting")
    part.send(signal.SIGINT)
    assert await part.end() == 0
    assert "the hard way" in part.log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("source", "line"),
    [(BROKEN, 'why="the spool is gone" type=ValueError'), (REFUSING, 'why="no disk left\\nfake line"')],
)
async def test_a_failure_is_one_readable_line(part: Part, source: str, line: str) -> None:
    await part.start(source)
    assert await part.end() == 1
    lines = part.log.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert "error   failed" in lines[1] and line in lines[1]
    assert "\x1b" not in lines[1]


async def test_a_setting_that_does_not_fit_is_one_readable_line(part: Part) -> None:
    await part.start(GOOD, HOTLINE_WEB_PORT="a lot")
    assert await part.end() == 1
    (line,) = part.log.read_text(encoding="utf-8").splitlines()
    assert line.startswith("part: setting web.port does not fit")


async def test_it_says_what_it_waits_for(part: Part, tmp_path: Path, sqlite_url: str, poll: Poll) -> None:
    (tmp_path / "hotline.db").rename(tmp_path / "later.db")
    await part.start(WAITING)
    await says(part, poll, "waiting for database")
    _put_in_place(tmp_path)
    await says(part, poll, "ready")
    part.send(signal.SIGTERM)
    assert await part.end() == 0


def _put_in_place(folder: Path) -> None:
    for leftover in folder.glob("hotline.db*"):
        leftover.unlink()
    (folder / "later.db").rename(folder / "hotline.db")


async def test_it_can_be_stopped_while_it_waits(part: Part, poll: Poll) -> None:
    await part.start(WAITING, HOTLINE_REDIS_PORT="1")
    await says(part, poll, "waiting for redis")
    part.send(signal.SIGTERM)
    assert await part.end() == 0
