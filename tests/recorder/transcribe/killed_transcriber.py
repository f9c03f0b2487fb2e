"""A transcriber without its bus, for `test_kill.py`: works everything off, unless it kills itself first.

Arguments: state folder, database URL, the time it believes in (ISO), the step to die at (empty: none), and
what its recogniser's process does (see fake_worker.py).
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
from recorder.transcribe.models import FoundModel
from recorder.transcribe.process import WorkerProcess
from recorder.transcripts import Transcripts


async def _main(state: Path, url: str, now: datetime, last_step: str, what: str) -> None:
    def mark(step: str) -> None:
        if step == last_step:
            os.kill(os.getpid(), signal.SIGKILL)

    settings = Settings(paths=Paths(state=state, native=Settings().paths.native))
    engine = make_engine(url)
    line = [sys.executable, "-m", "tests.recorder.transcribe.fake_worker", what, str(state / "begun")]
    worker = WorkerProcess(settings, FoundModel(Path("none"), "fake-model", True), line=line)
    transcripts = Transcripts(settings, make_sessions(engine), FixedClock(now), mark=mark)
    while await transcripts.work(worker):
        pass
    await worker.end()
    await engine.dispose()


if __name__ == "__main__":
    state, url, now, step, what = sys.argv[1:]
    asyncio.run(_main(Path(state), url, datetime.fromisoformat(now), step, what))
