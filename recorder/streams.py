"""Bytes on their way: summed as they pass, given up when asked to, fed into a program's pipe."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from threading import Thread
from typing import IO, Protocol

from core.errors import HotlineError

_PIECE = 1 << 16

#: Asked between two pieces: whether to give the work up.
StopAsked = Callable[[], bool]


class StoppedError(HotlineError):
    """The process is being stopped; the work will be done again from the start."""

    code = "stopped"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Writable(Protocol):
    def write(self, piece: bytes, /) -> object: ...


class Sum:
    """SHA-256 and size of what has passed."""

    def __init__(self) -> None:
        self._total = sha256()
        self.bytes = 0

    @property
    def hex(self) -> str:
        return self._total.hexdigest()

    def take(self, piece: bytes) -> bytes:
        self._total.update(piece)
        self.bytes += len(piece)
        return piece


class SummedSource(Sum):
    """Sums what is read of `source`; reading on raises `StoppedError` once `stop` says so."""

    def __init__(self, source: Readable, stop: StopAsked) -> None:
        super().__init__()
        self._source, self._stop = source, stop

    def read(self, size: int, /) -> bytes:
        if self._stop():
            raise StoppedError
        return self.take(self._source.read(size))


class SummedOutput(Sum):
    """Sums what is written to `output`."""

    def __init__(self, output: Writable) -> None:
        super().__init__()
        self._output = output

    def write(self, piece: bytes, /) -> None:
        self._output.write(self.take(piece))


def copy(source: Readable, output: Writable) -> None:
    """All of `source`, in pieces."""
    while piece := source.read(_PIECE):
        output.write(piece)


def sum_of(source: Readable, stop: StopAsked) -> str:
    """SHA-256 of all that is left of `source`, in hexadecimal.

    Raises:
        StoppedError: `stop` said so meanwhile.
    """
    total = SummedSource(source, stop)
    while total.read(1 << 20):
        pass
    return total.hex


class Feeder(Thread):
    """Copies `source` into `pipe` and closes the pipe; `failed` is what stopped it, once it has ended."""

    def __init__(self, source: Readable, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._source, self._pipe = source, pipe
        self.failed: Exception | None = None

    def run(self) -> None:
        with suppress(BrokenPipeError):  # the program ended first; it says why itself
            try:
                copy(self._source, self._pipe)
            except BrokenPipeError:
                raise
            except Exception as error:  # noqa: BLE001 - a thread's boundary: told to whoever started it
                self.failed = error
            finally:
                self._pipe.close()
