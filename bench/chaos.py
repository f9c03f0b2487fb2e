"""Workers of the recorder killed by SIGKILL, so many times at each step of a recording's life; see
`tests/recorder/chaos`, which tries a small share of the same."""

from __future__ import annotations

import json
import subprocess
import sys

from bench.harness import save, table
from core.settings import CHECKOUT

NAME = "chaos"
#: Kills at each step unless the command line says otherwise.
KILLS = 200


def run(kills: int = KILLS) -> None:
    """Kill, print, save.

    Raises:
        AssertionError: something was lost, done twice, or left lying about; the table says at which step.
    """
    print(f"Chaos: workers killed {kills} times at each step")
    line = [sys.executable, "-m", "tests.recorder.chaos.kills", str(kills)]
    steps = []
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as zygote:
        assert zygote.stdout is not None
        for told in zygote.stdout:
            steps.append(json.loads(told))
            print(f"  {steps[-1]['step']}: {steps[-1]['error'] or 'nothing lost, nothing twice'}", flush=True)
    wrong = [one["step"] for one in steps if one["error"]]
    table(("step", "kills", "s"), [(one["step"], one["kills"], one["seconds"]) for one in steps])
    total = {
        "kills": sum(one["kills"] for one in steps),
        "failed": wrong,
        "seconds": sum(one["seconds"] for one in steps),
    }
    save(NAME, total | {"steps": steps})
    assert zygote.returncode == 0 and not wrong, f"not everything is whole after {wrong}"
