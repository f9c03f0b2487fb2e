"""What a seat in the browser costs the seat's own machine: CPU of a whole Chromium, user and system.

An empty page, the desk page with its phone registered, and a call on it with Opus and with G.711, each in the
same Chromium one after the other. The call's sound is real: a file at the microphone, a caller who speaks.
"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from bench.harness import cpu_s, medians, save, table, there_and_back
from tests.browser.desk.driver import BrowserSeat, chromium
from tests.instance import HotlineInstance
from tests.seat.caller import Speaking
from tests.seat.voices import SEAT

NAME = "browser"
#: Codec order for browser seats; the call takes the first.
CODECS = {"Opus": "opus,alaw", "G.711": "alaw"}
#: A page that has just been opened is not idle yet.
SETTLE_S = 5.0
_EXTENSION = "1001"
_STATES = ("empty page", "desk, no call", "desk, in a call")


def run(rounds: int, hold_s: float) -> None:
    """Measure, print, save; `hold_s` is how long each state is measured, seconds.

    Raises:
        AssertionError: a call failed.
    """
    print(f"Browser seat: CPU of Chromium in per cent of one core, {hold_s:.0f} s of each state")
    raw: dict[str, list[dict[str, float]]] = {codec: [] for codec in CODECS}
    for number in range(rounds):
        for codec in there_and_back(tuple(CODECS), number):
            raw[codec].append(asyncio.run(_round(CODECS[codec], hold_s)))
    middle = {codec: medians(rows) for codec, rows in raw.items()}
    table(
        ["codec", *_STATES], [[codec, *(f"{row[s]:.1f}" for s in _STATES)] for codec, row in middle.items()]
    )
    result: dict[str, Any] = {
        "unit": "per cent of one core",
        "hold_s": hold_s,
        "rounds": raw,
        "medians": middle,
    }
    save(NAME, result)


async def _round(codecs: str, hold_s: float) -> dict[str, float]:
    hotline = HotlineInstance(
        {"HOTLINE_SEATS_BROWSER_CODECS": codecs, "HOTLINE_DEMO_SEATS": "1", "HOTLINE_QUEUE_MAX_WAIT_S": "30"}
    )
    try:
        await asyncio.to_thread(hotline.start)
        async with chromium(hotline.settings, SEAT.alaw(1)) as browser:
            return await _states(browser, hotline, hold_s)
    finally:
        await asyncio.to_thread(hotline.stop)
        await hotline.close()
        hotline.remove()


async def _states(browser: Browser, hotline: HotlineInstance, hold_s: float) -> dict[str, float]:
    root = _root_process()
    page = await browser.new_page()
    measured = {_STATES[0]: await _load(root, hold_s)}
    await page.close()
    desk = await BrowserSeat.open(browser, hotline, _EXTENSION)
    await desk.log_in()
    measured[_STATES[1]] = await _load(root, hold_s)
    async with hotline.carrier.dial(ear=Speaking, hang_up_after_s=2 * SETTLE_S + hold_s + 10) as call:
        await call.answered()
        await call.press("0")
        await desk.answer()
        measured[_STATES[2]] = await _load(root, hold_s)
        await desk.call_is("talking")
        await desk.hang_up()
    return measured


async def _load(root: int, seconds: float) -> float:
    """CPU of the process and its descendants over `seconds`, in per cent of one core."""
    await asyncio.sleep(SETTLE_S)
    begin, before = time.monotonic(), cpu_s({NAME: root})[NAME]
    await asyncio.sleep(seconds)
    return 100 * (cpu_s({NAME: root})[NAME] - before) / (time.monotonic() - begin)


def _root_process() -> int:
    """The outermost process of our own Chromium: the first of our descendants whose microphone is a file."""
    mark, found = b"--use-file-for-fake-audio-capture=", []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark in line.read_bytes() and _is_ours(int(line.parent.name)):
                found.append(int(line.parent.name))
        except OSError:  # it ended between listing and reading
            continue
    return min(found)


def _is_ours(number: int) -> bool:
    while number not in (0, os.getpid()):
        stat = Path(f"/proc/{number}/stat").read_text(errors="replace")
        number = int(stat.rpartition(")")[2].split()[1])
    return number != 0
