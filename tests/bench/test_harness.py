"""The harness counts CPU time, judges SIPp's word and takes medians. How fast anything is, no test says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench.harness import cpu_s, medians
from bench.load import Load, judgement

BUSY = "import time\nwhile time.process_time() < 0.3: pass"


def test_cpu_time_of_a_child_that_has_ended_is_counted() -> None:
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}]); print(1); input()"
    with subprocess.Popen(
        [sys.executable, "-uc", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert cpu_s({"it": process.pid})["it"] >= 0.25
        process.communicate(b"\n")


def test_cpu_time_of_a_child_that_lives_is_counted() -> None:
    child = f"{BUSY}\nprint(1, flush=True)\ninput()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert cpu_s({"it": process.pid})["it"] >= 0.25
        process.communicate(b"\n")


def test_cpu_time_of_nobody_is_nothing() -> None:
    assert cpu_s({"gone": 2**22 + 1}) == {"gone": 0.0}


def test_medians_are_taken_column_by_column() -> None:
    rows = [{"a": 1.0, "b": 9.0}, {"a": 5.0, "b": 7.0}, {"a": 2.0, "b": 8.0}]
    assert medians(rows) == {"a": 2.0, "b": 8.0}


def test_a_call_sipp_does_not_call_a_success_has_failed(tmp_path: Path) -> None:
    stat = tmp_path / "stat.csv"
    stat.write_text("CurrentCall;SuccessfulCall(C);FailedCall(C)\n3;0;0\n2;1;1\n0;2;1\n")
    placed = judgement(stat, Load(calls=4, hold_s=1.0))
    assert (placed.succeeded, placed.failed, placed.together) == (2, 2, 3)
