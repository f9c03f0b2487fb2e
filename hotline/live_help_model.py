"""The speech model of live help: the one recordings are transcribed with, found in the same places."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog
import vosk

from core.clock import Clock
from core.process import report
from core.settings import Settings
from recorder.transcribe.download import Downloader
from recorder.transcribe.models import ModelFinder
from recorder.transcribe.protocol import TranscribeError
from recorder.transcribe.vosk_engine import VoskTranscriber

#: The part `transcriber` fetches models; here one is only looked for, so often, seconds.
LOOK_S = 30.0

log = structlog.get_logger()


async def when_there_is_a_model(
    settings: Settings, stop: asyncio.Event, clock: Clock, stopped: Callable[[], bool]
) -> VoskTranscriber | None:
    """The loaded model, as soon as there is one; None when asked to stop first."""
    memory = settings.paths.state / "transcribe" / "download.json"
    downloader = Downloader(Path(vosk.MODEL_DIRS[-1]), memory, clock, stopped)
    finder = ModelFinder(settings.transcribe, downloader)
    while not stop.is_set():
        found = await asyncio.to_thread(finder.find)
        if found:
            try:
                return await asyncio.to_thread(VoskTranscriber, found)
            except TranscribeError as error:
                log.error("the speech model does not load", why=str(error))
        report("no speech model")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_S)
    return None
