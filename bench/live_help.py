"""How many calls can be written down while they go on: lag and CPU for 1, 2, 4 … calls, both sides talking.

Both sides of each call speak a recorded sentence over and over, with a pause after it, written to the legs in
real time as the switch does. One thread recognises all of them, as in the part `listener`.
"""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

from bench.harness import save, table
from core.clock import SystemClock
from core.live_help_settings import Live
from core.settings import Settings
from hotline.live_help_model import when_there_is_a_model
from recorder.legs import RATE, SILENCE, Legs, Side
from recorder.live.helper import LiveHelper
from recorder.live.side import Said
from recorder.transcribe.vosk_engine import VoskTranscriber

NAME = "live_help"
STEPS = (1, 2, 4, 8, 16, 32)
SECONDS = 15.0
#: A row with a longer lag is the last one: the machine does not keep up, seconds.
TOO_LATE_S = 4.0
#: After each sentence, so that it ends.
PAUSE_S = 1.5
_TICK_S = 0.1


def run(rounds: int) -> None:
    """Measure, print, save; `rounds` lengthens each step."""
    print("Live help: calls written down at once, both sides talking; one thread recognises")
    asyncio.run(_run(SECONDS * rounds))


async def _run(seconds: float) -> None:
    settings = Settings()
    transcriber = await when_there_is_a_model(settings, asyncio.Event(), SystemClock(), lambda: False)
    if transcriber is None:
        raise SystemExit("no speech model: nothing to measure")
    greeting = (settings.prompts_dir / "zh_CN" / "greeting.alaw").read_bytes()
    speech = greeting + SILENCE * int(PAUSE_S * RATE)
    rows = []
    for calls in STEPS:
        rows.append(await _step(transcriber, speech, calls, seconds))
        if rows[-1]["max_lag_s"] > TOO_LATE_S:
            break
    print()
    table(rows[0].keys(), [row.values() for row in rows])
    enough = [row["calls"] for row in rows if row["max_lag_s"] < 1]
    print(
        f"\n  model {transcriber.model}; no more than a second late: {max(enough, default=0)} calls at once"
    )
    save(NAME, {"model": transcriber.model, "seconds": seconds, "rows": rows})


async def _step(transcriber: VoskTranscriber, speech: bytes, calls: int, seconds: float) -> dict[str, Any]:
    ids = [f"bench-1700000000.{number + 1}" for number in range(calls)]
    lags: list[float] = []
    finals = 0

    async def tell(_call: str, _seats: frozenset[str], said: Said) -> None:
        nonlocal finals
        finals += said.final

    async def over(_call: str, _seats: frozenset[str]) -> None:
        return None

    with tempfile.TemporaryDirectory(prefix="hotline-live-help-") as name:
        spool = Path(name)
        paths = {(call_id, side): Legs(spool, call_id).path(side) for call_id in ids for side in Side}
        for path in paths.values():
            path.touch()
        # Nobody is let go: how late they come is what is asked for.
        limits = Live.model_construct(streams=calls, max_lag_s=1e9, keywords=[])
        helper = LiveHelper(limits, spool, transcriber.stream, tell, over)
        await helper.talks({call_id: {"1001"} for call_id in ids})
        running = asyncio.create_task(helper.run())
        before = resource.getrusage(resource.RUSAGE_SELF)
        await _speak(paths, speech, seconds, lags, helper)
        after = resource.getrusage(resource.RUSAGE_SELF)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lags.sort()
    return {
        "calls": calls,
        "cores": round(cpu / seconds, 2),
        "p50_lag_s": round(lags[len(lags) // 2], 2),
        "max_lag_s": round(lags[-1], 2),
        "sentences": finals,
    }


async def _speak(
    paths: Mapping[tuple[str, Side], Path],
    speech: bytes,
    seconds: float,
    lags: list[float],
    helper: LiveHelper,
) -> None:
    """Write to every leg what a switch would have written by now, until `seconds` have passed."""
    piece = int(RATE * _TICK_S)
    pieces = cycle([speech[at : at + piece] for at in range(0, len(speech) - piece, piece)])
    begin = time.monotonic()
    for tick in range(int(seconds / _TICK_S)):
        sound = next(pieces)
        for path in paths.values():
            with path.open("ab") as leg:
                leg.write(sound)
        lags.append(helper.figures.lag_s)
        await asyncio.sleep(max(0.0, begin + (tick + 1) * _TICK_S - time.monotonic()))
