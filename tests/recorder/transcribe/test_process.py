"""A recogniser in a process of its own, and what becomes of a recording when that process dies."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Settings
from recorder.ffmpeg import StoppedError
from recorder.ingest import Ingest
from recorder.tables import Recording, RecordingState, Transcript
from recorder.transcribe.models import TEST_MODEL, FoundModel
from recorder.transcribe.process import JobError, WorkerProcess
from recorder.transcribe.protocol import TranscribeError
from recorder.transcripts import Transcripts
from tests.conftest import poll
from tests.recorder.conftest import CALL_ID, MakeLegs, row_of, tone, work_off

FOUND = FoundModel(TEST_MODEL, "vosk-hotline-tiny", True)
FAKE = [sys.executable, "-m", "tests.recorder.transcribe.fake_worker"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database: what is tried here is processes."""
    return sqlite_url


@asynccontextmanager
async def _worker(settings: Settings, *line: str) -> AsyncIterator[WorkerProcess]:
    worker = WorkerProcess(settings, FOUND, ["路灯", "没有这个词"], **({"line": line} if line else {}))
    try:
        yield worker
    finally:
        await worker.end()


@pytest.fixture
async def recording(ingest: Ingest, sessions: SessionFactory, make_legs: MakeLegs) -> Recording:
    make_legs(tone(440, 0.5), b"\xd5" * 800)
    await ingest.stage(CALL_ID)
    await work_off(ingest)
    return await row_of(sessions)


async def _transcripts(sessions: SessionFactory) -> list[str]:
    async with sessions() as session:
        found = await session.scalars(select(Transcript).order_by(Transcript.side))
        return [one.text for one in found]


async def test_vosk_in_a_process_hears_and_tells_what_it_knows(
    settings: Settings,
    ingest: Ingest,
    sessions: SessionFactory,
    make_legs: MakeLegs,
    speak: Callable[..., bytes],
) -> None:
    make_legs(speak("路灯不亮"), b"\xd5" * 800)
    await ingest.stage(CALL_ID)
    await work_off(ingest)
    async with _worker(settings) as worker:
        caller, hotline = await worker.hear(await row_of(sessions), lambda: False)
        assert (caller.heard.text, hotline.heard.text) == ("路灯不亮", "")
        assert 0 < caller.fed_s <= caller.audio_s
        assert (worker.engine, worker.model) == ("vosk", "vosk-hotline-tiny")
        assert worker.vocabulary is not None
        assert (worker.vocabulary["graph"], worker.vocabulary["known"]) == ("static", 1)
        assert worker.vocabulary["missing"] == ["没有这个词"]
        niceness = os.getpriority(os.PRIO_PROCESS, worker.pid or 0)
        assert niceness == os.getpriority(os.PRIO_PROCESS, 0) + settings.transcribe.nice


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
async def test_a_killed_worker_costs_one_try_and_nothing_else(
    settings: Settings,
    sessions: SessionFactory,
    clock: FixedClock,
    recording: Recording,
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    transcripts, begun = Transcripts(settings, sessions, clock), tmp_path / "begun"
    async with _worker(settings, *FAKE, "wait", str(begun)) as worker:
        working = asyncio.create_task(transcripts.work(worker))
        await poll(lambda: _is_there(begun), "the worker has begun")
        os.kill(int(_read(begun)), number)
        assert await working
        assert worker.pid is None and not worker.is_busy
    row = await row_of(sessions)
    assert (row.state, row.attempts, row.leased_until) == (RecordingState.VERIFIED, 1, None)
    assert f"killed by {number.name}" in row.last_error
    assert await _transcripts(sessions) == []
    clock.advance(timedelta(seconds=10))
    async with _worker(settings, *FAKE, "words") as heir:
        assert await transcripts.work(heir)
        assert not await transcripts.work(heir)
    assert await _transcripts(sessions) == ["路灯不亮", ""]


async def _is_there(path: Path) -> bool:
    return bool(_read(path))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


async def test_a_worker_that_died_is_replaced(
    settings: Settings, sessions: SessionFactory, recording: Recording
) -> None:
    async with _worker(settings, *FAKE, "words") as worker:
        await worker.start()
        first = worker.pid
        assert first
        os.kill(first, signal.SIGKILL)
        await poll(lambda: _is_gone(worker), "the parent knows")
        assert (await worker.hear(recording, lambda: False))[0].heard.text == "路灯不亮"
        assert worker.pid not in (None, first)


async def _is_gone(worker: WorkerProcess) -> bool:
    return worker.pid is None


@pytest.mark.parametrize(
    ("what", "kind", "words"),
    [
        ("crash", TranscribeError, "killed by SIGSEGV"),
        ("stubborn", JobError, "no such luck"),
        ("rubbish", JobError, "AttributeError"),
        ("broken", TranscribeError, "cannot load vosk-hotline-tiny"),
    ],
)
async def test_what_goes_wrong_is_readable(
    settings: Settings, recording: Recording, what: str, kind: type[TranscribeError], words: str
) -> None:
    async with _worker(settings, *FAKE, what) as worker:
        with pytest.raises(kind, match=words):
            await worker.hear(recording, lambda: False)
        assert (worker.pid is not None) == (kind is JobError)


async def test_a_program_that_is_no_recogniser_is_refused(settings: Settings) -> None:
    async with _worker(settings, sys.executable, "-c", "print('hello, dear parent')") as worker:
        with pytest.raises(TranscribeError, match=r"ended|no sense"):
            await worker.start()


@pytest.mark.parametrize("how", ["give up", "leave"])
async def test_asked_to_stop_it_does_and_gives_the_recording_back(
    settings: Settings,
    sessions: SessionFactory,
    clock: FixedClock,
    recording: Recording,
    tmp_path: Path,
    how: str,
) -> None:
    begun = tmp_path / "begun"
    async with _worker(settings, *FAKE, "wait", str(begun)) as worker:
        asked = asyncio.Event()
        if how == "leave":
            work: Awaitable[object] = Transcripts(settings, sessions, clock).work(worker)
        else:
            work = worker.hear(recording, asked.is_set)
        working = asyncio.ensure_future(work)
        await poll(lambda: _is_there(begun), "the worker has begun")
        if how == "leave":
            worker.leave()
            assert await working
        else:
            asked.set()
            with pytest.raises(StoppedError):
                await working
        process = int(_read(begun))
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
    row = await row_of(sessions)
    assert (row.state, row.attempts, row.leased_until) == (RecordingState.VERIFIED, 0, None)
