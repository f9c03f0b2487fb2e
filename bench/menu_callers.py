"""Callers of the menu benchmark: SIPp signals for all of them, each has a line of ours to hear and press."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from socket import SOCK_DGRAM
from typing import Any

from bench.harness import free_port
from bench.load import CALLS_PER_S, CARRIER
from core.native import command
from core.settings import Settings
from hotline.demo_call.line import ALAW, TELEPHONE_EVENT, Line

SCENARIO = Path(__file__).with_name("menu_caller.xml")
#: A-law bytes that are silence, comfort noise included: the quietest steps of both signs.
_QUIET = frozenset(range(256)) - {code for code in range(256) if ((code ^ 0x55) & 0x7F) > 2}
#: A key nobody gave a meaning, so the menu answers "wrong key".
WRONG_KEY = "8"
#: A pause of this length means that a prompt is over, seconds.
GAP_S = 0.8
#: From answer to the caller's hang-up: time for greeting, menu, key and the beginning of the next prompt.
HOLD_S = 25.0


class MeasuringLine(Line):
    """Knows when it last heard a voice, and when its last key was over. Times are of `time.time()`."""

    def __init__(self) -> None:
        super().__init__()
        self.first_voice_at = 0.0
        self.voice_at = 0.0
        self.voice_after_key_at = 0.0
        self.key_over_at = 0.0

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if len(data) > 12 and data[1] & 0x7F == ALAW and not _QUIET.issuperset(data[12:]):
            now = time.time()
            self.first_voice_at = self.first_voice_at or now
            self.voice_at = now
            if self.key_over_at and not self.voice_after_key_at:
                self.voice_after_key_at = now
        super().datagram_received(data, addr)

    def _packet(self, kind: int, body: bytes, first: bool) -> None:
        super()._packet(kind, body, first)
        if kind == TELEPHONE_EVENT and body[1] & 0x80 and not self.key_over_at:
            self.key_over_at = time.time()


@dataclass
class Heard:
    """Seconds from INVITE to the first sound of a voice, and from each key's end to the next prompt's."""

    first_prompt_s: list[float] = field(default_factory=list)
    key_s: list[float] = field(default_factory=list)
    #: Keys that no prompt followed.
    unanswered: int = 0


async def call(settings: Settings, number: str, calls: int, hang_up: Callable[[], object]) -> Heard:
    """Place `calls` at once on the switch of these settings; each presses one wrong key.

    `hang_up` has the switch end every call.

    Raises:
        TimeoutError, RuntimeError: calls failed; the numbers would be worth nothing.
    """
    loop = asyncio.get_running_loop()
    lines = [
        (await loop.create_datagram_endpoint(MeasuringLine, local_addr=(CARRIER, 0)))[1] for _ in range(calls)
    ]
    heard = Heard()
    with tempfile.TemporaryDirectory(prefix="hotline-menu-") as name:
        folder = Path(name)
        sipp = await asyncio.to_thread(_start, settings, number, folder, [line.port for line in lines])
        try:
            async with asyncio.timeout(calls / CALLS_PER_S + HOLD_S):
                await asyncio.gather(*(_press(line, heard) for line in lines))
            invited = _invited(folder / "log")
        finally:
            # A killed SIPp leaves its calls their channels: the switch ends them, then SIPp ends by itself.
            await asyncio.to_thread(hang_up)
            await asyncio.to_thread(_end, sipp)
            for line in lines:
                await line.hang_up()
    heard.first_prompt_s = [line.first_voice_at - invited[line.port] for line in lines]
    return heard


async def _press(line: MeasuringLine, heard: Heard) -> None:
    await _gap(line)
    await line.press(WRONG_KEY)
    await asyncio.sleep(1.0)  # the prompt's beginning; what comes later is no answer to the key
    if line.voice_after_key_at:
        heard.key_s.append(line.voice_after_key_at - line.key_over_at)
    else:
        heard.unanswered += 1


async def _gap(line: MeasuringLine) -> None:
    """Until a voice was heard and has been silent for GAP_S."""
    before = line.voice_at
    while line.voice_at == before or time.time() - line.voice_at < GAP_S:  # noqa: ASYNC110 - no event
        await asyncio.sleep(0.02)


def _start(settings: Settings, number: str, folder: Path, ports: list[int]) -> subprocess.Popen[bytes]:
    shutil.copy(SCENARIO, folder / "call.xml")
    (folder / "ports.csv").write_text("SEQUENTIAL\n" + "".join(f"{port};\n" for port in ports))
    token = secrets.token_hex(6)
    options = ["-sf", "call.xml", "-inf", "ports.csv", "-s", number, "-i", CARRIER, "-nostdin"]
    options += ["-p", str(free_port(SOCK_DGRAM, CARRIER)), "-m", str(len(ports)), "-l", str(len(ports))]
    options += ["-r", str(CALLS_PER_S), "-d", str(int(HOLD_S * 1000)), "-key", "token", token]
    options += ["-cid_str", f"%u-{token}@%s", "-trace_logs", "-log_file", str(folder / "log")]
    line = command(settings, "sipp", *options, f"{settings.sip.host}:{settings.sip.port}", binds=[folder])
    return subprocess.Popen(line, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _end(sipp: subprocess.Popen[bytes]) -> None:
    try:
        sipp.wait(10)
    except subprocess.TimeoutExpired:
        sipp.kill()
        sipp.wait()


def _invited(log: Path) -> dict[int, float]:
    """When each port's INVITE was sent, from SIPp's log: `<port> <date> <time> <epoch seconds>`."""
    rows = [row.split() for row in log.read_text().splitlines() if row.strip()]
    return {int(row[0]): float(row[-1]) for row in rows}
