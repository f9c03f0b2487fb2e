"""A recogniser's process without vosk, for tests: what it does is named by its argument.

words: hears two words. wait: says in the file named next that it has begun, and never ends. crash: dies of
SIGSEGV at the first recording whose call id ends in an odd digit. rubbish: answers what makes no sense.
broken: its model does not load. stubborn: cannot hear anything, and lives.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from recorder.fakes import FakeTranscriber
from recorder.transcribe.frames import Start
from recorder.transcribe.protocol import Heard, TranscribeError, Transcriber
from recorder.transcribe.worker import main


class _Odd(FakeTranscriber):
    def __init__(self, what: str) -> None:
        super().__init__()
        self._what = what

    def transcribe(self, pcm: Iterable[bytes]) -> Heard:
        if self._what == "wait":
            Path(sys.argv[2]).write_text(str(os.getpid()), encoding="utf-8")
            while True:
                time.sleep(1)
        if self._what == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if self._what == "stubborn":
            raise TranscribeError("no such luck")
        return super().transcribe(pcm)


def _load(start: Start) -> Transcriber:
    what = sys.argv[1]
    if what == "broken":
        raise TranscribeError(f"cannot load {start.found.name}")
    if what == "rubbish":
        os.write(1, b"this is standard error by now\n")
        return _Rubbish()
    return _Odd(what)


class _Rubbish(FakeTranscriber):
    def transcribe(self, pcm: Iterable[bytes]) -> Heard:
        return Heard([["not a word"]])  # type: ignore[list-item] - what native code might do


if __name__ == "__main__":
    main(_load)
