"""A recorder worker without its bus, for `test_kill.py`: works everything off, unless it kills itself first.

Arguments: state folder, database URL, the time it believes in (ISO), the step to die at (empty: none), and
at which of its times.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from core.clock import FixedClock
from core.db import make_engine, make_sessions
from core.settings import Paths, Settings
from recorder.calls import UnknownCalls
from recorder.ingest import Ingest
from recorder.legs import Legs, Side
from recorder.sweep import Sweep


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _remove_one_leg_and_die(legs: Legs) -> None:
    legs.path(Side.CALLER).unlink()
    _die()


async def _main(state: Path, url: str, now: datetime, last_step: str, times: int) -> None:
    seen = 0

    def mark(step: str) -> None:
        nonlocal seen
        if step == last_step:
            seen += 1
            if seen == times:
                _die()

    if last_step == "clearing":
        Legs.remove = _remove_one_leg_and_die  # type: ignore[method-assign]
    settings = Settings(paths=Paths(state=state, native=Settings().paths.native))
    engine = make_engine(url)
    sessions, clock = make_sessions(engine), FixedClock(now)
    ingest = Ingest(settings, sessions, clock, mark=mark)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await Sweep(settings.spool_dir, ingest, UnknownCalls(), sessions, clock).once()
    while await ingest.run_one():
        pass
    await Sweep(settings.spool_dir, ingest, UnknownCalls(), sessions, clock).once()
    await engine.dispose()


if __name__ == "__main__":
    state, url, now, step, times = sys.argv[1:]
    asyncio.run(_main(Path(state), url, datetime.fromisoformat(now), step, int(times)))
