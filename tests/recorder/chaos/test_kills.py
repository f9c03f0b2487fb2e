"""A worker killed with SIGKILL at each step of a recording's life loses nothing and does nothing twice.

A small share of what `HOTLINE_CHAOS_ROUNDS=200` asks for, or `python -m bench chaos`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from core.settings import CHECKOUT
from tests.recorder.chaos.steps import STEPS

ROUNDS = int(os.environ.get("HOTLINE_CHAOS_ROUNDS", "2"))


@pytest.fixture(scope="module")
def results() -> Iterator[Iterator[dict[str, str]]]:
    """What a process of its own tells, step by step: this one has threads, and must not fork."""
    line = [sys.executable, "-m", "tests.recorder.chaos.kills", str(ROUNDS)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as zygote:
        assert zygote.stdout is not None
        yield map(json.loads, zygote.stdout)
        zygote.kill()


@pytest.mark.timeout(120 + 5 * ROUNDS)
@pytest.mark.parametrize("step", STEPS)
def test_killed(results: Iterator[dict[str, str]], step: str) -> None:
    told = next(results)
    while told["step"] != step:  # only some of the tests were asked for
        told = next(results)
    assert (told["error"], int(told["kills"]) >= ROUNDS) == ("", True)
