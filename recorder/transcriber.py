"""The transcriber process: keeps a model at hand and transcribes recordings that wait for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event as ThreadEvent
from time import monotonic
from typing import Literal

import structlog
import vosk
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from core import outbox
from core.bus import Bus
from core.clock import SystemClock
from core.db import make_engine, make_sessions
from core.process import report, wait_for_database, wait_for_redis
from core.settings import Settings
from recorder.transcribe.download import Downloader
from recorder.transcribe.models import FoundModel, ModelFinder
from recorder.transcribe.protocol import TranscribeError, Transcriber
from recorder.transcribe.vosk_engine import VoskTranscriber
from recorder.transcripts import Transcripts

#: The state of transcription for `/status`: `{"state", "model", "is_test_model", "help"}`.
KEY = "hotline:transcription"
#: Seconds between two looks for a (better) model, and between two looks for work.
MODEL_LOOK_S = 30.0
WORK_LOOK_S = 1.0

log = structlog.get_logger()


class TranscriberLoop:
    """Finds a model, loads it, works; looks again and again, so that a better model is taken up."""

    def __init__(
        self,
        finder: ModelFinder,
        transcripts: Transcripts,
        redis: Redis,
        stop: asyncio.Event,
        *,
        load: Callable[[FoundModel], Transcriber] = VoskTranscriber,
        model_look_s: float = MODEL_LOOK_S,
    ) -> None:
        self._finder, self._transcripts, self._redis, self._stop = finder, transcripts, redis, stop
        self._load, self._model_look_s = load, model_look_s
        self._found: FoundModel | None = None
        self._transcriber: Transcriber | None = None
        self._looked_at = float("-inf")

    async def run(self) -> None:
        """Work until `stop` is set."""
        while not self._stop.is_set():
            if monotonic() - self._looked_at >= self._model_look_s:
                await self._look_for_model()
                self._looked_at = monotonic()
            try:
                if self._transcriber and await self._transcripts.run_one(self._transcriber):
                    continue
            except SQLAlchemyError as error:
                log.warning("database trouble; going on in a moment", why=str(error).splitlines()[0])
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), WORK_LOOK_S)

    async def _look_for_model(self) -> None:
        if await asyncio.to_thread(self._finder.may_download):
            await self._say("downloading")
            found = await asyncio.to_thread(self._finder.download)
        else:
            found = await asyncio.to_thread(self._finder.find)
        if found != self._found or (found and not self._transcriber):
            await self._take_up(found)
        await self._say("ready" if self._transcriber else "no_model")

    async def _take_up(self, found: FoundModel | None) -> None:
        self._found = found
        self._transcriber = None
        if found is None:
            log.warning("no speech model; recordings wait", help=self._finder.help())
            return
        try:
            self._transcriber = await asyncio.to_thread(self._load, found)
        except TranscribeError as error:
            log.error("the speech model does not load", why=str(error))
            return
        log.info("speech model loaded", model=found.name, is_test_model=found.is_test_model)

    async def _say(self, state: Literal["ready", "no_model", "downloading"]) -> None:
        """Tell `/status` and the heartbeat; a Redis that is away hears it at the next look."""
        model = self._found if state == "ready" else None
        status = {
            "state": state,
            "model": model.name if model else "",
            "is_test_model": bool(model and model.is_test_model),
            "help": self._finder.help() if state == "no_model" else "",
        }
        report(state if state != "ready" else "")
        try:
            await self._redis.set(KEY, json.dumps(status, ensure_ascii=False))
        except (RedisError, OSError) as error:
            log.debug("status not published: redis is away", error=str(error))


async def main(settings: Settings, stop: asyncio.Event) -> None:
    """Transcribe recordings until `stop` is set."""
    await wait_for_redis(settings, stop)
    await wait_for_database(settings, stop)
    engine = make_engine(settings.database_url)
    redis: Redis = Redis.from_url(settings.redis.url, socket_connect_timeout=2, socket_timeout=2)
    clock, stop_threads = SystemClock(), ThreadEvent()
    # The last of vosk's folders is where vosk itself would put a download.
    folder, memory = Path(vosk.MODEL_DIRS[-1]), settings.paths.state / "transcribe" / "download.json"
    downloader = Downloader(folder, memory, clock, stop_threads.is_set)
    sessions, bus = make_sessions(engine), Bus(settings.redis.url)
    transcripts = Transcripts(settings, sessions, clock, stop_threads)
    finder = ModelFinder(settings.transcribe, downloader)
    working = asyncio.create_task(TranscriberLoop(finder, transcripts, redis, stop).run())
    stopping = asyncio.create_task(stop.wait())
    try:
        async with outbox.relaying(sessions, bus, clock):
            await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
            stop_threads.set()
            await working
    finally:
        stop_threads.set()
        stopping.cancel()
        await bus.close()
        await redis.aclose()
        await engine.dispose()
