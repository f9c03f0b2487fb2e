"""A call of six hours: all of it, in a few mebibytes of memory, and its last minute where it should be."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import CHECKOUT
from tests.recorder.chaos.long_call import BYTES_PER_S

HOURS = 6
SECONDS = HOURS * 3600
#: Ten seconds of both sides, a sealed chunk, the waveform's values; the archive copy alone is 62.
MOST_MIB = 32


@pytest.mark.timeout(300)
def test_six_hours_in_constant_memory(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "tests.recorder.chaos.long_call", str(tmp_path / "state"), str(HOURS)]
    done = subprocess.run(line, capture_output=True, text=True, cwd=CHECKOUT, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.pop("grown_mib") < MOST_MIB
    assert told == {
        "duration_s": SECONDS,
        "audio_bytes": SECONDS * BYTES_PER_S,
        "steps": [SECONDS * 10, SECONDS * 10],
        "last_minute_is_right": True,
    }
