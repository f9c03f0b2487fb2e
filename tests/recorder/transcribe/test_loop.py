"""The part `transcriber` with several recognisers, some of which are killed again and again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from datetime import timedelta
from typing import cast

import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Settings
from core.tables import OutboxEntry
from recorder.ingest import Ingest
from recorder.tables import Recording, Transcript
from recorder.transcribe.models import TEST_MODEL, FoundModel, ModelFinder
from recorder.transcribe.process import WorkerProcess
from recorder.transcriber import TranscriberLoop
from recorder.transcripts import Transcripts
from tests.conftest import poll
from tests.recorder.conftest import MakeLegs, tone, work_off

FAKE = [sys.executable, "-m", "tests.recorder.transcribe.fake_worker", "words"]
CALLS, KILLS = 8, 5


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database: what is tried here is processes."""
    return sqlite_url


class _Finder:
    def may_download(self) -> bool:
        return False

    def find(self) -> FoundModel:
        return FoundModel(TEST_MODEL, "tiny", True)


async def test_recognisers_killed_again_and_again_cost_nothing_but_time(
    settings: Settings,
    sessions: SessionFactory,
    clock: FixedClock,
    ingest: Ingest,
    make_legs: MakeLegs,
    redis_url: str,
) -> None:
    for number in range(CALLS):
        call_id = f"hl-1700000000.{number}"
        make_legs(tone(440, 0.2), b"\xd5" * 800, call_id)
        await ingest.stage(call_id)
    await work_off(ingest)
    workers: list[WorkerProcess] = []
    killed = 0

    def make(found: FoundModel) -> WorkerProcess:
        workers.append(WorkerProcess(settings, found, line=FAKE))
        return workers[-1]

    async def is_done() -> bool:
        nonlocal killed
        if not any(worker.is_busy for worker in workers):
            clock.advance(timedelta(seconds=1))  # what failed is tried again after a while
        busy = [worker.pid for worker in workers if worker.is_busy and worker.pid]
        if killed < KILLS and busy:
            os.kill(busy[0], signal.SIGKILL)
            killed += 1
        async with sessions() as session:
            done = select(func.count()).where(Recording.state == "transcribed")
            return await session.scalar(done) == CALLS

    redis, stop = Redis.from_url(redis_url), asyncio.Event()
    transcripts = Transcripts(settings, sessions, clock)
    finder = cast(ModelFinder, _Finder())
    loop = TranscriberLoop(finder, transcripts, sessions, redis, stop, make, count=2)
    running = asyncio.create_task(loop.run())
    try:
        await poll(is_done, "everything is transcribed", seconds=90)
    finally:
        stop.set()
        await running
        await redis.aclose()
    assert (killed, len(workers)) == (KILLS, 2)
    assert all(worker.pid is None for worker in workers)
    async with sessions() as session:
        written = Counter(
            tuple(row) for row in await session.execute(select(Transcript.recording_id, Transcript.side))
        )
        told = await session.scalar(select(func.count()).where(OutboxEntry.type == "TranscriptReady"))
    assert set(written.values()) == {1} and len(written) == 2 * CALLS
    assert told == CALLS
