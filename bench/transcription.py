"""How fast calls are transcribed: the product's recognisers beside the plain vosk command line, same calls.

Each call is two people taking turns, with the silences calls have. Ours reads sealed archive copies, hears
each side by itself and commits transcripts; `vosk-transcriber` reads WAV files: both sides mixed into one (as
it does with a recording of two channels), and each side by itself (as much as ours says). All use every core.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from itertools import cycle
from pathlib import Path
from typing import Any

from bench import speech
from bench.cer import found_model
from bench.harness import medians, save, table, there_and_back
from core import migrate
from core.clock import SystemClock
from core.db import SessionFactory, begin_write, make_engine, make_sessions
from core.settings import Database, Paths, Settings, Transcribe
from recorder.ingest import Ingest
from recorder.legs import SILENCE, Legs, Side
from recorder.transcribe.again import Wanted, put_back
from recorder.transcribe.models import FoundModel
from recorder.transcribe.process import WorkerProcess
from recorder.transcripts import Transcripts

NAME = "transcription"
CALLS = 16
#: Turns of a call; after each, seconds of nobody speaking.
TURNS, PAUSES_S = 12, (0.5, 1.5, 4.0, 1.0)
SIDES = ("plain, both sides mixed", "plain, each side", "ours, silence heard too", "ours")


def run(rounds: int, model: Path | None = None) -> None:
    """Measure, print, save."""
    found = found_model(model)
    with tempfile.TemporaryDirectory(prefix="hotline-transcription-") as name:
        asyncio.run(_run(rounds, found, Path(name)))


async def _run(rounds: int, found: FoundModel, work: Path) -> None:
    settings = _settings(work)
    for folder in (settings.spool_dir, settings.archive_dir, work / "mixed", work / "sides"):
        folder.mkdir(parents=True, exist_ok=True)
    await migrate.upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    sessions = make_sessions(engine)
    length_s, speech_s = _make_calls(settings, work)
    await _archive(settings, sessions)
    print(
        f"Transcription: {CALLS} calls, {length_s / 60:.1f} minutes, model {found.name}, "
        f"{os.cpu_count()} cores"
    )
    rows = []
    for number in range(rounds + 1):
        row: dict[str, float] = {}
        for side in there_and_back(SIDES, number):
            row[side] = await _once(side, settings, sessions, found, work)
        if number:  # the first warms up
            rows.append(row)
    await engine.dispose()
    _tell(rows, found, length_s, speech_s)


def _tell(rows: list[dict[str, float]], found: FoundModel, length_s: float, speech_s: float) -> None:
    took = medians(rows)
    ratios = {side: took[SIDES[1]] / took[side] for side in SIDES}
    print()
    lines = [
        (side, f"{took[side]:.2f}", f"{length_s / took[side]:.1f}", f"{ratios[side]:.2f}") for side in SIDES
    ]
    table(("", "seconds", "x real time", "x plain, each side"), lines)
    result = {"model": found.name, "calls": CALLS, "audio_s": length_s, "speech_s": speech_s}
    save(NAME, result | {"seconds": took, "ratio_to_plain_each_side": ratios, "rounds": rows})


async def _once(
    side: str, settings: Settings, sessions: SessionFactory, found: FoundModel, work: Path
) -> float:
    if side.startswith("plain"):
        audio = work / ("mixed" if side == SIDES[0] else "sides")
        return await asyncio.to_thread(speech.plain, settings, found.path, audio, work / "texts")
    async with sessions() as session:
        await begin_write(session)
        await put_back(session, Wanted())
        await session.commit()
    skips = Transcribe(skip_silence=side == SIDES[3], nice=0)
    settings = settings.model_copy(update={"transcribe": skips})
    workers = [WorkerProcess(settings, found) for _ in range(os.cpu_count() or 1)]
    begin = time.monotonic()
    await asyncio.gather(*(_work_off(Transcripts(settings, sessions, SystemClock()), one) for one in workers))
    took = time.monotonic() - begin
    for worker in workers:
        await worker.end()
    return took


async def _work_off(transcripts: Transcripts, worker: WorkerProcess) -> None:
    while await transcripts.work(worker):
        pass


async def _archive(settings: Settings, sessions: SessionFactory) -> None:
    ingest = Ingest(settings, sessions, SystemClock())
    for number in range(CALLS):
        await ingest.stage(_call_id(number))
    end = time.monotonic() + 120
    while list(settings.spool_dir.glob("*.alaw")):
        if not await ingest.run_one():
            assert time.monotonic() < end, "the calls were not archived"
            await asyncio.sleep(0.2)


def _make_calls(settings: Settings, work: Path) -> tuple[float, float]:
    """Legs in the spool and WAV files beside; seconds of all calls, and seconds of speech in them."""
    said = [
        speech.speak(settings, work, sentence, speech.VOICES[number % 2])
        for number, sentence in enumerate(speech.sentences())
    ]
    turns, pauses = cycle(said), cycle(PAUSES_S)
    length = spoken = 0
    for number in range(CALLS):
        call = {side: bytearray() for side in Side}
        for turn in range(TURNS):
            speaker = list(Side)[turn % 2]
            words, pause = next(turns), SILENCE * round(next(pauses) * speech.RATE)
            spoken += len(words)
            for side in Side:
                call[side] += (words if side is speaker else SILENCE * len(words)) + pause
        length += len(call[Side.CALLER])
        legs = Legs(settings.spool_dir, _call_id(number))
        for side in Side:
            legs.path(side).write_bytes(call[side])
            speech.write_wav(settings, bytes(call[side]), work / "sides" / f"{number:02d}-{side}.wav")
        # Nobody speaks while the other does: what is no silence of one side is the mix.
        quiet = SILENCE[0]
        both = zip(call[Side.CALLER], call[Side.HOTLINE], strict=True)
        mixed = bytes(one if one != quiet else other for one, other in both)
        speech.write_wav(settings, mixed, work / "mixed" / f"{number:02d}.wav")
    return length / speech.RATE, spoken / speech.RATE


def _call_id(number: int) -> str:
    return f"hl-1700000000.{number + 1}"


def _settings(work: Path) -> Settings:
    found: dict[str, Any] = {
        "paths": Paths(state=work / "state", native=Settings().paths.native),
        "database": Database(url=f"sqlite+aiosqlite:///{work / 'bench.db'}"),
    }
    settings = Settings(**found)
    return settings.model_copy(
        update={"recording": settings.recording.model_copy(update={"keep_staging_hours": 0})}
    )
