"""A worker killed with SIGKILL loses nothing and does nothing twice, wherever it is hit."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from core.db import SessionFactory
from core.settings import CHECKOUT, Settings
from core.tables import OutboxEntry
from recorder.legs import Legs, Side
from recorder.tables import Recording, RecordingState
from recorder.vault.keys import Keyring
from tests.recorder.conftest import CALL_ID, NOW, MakeLegs, tone

#: (step to die at, which time it comes by, whether the recording counts as verified by then)
STEPS = [
    ("staged", 1, False),
    ("claimed", 1, False),
    ("encoding", 1, False),
    ("encoded", 1, False),
    ("sealed", 1, False),
    ("stored", 1, False),
    ("committing-archived", 1, False),
    ("committed-archived", 1, False),
    ("claimed", 2, False),
    ("checked", 1, False),
    ("committing-verified", 1, False),
    ("committed-verified", 1, True),
    ("clearing", 1, True),
    ("cleared", 1, True),
]
#: The spool's legs are orphans to the sweep from here on.
START = NOW + timedelta(minutes=11)


StartWorker = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def worker(settings: Settings, database_url: str) -> StartWorker:
    """Starts a worker that believes it is `now` and dies at a step."""

    def start(now: datetime, step: str = "", times: int = 1) -> subprocess.Popen[str]:
        script = str(Path(__file__).with_name("killed_worker.py"))
        state = str(settings.paths.state)
        line = [sys.executable, script, state, database_url, now.isoformat(), step, str(times)]
        environment = {"PYTHONPATH": str(CHECKOUT), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
        return subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment, cwd=CHECKOUT)

    return start


async def _rows(sessions: SessionFactory) -> list[Recording]:
    async with sessions() as session:
        return list(await session.scalars(select(Recording).order_by(Recording.call_id)))


async def _assert_all_done(settings: Settings, sessions: SessionFactory, audio: dict[str, bytes]) -> None:
    rows = await _rows(sessions)
    assert [row.call_id for row in rows] == sorted(audio)
    for row in rows:
        assert (row.state, row.last_error) == (RecordingState.VERIFIED, "")
        assert row.caller_sha256 == sha256(audio[row.call_id]).hexdigest()
        archived = (settings.archive_dir / row.archive_key).read_bytes()
        assert row.archive_sha256 == sha256(archived).hexdigest()
    files = [path for path in settings.archive_dir.rglob("*") if path.is_file()]
    assert list((settings.paths.state / "sealing").iterdir()) == []
    assert len(Keyring.of(settings).ids()) == 1
    assert sorted(files) == sorted(settings.archive_dir / row.archive_key for row in rows)
    assert list(settings.spool_dir.iterdir()) == []
    async with sessions() as session:
        events = await session.scalars(select(OutboxEntry.body).where(OutboxEntry.type == "RecordingReady"))
        assert len(events.all()) == len(rows)


@pytest.mark.parametrize(("step", "times", "is_verified"), STEPS, ids=[f"{s}-{n}" for s, n, _ in STEPS])
async def test_killed_at(
    settings: Settings,
    sessions: SessionFactory,
    make_legs: MakeLegs,
    worker: StartWorker,
    step: str,
    times: int,
    is_verified: bool,
) -> None:
    caller = tone(440, 0.5)
    legs = make_legs(caller, tone(700, 0.4))
    with worker(START, step, times) as killed:
        killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    (row,) = await _rows(sessions)
    assert (row.state == RecordingState.VERIFIED) == is_verified
    assert is_verified or legs.path(Side.CALLER).read_bytes() == caller
    with worker(START + timedelta(minutes=5)) as heir:
        heir.communicate(timeout=60)
    assert heir.returncode == 0
    await _assert_all_done(settings, sessions, {CALL_ID: caller})


async def test_killed_again_and_again_at_any_instant(
    settings: Settings, sessions: SessionFactory, make_legs: MakeLegs, worker: StartWorker
) -> None:
    seed = random.randrange(1 << 30)
    print("seed", seed)  # noqa: T201 - shown when the test fails
    chance = random.Random(seed)
    audio = {f"hl-1700000000.{number}": tone(300 + 50 * number, 0.3) for number in range(4)}
    for call_id, caller in audio.items():
        make_legs(caller * 20, caller, call_id)
        audio[call_id] = caller * 20
    now = START
    for _ in range(6):
        with worker(now) as hit:
            assert hit.stdout is not None
            hit.stdout.readline()
            await asyncio.sleep(chance.uniform(0, 0.5))  # the instant is the point
            hit.kill()
        for call_id, caller in audio.items():
            left = Legs(settings.spool_dir, call_id).path(Side.CALLER)
            done = {row.call_id for row in await _rows(sessions) if row.state == RecordingState.VERIFIED}
            assert call_id in done or left.read_bytes() == caller
        now += timedelta(minutes=5)
    with worker(now) as heir:
        heir.communicate(timeout=60)
    await _assert_all_done(settings, sessions, audio)
