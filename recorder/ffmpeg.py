"""ffmpeg at work: both tracks into Ogg Opus, and back into samples. Audio goes through pipes, never names."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from threading import Timer
from typing import IO, BinaryIO

from core.errors import HotlineError
from core.native import command
from core.settings import Settings
from recorder.legs import RATE, Side

#: No conversion of a recording may take longer than this, in seconds.
LIMIT_S = 1800.0
_PIECE = 1 << 16

#: Asked between two pieces: whether to give the work up.
StopAsked = Callable[[], bool]


class FfmpegError(HotlineError):
    """ffmpeg could not convert the audio."""

    code = "ffmpeg"


class StoppedError(HotlineError):
    """The process is being stopped; the work will be done again from the start."""

    code = "stopped"


def encode(settings: Settings, stereo: Iterable[bytes], output: BinaryIO, stop: StopAsked) -> None:
    """Write two-channel 8 kHz A-law as Ogg Opus, byte for byte the same for the same input.

    `voip` at 24 kbit/s and more keeps the two tracks apart; less, and Opus folds them into one.

    Raises:
        FfmpegError: with ffmpeg's own words.
        StoppedError: `stop` said so meanwhile.
    """
    args = ["-v", "error", "-f", "alaw", "-ar", str(RATE), "-ac", "2", "-i", "pipe:0"]
    args += ["-c:a", "libopus", "-application", "voip", "-b:a", f"{settings.recording.bitrate_kbps}k"]
    args += ["-fflags", "+bitexact", "-flags:a", "+bitexact", "-f", "ogg", "pipe:1"]
    with _running(settings, args, stdin=subprocess.PIPE, stdout=output) as (process, finish):
        assert process.stdin is not None  # noqa: S101 - asked for above
        with suppress(BrokenPipeError):  # ffmpeg gave up early; `finish` says why
            for piece in stereo:
                _check(stop)
                process.stdin.write(piece)
            process.stdin.close()
        finish()


def decode(
    settings: Settings,
    archive: BinaryIO,
    stop: StopAsked,
    *,
    side: Side | None = None,
    rate: int = RATE,
    limit_s: float = LIMIT_S,
) -> Iterator[bytes]:
    """Signed 16-bit samples of one side of an archive file, or of both sides interleaved, in pieces.

    Raises:
        FfmpegError: the file is not whole; with ffmpeg's own words.
        StoppedError: `stop` said so meanwhile.
    """
    args = ["-v", "error", "-xerror", "-i", "pipe:0"]
    if side:
        args += ["-af", f"pan=mono|c0=c{list(Side).index(side)}"]
    args += ["-ar", str(rate), "-f", "s16le", "pipe:1"]
    with _running(settings, args, stdin=archive, stdout=subprocess.PIPE, limit_s=limit_s) as (
        process,
        finish,
    ):
        assert process.stdout is not None  # noqa: S101 - asked for above
        while piece := process.stdout.read(_PIECE):
            _check(stop)
            yield piece
        finish()


@contextmanager
def _running(
    settings: Settings,
    args: list[str],
    *,
    stdin: int | IO[bytes],
    stdout: int | IO[bytes],
    limit_s: float = LIMIT_S,
) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[], None]]]:
    """A running ffmpeg, gone when the block is left, at a low priority: calls come first."""
    line = ["nice", "-n", "10", *command(settings, "ffmpeg", "-nostdin", *args)]
    with TemporaryFile() as complaints:
        process = subprocess.Popen(line, stdin=stdin, stdout=stdout, stderr=complaints)
        watchdog = Timer(limit_s, process.kill)
        watchdog.daemon = True
        watchdog.start()

        def finish() -> None:
            code = process.wait()
            complaints.seek(0)
            words = complaints.read(2000).decode(errors="replace").strip()
            if code:
                raise FfmpegError(f"ffmpeg ended with {code}: {words or 'no message'}")

        try:
            yield process, finish
        finally:
            watchdog.cancel()
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with suppress(BrokenPipeError):  # what was left in the buffer has nobody to go to
                        pipe.close()


def _check(stop: StopAsked) -> None:
    if stop():
        raise StoppedError
