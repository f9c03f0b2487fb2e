"""SIGKILL at every step of a recording's life, so many times each; then one heir, and a look at everything.

    python -m tests.recorder.chaos.kills KILLS [STEP …]

One warm process forks each victim, so that a kill costs a fork and the work itself. For each step: KILLS
workers one after the other, each of which dies at that step with a call of its own, or where dying there
changes nothing in the books, with a call that ten die with; then, when the leases of the dead are over, one
that nobody kills. Prints a line a step as JSON: {"step", "kills", "seconds", "error"}, the
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

#: Workers that die with one call, at steps where that can be.
_DEATHS = 10


def run_step(step: Step, trial: Trial, deaths: int) -> None:
    """So many kills for each call, an heir, and the look.

    Raises:
        AssertionError: something was lost, done twice, or left lying about.
    """
    if step.signed:
        trial.sign()
    for late in range(deaths):
        for _ in trial.audio:
            trial.victim(step, late)
    trial.heir(step, deaths)
    asyncio.run(look(trial, step))


class Made:
    """Calls to copy, made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._made = folder, dict[tuple[int, bool], Trial]()

    def trial(self, calls: int, prepared: bool) -> Trial:
        if (calls, prepared) not in self._made:
            place = self._folder / f"{calls}-{prepared}"
            trial = self.trial(calls, False).copy(place) if prepared else Trial.new(place, calls)
            if prepared:
                trial.prepare()
            self._made[calls, prepared] = trial
        return self._made[calls, prepared]


def _tell(**line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(kills: int, names: list[str]) -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    failed = 0
    with tempfile.TemporaryDirectory(prefix="hotline-chaos-") as name:
        folder = Path(name)
        Trial.new(folder / "warm", 1).warm_up()
        made = Made(folder)
        for step in (STEPS[name] for name in names):
            deaths = min(_DEATHS, kills) if step.again else 1
            trial = made.trial(-(-kills // deaths), step.prepared).copy(folder / step.name)
            begin, error = time.monotonic(), ""
            try:
                run_step(step, trial, deaths)
            except AssertionError as wrong:
                traceback.print_exc()
                error, failed = str(wrong) or "see above", failed + 1
            told = len(trial.audio) * deaths
            _tell(step=step.name, kills=told, seconds=round(time.monotonic() - begin, 1), error=error)
            shutil.rmtree(folder / step.name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:] or list(STEPS)))
