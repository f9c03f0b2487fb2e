"""ffmpeg at work: both tracks into one file, and back into samples. Audio goes through pipes, never names."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from threading import Timer
from typing import IO

from core.errors import HotlineError
from core.native import command
from core.settings import Settings
from recorder.codecs import codec_of, encoder_arguments
from recorder.legs import RATE, SILENCE, Side
from recorder.streams import Feeder, Readable
from recorder.streams import StopAsked as StopAsked
from recorder.streams import StoppedError as StoppedError

#: No conversion of a recording may take longer than this, in seconds.
LIMIT_S = 1800.0
_PIECE = 1 << 16
#: Not the audio's fault: where ffmpeg names one of these, it is the disk's error that is raised.
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class FfmpegError(HotlineError):
    """ffmpeg could not convert the audio."""

    code = "ffmpeg"


def encode(settings: Settings, stereo: Iterable[bytes], output: IO[bytes], stop: StopAsked) -> None:
    """Write two-channel 8 kHz A-law to the file `output` in the codec of the settings.

    `output` is a file on a disk: the lengths in the head of FLAC and WAV are known only at the end.

    Raises:
        FfmpegError: with ffmpeg's own words.
        OSError: the disk is full.
        StoppedError: `stop` said so meanwhile.
    """
    args = ["-v", "error", "-f", "alaw", "-ar", str(RATE), "-ac", "2", "-i", "pipe:0"]
    codec = codec_of(settings)
    args += [*encoder_arguments(settings, codec), "-fd", "1", "fd:"]
    with _running(settings, args, stdin=subprocess.PIPE, stdout=output) as (process, finish):
        assert process.stdin is not None  # noqa: S101 - asked for above
        with suppress(BrokenPipeError):  # ffmpeg gave up early; `finish` says why
            for piece in _at_least(2 * codec.least_samples, stereo):
                _check(stop)
                process.stdin.write(piece)
            process.stdin.close()
        finish()


def _at_least(length: int, stereo: Iterable[bytes]) -> Iterator[bytes]:
    """`stereo`, and A-law silence behind it up to `length` bytes: a call hung up in the moment it began."""
    passed = 0
    for piece in stereo:
        passed += len(piece)
        yield piece
    if passed < length:
        yield SILENCE * (length - passed)


def decode(
    settings: Settings,
    audio: Readable,
    stop: StopAsked,
    *,
    side: Side | None = None,
    rate: int = RATE,
    limit_s: float = LIMIT_S,
) -> Iterator[bytes]:
    """Signed 16-bit samples of one side of encoded audio, or of both sides interleaved, in pieces.

    Raises:
        FfmpegError: the audio is not whole; with ffmpeg's own words.
        StoppedError: `stop` said so meanwhile.
        Whatever `audio.read` raises.
    """
    args = ["-v", "error", "-xerror", "-i", "pipe:0"]
    if side:
        args += ["-af", f"pan=mono|c0=c{list(Side).index(side)}"]
    args += ["-ar", str(rate), "-f", "s16le", "pipe:1"]
    pipe = subprocess.PIPE
    with _running(settings, args, stdin=pipe, stdout=pipe, limit_s=limit_s) as (process, finish):
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - asked for above
        feeder = Feeder(audio, process.stdin)
        feeder.start()
        try:
            while piece := process.stdout.read(_PIECE):
                _check(stop)
                yield piece
            feeder.join()
            process.wait()
        finally:
            process.kill()  # so that a feeder in the middle of a write comes back
            feeder.join()
        if feeder.failed:
            raise feeder.failed
        finish()


def rewrite(
    settings: Settings, audio: Readable, arguments: Iterable[str], output: IO[bytes], stop: StopAsked
) -> None:
    """Read encoded `audio` and write to the file `output` (on a disk) what ffmpeg's `arguments` make of it.

    Raises:
        FfmpegError: the audio is not whole; with ffmpeg's own words.
        StoppedError: `stop` said so meanwhile.
        Whatever `audio.read` raises.
    """
    args = ["-v", "error", "-xerror", "-i", "pipe:0", *arguments, "-fd", "1", "fd:"]
    with _running(settings, args, stdin=subprocess.PIPE, stdout=output) as (process, finish):
        assert process.stdin is not None  # noqa: S101 - asked for above
        with suppress(BrokenPipeError):  # ffmpeg gave up early; `finish` says why
            while piece := audio.read(_PIECE):
                _check(stop)
                process.stdin.write(piece)
            process.stdin.close()
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
    line = ["nice", "-n", "10", *command(settings, "ffmpeg", "-nostdin", *args, alone=True)]
    with TemporaryFile() as complaints:
        process = subprocess.Popen(line, stdin=stdin, stdout=stdout, stderr=complaints)
        watchdog = Timer(limit_s, process.kill)
        watchdog.daemon = True
        watchdog.start()

        def finish() -> None:
            code = process.wait()
            complaints.seek(0)
            words = complaints.read(2000).decode(errors="replace").strip()
            for full in _DISK_ERRORS:
                if code and os.strerror(full) in words:
                    raise OSError(full, os.strerror(full))
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
