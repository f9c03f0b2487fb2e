"""Real ffmpeg, and legs as the switch leaves them."""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

import recorder.tables  # noqa: F401 - both declare the tables created below
from core import native
from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Paths, Settings
from core.tables import OutboxEntry
from recorder import queries
from recorder.ingest import Ingest
from recorder.legs import Legs, Side
from recorder.peaks import LOUDNESS
from recorder.tables import Recording

CALL_ID = "hl-1700000000.12"
#: Two seconds after the legs made by `make_legs` last grew.
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

MakeLegs = Callable[..., Legs]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    state = tmp_path / "state"
    (state / "spool").mkdir(parents=True)
    return Settings(paths=Paths(state=state, native=Settings().paths.native))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def make_legs(settings: Settings) -> MakeLegs:
    def make(caller: bytes | None, hotline: bytes | None, call_id: str = CALL_ID) -> Legs:
        legs = Legs(settings.spool_dir, call_id)
        for side, audio in zip(Side, (caller, hotline), strict=True):
            if audio is not None:
                legs.path(side).write_bytes(audio)
                os.utime(legs.path(side), (NOW.timestamp() - 2, NOW.timestamp() - 2))
        return legs

    return make


@pytest.fixture
def ingest(settings: Settings, sessions: SessionFactory, clock: FixedClock) -> Ingest:
    return Ingest(settings, sessions, clock)


async def row_of(sessions: SessionFactory) -> Recording:
    async with sessions() as session:
        found = await queries.recording_of(session, CALL_ID)
    assert found is not None
    return found


async def work_off(ingest: Ingest) -> None:
    while await ingest.run_one():
        pass


async def ready_events(sessions: SessionFactory) -> int:
    async with sessions() as session:
        counted = select(func.count()).where(OutboxEntry.type == "RecordingReady")
        return int(await session.scalar(counted) or 0)


def tone(hertz: float, seconds: float) -> bytes:
    """A loud sine as A-law: good enough to tell the two sides apart."""
    quiet = bytes(range(0xD5, 0x100)) + bytes(range(0xD5))
    levels = sorted(((LOUDNESS[code], code) for code in quiet), key=lambda pair: pair[0])
    positive = [code for _, code in levels if code & 0x80]
    negative = [code for _, code in levels if not code & 0x80]
    samples = bytearray()
    for at in range(round(seconds * 8000)):
        value = math.sin(2 * math.pi * hertz * at / 8000)
        half = positive if value >= 0 else negative
        wanted = abs(value) * 160
        samples.append(min(half, key=lambda code: abs(LOUDNESS[code] - wanted)))
    return bytes(samples)


@pytest.fixture(scope="session")
def speak(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """Mandarin speech as it comes down an A-law line, as A-law or as the samples that stands for."""
    folder = tmp_path_factory.mktemp("speech")
    settings = Settings()

    def say(sentence: str, *, pcm: bool = False) -> bytes:
        wav = folder / "said.wav"
        voice = ["-v", "cmn-latn-pinyin+f2", "-w", str(wav), sentence]
        subprocess.run(native.command(settings, "espeak-ng", *voice), check=True, capture_output=True)
        telephone = ["-ar", "8000", "-ac", "1", "-f"]
        alaw = _ffmpeg(settings, ["-i", str(wav), *telephone, "alaw"], b"")
        return _ffmpeg(settings, [*telephone, "alaw", "-i", "pipe:0", "-f", "s16le"], alaw) if pcm else alaw

    return say


def _ffmpeg(settings: Settings, args: list[str], audio: bytes) -> bytes:
    line = native.command(settings, "ffmpeg", "-v", "error", *args, "pipe:1")
    return subprocess.run(line, input=audio, check=True, capture_output=True).stdout
