"""A day is reconciled once, after its end; the command fails when something differs."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Settings
from hotline.reconcile import as_text, last_day, reconcile_if_due
from ivr.reconciliation.compare import Difference
from ivr.reconciliation.reconcile import Report


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 22, 18, 59, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 22, 19, 0, tzinfo=UTC), date(2026, 11, 22)),
    ],
)
def test_a_day_is_due_three_hours_after_its_end_in_china(now: datetime, day: date) -> None:
    assert last_day(now) == day


async def test_each_day_once_and_again_when_it_was_too_early(
    sessions: SessionFactory, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_PATHS_STATE", str(tmp_path))
    settings = Settings()
    assert await reconcile_if_due(settings, sessions, clock) == Report(0, 0, ())
    assert await reconcile_if_due(settings, sessions, clock) is None
    clock.advance(timedelta(days=1))
    assert await reconcile_if_due(settings, sessions, clock) is not None


def test_for_eyes() -> None:
    report = Report(2, 3, (Difference("h1-1.0", "talk", "22.000", "32", 9.0),))
    assert as_text(date(2026, 11, 23), report).splitlines() == [
        "2026-11-23: 2 calls, 3 entries into queues, difference 9 s in 1 calls",
        "  h1-1.0 talk: ledger 22.000, queue log 32 (9 s)",
    ]


def _command(url: str, tmp_path: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environment = {"HOTLINE_DATABASE_URL": url, "HOTLINE_PATHS_STATE": str(tmp_path), "PATH": ""}
    line = [sys.executable, "-m", "hotline", "reconcile", *args]
    return subprocess.run(line, env=environment, capture_output=True, text=True, check=False)


def test_for_scripts(sqlite_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "asterisk" / "log"
    folder.mkdir(parents=True)
    nothing = _command(sqlite_url, tmp_path, "--day", "2026-11-23", "--json")
    assert nothing.returncode == 0, nothing.stderr
    assert json.loads(nothing.stdout)["difference_calls"] == 0
    at = int(datetime(2026, 11, 23, 4, tzinfo=UTC).timestamp())
    (folder / "queue_log").write_text(
        f"{at}|h1-1.0|q-general|NONE|ENTERQUEUE||1|1\n{at + 9}|h1-1.0|q-general|NONE|ABANDON|1|1|9\n"
    )
    found = _command(sqlite_url, tmp_path, "--day", "2026-11-23", "--json")
    assert (found.returncode, json.loads(found.stdout)["difference_s"]) == (1, 9.0)
    wrong = _command(sqlite_url, tmp_path, "--day", "yesterday")
    assert wrong.returncode == 69 and "is not a day" in wrong.stderr
