"""A recogniser in a process of its own: `python -m recorder.transcribe.worker`, a child of `transcriber`.

It reads recordings and hears them, and writes nothing anywhere: whatever kills it, nothing is lost.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from recorder.failures import reason
from recorder.legs import Side
from recorder.tables import Recording
from recorder.transcribe.frames import Job, Start, answer, read
from recorder.transcribe.hearing import hear_side
from recorder.transcribe.protocol import TranscribeError, Transcriber

_PR_SET_PDEATHSIG = 1


def serve(requests: BinaryIO, answers: BinaryIO, load: Callable[[Start], Transcriber]) -> None:
    """Answer until the parent closes its end."""
    start = read(requests)
    if not isinstance(start, Start):
        return
    try:
        transcriber = load(start)
    except TranscribeError as error:
        answer(answers, {"failed": str(error)})
        return
    answer(answers, {"ready": _about(transcriber)})
    while isinstance(job := read(requests), Job):
        recording = Recording(**job.columns)
        try:
            heard = [
                hear_side(start.settings, transcriber, recording, side, give_up=lambda: False)
                for side in Side
            ]
            answer(answers, {"heard": [one.as_json() for one in heard]})
        except Exception as error:  # noqa: BLE001 - the job's boundary: the parent writes the reason down
            answer(answers, {"error": reason(error)})


def _about(transcriber: Transcriber) -> dict[str, Any]:
    vocabulary = getattr(transcriber, "vocabulary", None)
    return {
        "engine": transcriber.engine,
        "model": transcriber.model,
        "is_test_model": transcriber.is_test_model,
        "vocabulary": vocabulary.as_json() if vocabulary else None,
    }


def _load_vosk(start: Start) -> Transcriber:
    from recorder.transcribe.vosk_engine import VoskTranscriber

    return VoskTranscriber(start.found, start.phrases, hear_twice=start.settings.transcribe.hear_twice)


def main(load: Callable[[Start], Transcriber] = _load_vosk) -> None:
    """Serve on the standard pipes; whatever a library prints goes to standard error instead."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died in between
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C is for the parent, which ends us
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        serve(sys.stdin.buffer, answers, load)


if __name__ == "__main__":
    main()
