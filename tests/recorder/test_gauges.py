from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import FixedClock
from recorder.gauges import DiskGuard, free_mib


def test_the_alarm_is_loud_repeated_and_taken_back(
    tmp_path: Path, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    free = {"mib": 500}
    guard = DiskGuard(tmp_path, 200, measure=lambda _: free["mib"])
    assert guard.check(clock.now()) == (500, False)
    free["mib"] = 199
    assert guard.check(clock.now()) == guard.check(clock.now()) == (199, True)
    assert capsys.readouterr().out.count("ALARM") == 1
    clock.advance(timedelta(minutes=10))
    guard.check(clock.now())
    assert capsys.readouterr().out.count("ALARM") == 1
    free["mib"] = 200
    assert guard.check(clock.now()) == (200, False)
    assert "has room again" in capsys.readouterr().out


def test_a_folder_that_does_not_exist_yet_is_measured_too(tmp_path: Path) -> None:
    assert free_mib(tmp_path / "not" / "yet") == pytest.approx(free_mib(tmp_path), abs=64)
