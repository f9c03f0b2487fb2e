"""One rotation of the master key, for `test_rotation.py`, that kills itself at a step.

Arguments: state folder, database URL, the time it believes in (ISO), the step, and at which of its times.
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
from recorder.vault.rotation import Rotation


async def _main(state: Path, url: str, now: datetime, last_step: str, times: int) -> None:
    seen = 0

    def mark(step: str) -> None:
        nonlocal seen
        seen += step == last_step
        if seen == times:
            os.kill(os.getpid(), signal.SIGKILL)

    engine = make_engine(url)
    await Rotation(Settings(paths=Paths(state=state)), make_sessions(engine), FixedClock(now), mark).run()
    await engine.dispose()


if __name__ == "__main__":
    state, url, now, step, times = sys.argv[1:]
    asyncio.run(_main(Path(state), url, datetime.fromisoformat(now), step, int(times)))
