"""FastAGI round trips: calls a second through ours, pyst2 as process-AGI, panoramisk's fast_agi.

Same script (one GET VARIABLE, three SET VARIABLE), same Asterisk, same run, rounds interleaved.
"""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from agi_scripts.server import FastAgiServer
from agi_scripts.session import AgiSession
from bench.agi_servers import SCRIPT
from bench.bare_switch import BareSwitch
from bench.harness import free_port, medians, save, table, there_and_back, wait_until
from core.native import command

NAME = "agi"
CHANNELS = 10
#: Script runs per channel and round: each competitor's round takes a second or a few.
LAPS = {"ours": 500, "pyst2": 10, "panoramisk": 500}
ROUND_S = 120.0
_SCRIPT_FILE = Path(__file__).with_name("pyst2_script.py")


class Gate:
    """Holds the channels until all are there, then says when the last is through."""

    def __init__(self) -> None:
        self.waiting = 0
        self.done: list[int] = []
        self._all_here, self._open, self._all_through = (asyncio.Event() for _ in range(3))

    async def start(self, _: AgiSession) -> None:
        self.waiting += 1
        if self.waiting == CHANNELS:
            self._all_here.set()
        await self._open.wait()

    async def finish(self, session: AgiSession) -> None:
        self.done.append(int((await session.command("GET VARIABLE DONE"))[1]))
        if len(self.done) == CHANNELS:
            self._all_through.set()

    async def lap_time(self) -> float:
        """Seconds from opening the gate to the last channel's report."""
        async with asyncio.timeout(ROUND_S):
            await self._all_here.wait()
            self._open.set()
            start = time.perf_counter()
            await self._all_through.wait()
            return time.perf_counter() - start


class _Gates:
    """The gate of the round that is on; channels knock over FastAGI."""

    def __init__(self) -> None:
        self.now = Gate()

    async def start(self, session: AgiSession) -> None:
        await self.now.start(session)

    async def finish(self, session: AgiSession) -> None:
        await self.now.finish(session)


async def _round(switch: BareSwitch, gates: _Gates, name: str) -> float:
    """Script runs a second."""
    gates.now = Gate()
    for _ in range(CHANNELS):
        switch.originate(name, LAPS=LAPS[name])
    seconds = await gates.now.lap_time()
    runs = CHANNELS * LAPS[name]
    failed = runs - sum(gates.now.done)
    if failed:
        raise RuntimeError(f"{name}: {failed} of {runs} script runs failed")
    return runs / seconds


@contextmanager
def _server(name: str) -> Iterator[int]:
    """One of the two server processes; its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.agi_servers", name, str(port)])
    try:
        wait_until(lambda: _listens(port), 20, f"start of the AGI server {name}")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    """Ask the kernel, not the server: panoramisk's hangs for ever after a connection that says nothing."""
    return f"0100007F:{port:04X} 00000000:0000 0A" in Path("/proc/net/tcp").read_text()


def _install_script(switch: BareSwitch) -> str:
    """Put the process-AGI script and what it imports where Asterisk runs it; that Python's version."""
    folder = switch.state / "agi-bin"
    script = Path(shutil.copy(_SCRIPT_FILE, folder / "pyst2"))
    script.chmod(0o755)
    for library in ("asterisk", "six"):
        spec = importlib.util.find_spec(library)
        assert spec is not None and spec.origin is not None
        origin = Path(spec.origin)
        if origin.name == "__init__.py":
            shutil.copytree(origin.parent, folder / library, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, folder)
    compile_and_tell = (
        f"import compileall, platform; compileall.compile_dir({str(folder)!r}, quiet=2);"
        "print(platform.python_version())"
    )
    line = command(switch.settings, "/usr/bin/python3", "-c", compile_and_tell)
    return subprocess.run(line, capture_output=True, check=True, text=True, timeout=60).stdout.strip()


async def _measure(rounds: int) -> dict[str, Any]:
    gates, gate_port, stop = _Gates(), free_port(), asyncio.Event()
    gate = FastAgiServer({"start": gates.start, "done": gates.finish})
    with _server("ours") as ours, _server("panoramisk") as panoramisk:
        targets = {
            "ours": f"agi://127.0.0.1:{ours}/{SCRIPT}",
            "pyst2": "pyst2",
            "panoramisk": f"agi://127.0.0.1:{panoramisk}/{SCRIPT}",
        }
        with BareSwitch(gate_port=gate_port, agi_targets=targets) as switch:
            process_python = _install_script(switch)
            serving = asyncio.create_task(gate.serve("127.0.0.1", gate_port, stop))
            try:
                rows = []
                for number in range(-1, rounds):
                    row = {
                        name: await _round(switch, gates, name)
                        for name in there_and_back(tuple(LAPS), number)
                    }
                    print(f"  round {number + 1}: " + ", ".join(f"{k} {v:,.0f}/s" for k, v in row.items()))
                    rows.append(row)
            finally:
                stop.set()
                await serving
            asterisk = switch.cli("core show version").split(" built", 1)[0].removeprefix("Asterisk ")
    return {
        "rounds": rows[1:],  # the first warms everything up
        "versions": {
            "asterisk": asterisk,
            "pyst2": version("pyst2"),
            "panoramisk": version("panoramisk"),
            "process_agi_python": process_python,
        },
    }


def run(rounds: int) -> None:
    """Measure, print, save."""
    print(f"AGI: one GET VARIABLE and three SET VARIABLE a run, {CHANNELS} channels at once")
    measured = asyncio.run(_measure(rounds))
    rows = measured["rounds"]
    rates = medians(rows)
    ratios = medians([{name: row["ours"] / row[name] for name in LAPS} for row in rows])
    print()
    table(
        ("", "runs/s", "ours is × as fast"),
        [(name, f"{rates[name]:,.0f}", f"{ratios[name]:.2f}") for name in LAPS],
    )
    result = {
        **measured,
        "channels": CHANNELS,
        "laps_per_channel": LAPS,
        "runs_per_s": rates,
        "ours_times_as_fast_as": ratios,
    }
    save(NAME, result)
