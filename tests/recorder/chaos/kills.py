"""SIGKILL at every step of a recording's life, so many times each; then one heir, and a look at everything.

    python -m tests.recorder.chaos.kills KILLS [STEP …]

One warm process forks each victim, so that a kill costs a fork and the work itself. For each step: KILLS
calls, and as many workers one after the other, each of which dies at that step; then, when the leases of the
dead are over, one that nobody kills. Prints a line a step as JSON: {"step", "kills", "seconds", "error"}, the
last empty where nothing was lost, nothing done twice and nothing left lying about.
"""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

import structlog

from tests.recorder.chaos.look import look
from tests.recorder.chaos.steps import STEPS, Step
from tests.recorder.chaos.trial import Trial


def run_step(step: Step, trial: Trial) -> None:
    """As many kills as the trial has calls, an heir, and the look.

    Raises:
        AssertionError: something was lost, done twice, or left lying about.
    """
    if step.signed:
        trial.sign()
    for _ in trial.audio:
        trial.victim(step)
    trial.heir(step)
    asyncio.run(look(trial, step))


def _tell(**line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(kills: int, names: list[str]) -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    failed = 0
    with tempfile.TemporaryDirectory(prefix="hotline-chaos-") as name:
        folder = Path(name)
        Trial.new(folder / "warm", 1).warm_up()
        fresh = Trial.new(folder / "fresh", kills)
        archived: Trial | None = None
        for step in (STEPS[name] for name in names):
            if step.prepared and archived is None:
                archived = fresh.copy(folder / "archived")
                archived.prepare()
            trial = (archived if step.prepared and archived else fresh).copy(folder / step.name)
            begin, error = time.monotonic(), ""
            try:
                run_step(step, trial)
            except AssertionError as wrong:
                traceback.print_exc()
                error, failed = str(wrong) or "see above", failed + 1
            _tell(step=step.name, kills=kills, seconds=round(time.monotonic() - begin, 1), error=error)
            shutil.rmtree(folder / step.name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:] or list(STEPS)))
