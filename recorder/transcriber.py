"""The transcriber process: finds a model, keeps recognisers' processes, and gives them what waits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event as ThreadEvent
from typing import Literal

import structlog
import vosk
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from core import outbox
from core.bus import Bus
from core.clock import SystemClock
from core.db import SessionFactory, make_engine, make_sessions
from core.process import report, wait_for_database, wait_for_redis
from core.settings import Settings
from recorder.transcribe.domain import said_of
from recorder.transcribe.download import Downloader
from recorder.transcribe.models import FoundModel, ModelFinder
from recorder.transcribe.process import WorkerProcess
from recorder.transcribe.protocol import TranscribeError
from recorder.transcribe.queue import Backlog, Marks, backlog
from recorder.transcripts import Transcripts

#: The state of transcription for `/status`: see `web.api.models.TranscriptionAnswer`.
KEY = "hotline:transcription"
#: Seconds between two looks for a (better) model, between two looks for work, and between two reports.
MODEL_LOOK_S = 30.0
WORK_LOOK_S = 1.0
SAY_S = 5.0

State = Literal["ready", "no_model", "downloading"]
Make = Callable[[FoundModel], WorkerProcess]

log = structlog.get_logger()


class TranscriberLoop:
    """Keeps `count` recognisers at work; looks for a better model again and again, and takes it up."""

    def __init__(
        self,
        finder: ModelFinder,
        transcripts: Transcripts,
        sessions: SessionFactory,
        redis: Redis,
        stop: asyncio.Event,
        make: Make,
        *,
        count: int = 1,
        model_look_s: float = MODEL_LOOK_S,
    ) -> None:
        self._finder, self._transcripts, self._sessions = finder, transcripts, sessions
        self._redis, self._stop, self._make = redis, stop, make
        self._count, self._model_look_s = count, model_look_s
        self._found: FoundModel | None = None
        self._workers: list[WorkerProcess] = []
        self._slots: list[asyncio.Task[None]] = []
        self._trouble = ""
        self._state: State = "no_model"

    async def run(self) -> None:
        """Work until `stop` is set."""
        saying = asyncio.create_task(self._say_often())
        try:
            while not self._stop.is_set():
                await self._look_for_model()
                await self._wait(self._model_look_s)
        finally:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)
            await self._dismiss()

    async def _look_for_model(self) -> None:
        if await asyncio.to_thread(self._finder.may_download):
            await self._say("downloading")
            found = await asyncio.to_thread(self._finder.download)
        else:
            found = await asyncio.to_thread(self._finder.find)
        if found != self._found or (found and not self._workers):
            await self._take_up(found)
        await self._say("ready" if self._workers else "no_model")

    async def _take_up(self, found: FoundModel | None) -> None:
        await self._dismiss()
        self._found, self._trouble = found, ""
        if found is None:
            log.warning("no speech model; recordings wait", help=self._finder.help())
            return
        first = self._make(found)
        try:
            await first.start()
        except (TranscribeError, OSError) as error:
            self._trouble = str(error)
            log.error("the speech model does not load", why=self._trouble)
            return
        self._workers = [first, *(self._make(found) for _ in range(self._count - 1))]
        self._slots = [
            asyncio.create_task(self._slot(number, one)) for number, one in enumerate(self._workers)
        ]
        words = said_of(first.vocabulary)
        log.info("speech model loaded", model=found.name, is_test_model=found.is_test_model, words=words)

    async def _dismiss(self) -> None:
        """Let the recognisers go; what they were at is given back at once."""
        for worker in self._workers:
            worker.leave()
        await asyncio.gather(*self._slots)
        self._workers, self._slots = [], []

    async def _slot(self, number: int, worker: WorkerProcess) -> None:
        """One recogniser's days. The idle ones take turns in looking for work."""
        await self._wait(number * WORK_LOOK_S)
        while not self._stop.is_set() and not worker.is_leaving:
            try:
                await worker.start()
                if await self._transcripts.work(worker):
                    continue
            except SQLAlchemyError as error:
                log.warning("database trouble; going on in a moment", why=str(error).splitlines()[0])
            except (TranscribeError, OSError) as error:
                log.error("a recogniser does not start", why=str(error))
            await self._wait(self._count * WORK_LOOK_S)
        await worker.end()

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def _say_often(self) -> None:
        while True:
            await asyncio.sleep(SAY_S)
            await self._say(self._state)

    async def _say(self, state: State) -> None:
        """Tell `/status` and the heartbeat; a Redis that is away hears it at the next look."""
        self._state = state
        model = self._found if state == "ready" else None
        left = await self._backlog()
        status = {
            "state": state,
            "model": model.name if model else "",
            "is_test_model": bool(model and model.is_test_model),
            "help": (self._trouble or self._finder.help()) if state == "no_model" else "",
            "words": said_of(self._workers[0].vocabulary) if self._workers else "",
            "workers": sum(worker.pid is not None for worker in self._workers),
            "busy": sum(worker.is_busy for worker in self._workers),
            "waiting": left.waiting,
            "failed": left.failed,
            "last_error": left.last_error,
        }
        report(state if state != "ready" else "")
        try:
            await self._redis.set(KEY, json.dumps(status, ensure_ascii=False))
        except (RedisError, OSError) as error:
            log.debug("status not published: redis is away", error=str(error))

    async def _backlog(self) -> Backlog:
        try:
            async with self._sessions() as session:
                return await backlog(session)
        except SQLAlchemyError as error:
            log.debug("backlog not counted: the database is away", error=str(error))
            return Backlog()


async def main(
    settings: Settings, stop: asyncio.Event, marks: Marks | None = None, phrases: Sequence[str] = ()
) -> None:
    """Transcribe recordings until `stop` is set. `marks` know what is urgent, `phrases` are the trade's."""
    await wait_for_redis(settings, stop)
    await wait_for_database(settings, stop)
    engine = make_engine(settings.database_url)
    redis: Redis = Redis.from_url(settings.redis.url, socket_connect_timeout=2, socket_timeout=2)
    clock, stop_threads = SystemClock(), ThreadEvent()
    # The last of vosk's folders is where vosk itself would put a download.
    folder, memory = Path(vosk.MODEL_DIRS[-1]), settings.paths.state / "transcribe" / "download.json"
    downloader = Downloader(folder, memory, clock, stop_threads.is_set)
    sessions, bus = make_sessions(engine), Bus(settings.redis.url)
    transcripts = Transcripts(settings, sessions, clock, stop_threads, marks=marks)
    finder = ModelFinder(settings.transcribe, downloader)

    def make(found: FoundModel) -> WorkerProcess:
        return WorkerProcess(settings, found, phrases)

    count = settings.transcribe.workers
    loop = TranscriberLoop(finder, transcripts, sessions, redis, stop, make, count=count)
    working, stopping = asyncio.create_task(loop.run()), asyncio.create_task(stop.wait())
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
