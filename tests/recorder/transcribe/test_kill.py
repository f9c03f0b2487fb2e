"""A transcriber killed with SIGKILL loses nothing and does nothing twice, wherever it is hit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.db import SessionFactory
from core.settings import CHECKOUT, Settings
from core.tables import OutboxEntry
from recorder.ingest import Ingest
from recorder.tables import Recording, RecordingState, Transcript
from recorder.transcribe.tables import TranscriptionJob
from tests.conftest import poll
from tests.recorder.conftest import NOW, MakeLegs, tone, work_off

CALLS = ("hl-1700000000.1", "hl-1700000000.2")
#: A dead worker's recordings are somebody else's by then.
LATER = NOW + timedelta(minutes=5)

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database: what is tried here is processes."""
    return sqlite_url


@pytest.fixture
def start(settings: Settings, database_url: str) -> Start:
    def start(now: datetime, step: str = "", what: str = "words") -> subprocess.Popen[str]:
        module = "tests.recorder.transcribe.killed_transcriber"
        line = [sys.executable, "-m", module, str(settings.paths.state), database_url, now.isoformat()]
        environment = {"PYTHONPATH": str(CHECKOUT), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
        return subprocess.Popen([*line, step, what], text=True, env=environment, cwd=CHECKOUT)

    return start


@pytest.fixture
async def waiting(ingest: Ingest, make_legs: MakeLegs) -> None:
    """Two verified recordings."""
    for call_id in CALLS:
        make_legs(tone(440, 0.3), b"\xd5" * 800, call_id)
        await ingest.stage(call_id)
    await work_off(ingest)


async def _assert_done_once(sessions: SessionFactory) -> None:
    async with sessions() as session:
        rows = list(await session.scalars(select(Recording).order_by(Recording.call_id)))
        found = await session.execute(select(Transcript.recording_id, Transcript.side, Transcript.version))
        written = sorted(tuple(one) for one in found)
        jobs = list(await session.scalars(select(TranscriptionJob.recording_id)))
        told = select(OutboxEntry.body).where(OutboxEntry.type == "TranscriptReady")
        events = list(await session.scalars(told))
    assert [(row.state, row.attempts, row.last_error) for row in rows] == [
        (RecordingState.TRANSCRIBED, 0, "")
    ] * len(CALLS)
    assert written == sorted((row.id, side, 1) for row in rows for side in ("caller", "hotline"))
    assert (len(events), len(set(events)), jobs) == (len(CALLS), len(CALLS), [])


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("step", ["claimed", "heard", "committing", "committed"])
async def test_killed_at(sessions: SessionFactory, start: Start, step: str) -> None:
    with start(NOW, step) as killed:
        killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    with start(LATER) as heir:
        heir.communicate(timeout=60)
    assert heir.returncode == 0
    await _assert_done_once(sessions)


@pytest.mark.usefixtures("waiting")
async def test_killed_while_its_recogniser_is_at_work(
    sessions: SessionFactory, settings: Settings, start: Start
) -> None:
    begun = settings.paths.state / "begun"

    async def is_at_work() -> bool:
        return _read(begun) != ""

    async def is_gone() -> bool:
        return not _lives(_read(begun))

    with start(NOW, what="wait") as killed:
        await poll(is_at_work, "the recogniser is at work")
        os.kill(killed.pid, signal.SIGKILL)
    await poll(is_gone, "the recogniser has gone with its parent")
    with start(LATER) as heir:
        heir.communicate(timeout=60)
    await _assert_done_once(sessions)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _lives(process: str) -> bool:
    """Whether a process is there and no zombie."""
    stat = _read(Path(f"/proc/{process}/stat"))
    return stat != "" and stat.rpartition(")")[2].split()[0] != "Z"
