"""The parent's end of a recogniser's process: started, given recordings, ended, and replaced when it dies."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy import inspect

from core.settings import CHECKOUT, Settings
from recorder.ffmpeg import StopAsked, StoppedError
from recorder.tables import Recording
from recorder.transcribe.frames import Job, Start, packed, read_answer
from recorder.transcribe.hearing import LIMIT_S, SideHeard
from recorder.transcribe.models import FoundModel
from recorder.transcribe.protocol import TranscribeError

LINE = (sys.executable, "-m", "recorder.transcribe.worker")
#: Loading even a large model takes less, in seconds.
LOAD_LIMIT_S = 300.0
#: Between two looks whether the work is to be given up, in seconds.
_LOOK_S = 0.2

log = structlog.get_logger()


class JobError(TranscribeError):
    """This recording could not be heard; the process is well."""


class WorkerProcess:
    """`Hears` in a process of its own."""

    def __init__(
        self,
        settings: Settings,
        found: FoundModel,
        phrases: Sequence[str] = (),
        *,
        line: Sequence[str] = LINE,
        limit_s: float = 2 * LIMIT_S,
    ) -> None:
        self._start = Start(settings, found, tuple(phrases))
        self._line = ["nice", "-n", str(settings.transcribe.nice), *line]
        self._limit_s = limit_s
        self._process: asyncio.subprocess.Process | None = None
        self.engine, self.model, self.is_test_model = "", found.name, found.is_test_model
        self.is_leaving = self.is_busy = False
        #: What the process said of the words of the trade; None when its engine has nothing to say.
        self.vocabulary: dict[str, Any] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        return self._process.pid if self._process and self._process.returncode is None else None

    def leave(self) -> None:
        """Give up what it hears, soon; it is to be used no more."""
        self.is_leaving = True

    async def start(self) -> None:
        """Start the process, if there is none, and let it load the model.

        Raises:
            TranscribeError: it cannot load it.
        """
        if self.pid is not None:
            return
        await self.end()
        self._process = await asyncio.create_subprocess_exec(
            *self._line,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=CHECKOUT,
        )
        try:
            async with asyncio.timeout(LOAD_LIMIT_S):
                said = await self._ask(packed(self._start))
        except TimeoutError:
            await self.end()
            raise TranscribeError("the speech model did not load in time") from None
        if "ready" not in said:
            await self.end()
            raise TranscribeError(said.get("failed", "the recogniser did not start"))
        self.engine, self.vocabulary = said["ready"]["engine"], said["ready"]["vocabulary"]
        log.info("recogniser started", process=self.pid, model=self.model)

    async def hear(self, recording: Recording, give_up: StopAsked) -> Sequence[SideHeard]:
        await self.start()
        self.is_busy = True
        try:
            return await self._hear(recording, give_up)
        except JobError:
            raise
        except BaseException:
            # It may be at what nobody waits for any more, or out of step.
            await self.end()
            raise
        finally:
            self.is_busy = False

    async def _hear(self, recording: Recording, give_up: StopAsked) -> Sequence[SideHeard]:
        columns = {one.key: getattr(recording, one.key) for one in inspect(Recording).column_attrs}
        asked = asyncio.create_task(self._ask(packed(Job(columns))))
        end = asyncio.get_running_loop().time() + self._limit_s
        try:
            while not asked.done():
                await asyncio.wait([asked], timeout=_LOOK_S)
                if give_up() or self.is_leaving:
                    raise StoppedError
                if asyncio.get_running_loop().time() > end:
                    raise TranscribeError("the recogniser took too long")
        finally:
            asked.cancel()
        said = asked.result()
        if "error" in said:
            raise JobError(said["error"])
        try:
            return [SideHeard.from_json(one) for one in said["heard"]]
        except (KeyError, TypeError, ValueError) as error:
            raise TranscribeError("the recogniser's process said something that makes no sense") from error

    async def end(self) -> None:
        """Kill the process, if there is one: it holds nothing that could be lost."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        if process.stdin:
            process.stdin.close()
            with suppress(OSError):
                await process.stdin.wait_closed()

    async def _ask(self, message: bytes) -> dict[str, Any]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise TranscribeError("the recogniser has no process")
        try:
            process.stdin.write(message)
            await process.stdin.drain()
            return await read_answer(process.stdout)
        except OSError as error:
            raise TranscribeError("the recogniser's process ended") from error
        except TranscribeError as error:
            code = await process.wait() if process.stdout.at_eof() else None
            raise TranscribeError(f"{error}{_how(code)}") from error


def _how(code: int | None) -> str:
    """How a process ended, for people."""
    if code is None:
        return ""
    try:
        return f": killed by {signal.Signals(-code).name}" if code < 0 else f" with {code}"
    except ValueError:
        return f": killed by signal {-code}"
