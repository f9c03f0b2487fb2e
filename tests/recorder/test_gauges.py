from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import FixedClock
from recorder.gauges import Disk, DiskGuard, DiskState, Space, space


def test_the_alarm_is_loud_repeated_and_taken_back(
    tmp_path: Path, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    free = {"mib": 500}
    guard = DiskGuard([tmp_path], 200, measure=lambda _: Space(free["mib"], 1000))
    assert guard.check(clock.now()) == Disk(500, 200, 50.0, 0)
    free["mib"] = 199
    assert guard.check(clock.now()) == guard.check(clock.now())
    assert guard.look() == Disk(199, 200, 19.9, 0, disk_alarm=True, disk=DiskState.LOW)
    assert capsys.readouterr().out.count("ALARM") == 1
    clock.advance(timedelta(minutes=10))
    guard.check(clock.now())
    assert capsys.readouterr().out.count("ALARM") == 1
    free["mib"] = 200
    assert not guard.check(clock.now()).disk_alarm
    assert "has room again" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("free", "state"), [(200, DiskState.OK), (199, DiskState.LOW), (8, DiskState.LOW), (7, DiskState.FULL)]
)
def test_a_fifth_of_the_disk_is_kept_free(tmp_path: Path, free: int, state: DiskState) -> None:
    disk = DiskGuard([tmp_path], 0, 20, measure=lambda _: Space(free, 1000)).look()
    assert (disk.disk, disk.disk_alarm) == (state, state != DiskState.OK)


def test_the_fullest_disk_is_told_of(tmp_path: Path) -> None:
    spool, archive = tmp_path / "spool", tmp_path / "archive"
    rooms = {spool: Space(900, 1000), archive: Space(3, 1000)}
    guard = DiskGuard([spool, archive], 200, 20, measure=rooms.__getitem__)
    assert guard.look().free_mib == 3
    assert guard.is_low(archive) and not guard.is_low(spool)


def test_a_folder_that_does_not_exist_yet_is_measured_too(tmp_path: Path) -> None:
    there = space(tmp_path)
    assert space(tmp_path / "not" / "yet").free_mib == pytest.approx(there.free_mib, abs=64)
    assert there.total_mib > there.free_mib > 0
