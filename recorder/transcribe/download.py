"""vosk's own downloader, kept at arm's length: a process of its own, bounded in time, failures remembered.

Run as `python -m recorder.transcribe.download NAME FOLDER` it is that process.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import IO

import requests
import structlog
import vosk

from core.clock import Clock
from core.settings import CHECKOUT
from recorder.ffmpeg import StopAsked

#: What the process says once the model list has come: from then on it is only a matter of speed.
REACHED = "reached"
#: Seconds until then; without a network this is over soon.
REACH_LIMIT_S = 8.0
#: Seconds for the whole download.
LIMIT_S = 900.0
RETRY_AFTER = timedelta(days=1)
_STAGING = ".hotline-"

log = structlog.get_logger()


class Downloader:
    """Fetches models into `folder`; what went wrong is remembered in the file `memory`."""

    def __init__(
        self,
        folder: Path,
        memory: Path,
        clock: Clock,
        stop: StopAsked,
        *,
        line: Sequence[str] = (sys.executable, "-m", "recorder.transcribe.download"),
        reach_limit_s: float = REACH_LIMIT_S,
        limit_s: float = LIMIT_S,
    ) -> None:
        self._folder, self._memory, self._clock, self._stop = folder, memory, clock, stop
        self._line, self._reach_limit_s, self._limit_s = list(line), reach_limit_s, limit_s

    def is_due(self, name: str) -> bool:
        """False for a day after `name` could not be fetched."""
        remembered = self._remembered()
        if remembered.get("model_name") != name:
            return True
        return self._clock.now() - datetime.fromisoformat(remembered["at"]) >= RETRY_AFTER

    def last_failure(self) -> str:
        """Why the last download failed; empty if it did not."""
        return self._remembered().get("reason", "")

    def fetch(self, name: str) -> bool:
        """Download `name` with vosk's own code; the model appears in the folder whole or not at all."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for left in self._folder.glob(_STAGING + "*"):
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=_STAGING, dir=self._folder) as staging:
                reason = self._run(name, Path(staging))
                if not reason:
                    (Path(staging) / name).replace(self._folder / name)
        except OSError as error:
            reason = str(error)
        if reason:
            self._remember(name, reason)
            log.info("no speech model downloaded; tried again in a day", model=name, why=reason)
            return False
        self._memory.unlink(missing_ok=True)
        log.info("speech model downloaded", model=name)
        return True

    def _run(self, name: str, staging: Path) -> str:
        """Why it failed, or an empty string."""
        with tempfile.TemporaryFile() as complaints:
            process = subprocess.Popen(
                [*self._line, name, str(staging)],
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                cwd=CHECKOUT,
            )
            try:
                return self._watch(process) or _verdict(process, complaints, staging / name)
            finally:
                process.kill()
                process.wait()
                if process.stdout:
                    process.stdout.close()

    def _watch(self, process: subprocess.Popen[str]) -> str:
        """Wait for the process, within its two limits; why it was given up, or an empty string."""
        lines: list[str] = []
        reader = Thread(target=lambda: lines.extend(process.stdout or ()), daemon=True)
        reader.start()
        begin = monotonic()
        while True:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.1)
                return ""
            if self._stop():
                return "the hotline was stopped meanwhile"
            if monotonic() - begin >= self._limit_s:
                return f"not finished after {self._limit_s:.0f} s"
            if monotonic() - begin >= self._reach_limit_s and not lines:
                return f"the model server was not reached within {self._reach_limit_s:.0f} s"

    def _remembered(self) -> dict[str, str]:
        try:
            found = json.loads(self._memory.read_text(encoding="utf-8"))
            datetime.fromisoformat(found["at"])
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        return {key: str(value) for key, value in found.items()}

    def _remember(self, name: str, reason: str) -> None:
        self._memory.parent.mkdir(parents=True, exist_ok=True)
        body = {"model_name": name, "at": self._clock.now().isoformat(), "reason": reason}
        self._memory.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")


def _verdict(process: subprocess.Popen[str], complaints: IO[bytes], model: Path) -> str:
    if process.returncode == 0 and model.is_dir():
        return ""
    complaints.seek(0)
    lines = complaints.read()[-4000:].decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else f"the downloader ended with {process.returncode}"


class _OnlyDownloads(vosk.Model):  # type: ignore[misc]  # vosk has no types
    """vosk's model without a loaded model: its downloader is a method of the class."""

    def __init__(self) -> None:
        pass

    def __del__(self) -> None:
        pass


def download(name: str, folder: Path) -> None:
    """Run vosk's downloader for `name` into `folder`, in this process.

    Raises:
        requests.RequestException, OSError: no network, or the server did not like it.
        SystemExit: vosk's list has no such model.
    """
    vosk.MODEL_DIRS = [folder]
    requests.get(vosk.MODEL_LIST_URL, timeout=5).raise_for_status()
    sys.stdout.write(REACHED + "\n")
    sys.stdout.flush()
    _OnlyDownloads().get_model_by_name(name)


if __name__ == "__main__":
    download(sys.argv[1], Path(sys.argv[2]))
