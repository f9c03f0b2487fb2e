"""Follows the switch's event file: the ledger's durable spool, there whatever else is down."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Lines handed out in one go.
BATCH_LINES = 500
#: A file longer than this is set aside once it has been read; the switch then begins a new one.
ROTATE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Line:
    """A complete line and its place: `<generation>:<offset>`, which never names two different lines."""

    id: str
    text: str


@dataclass(frozen=True)
class _Position:
    """How far a file is done with; a file's generation is made of its first line."""

    generation: str
    offset: int


class EventFile:
    """Reads complete lines from where the position file says; moves it on when told they are safe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position_path = path.with_suffix(".position")
        self._reading = path
        self._next = _Position("", 0)
        #: What the file looked like when nothing new was in it.
        self._read_whole: tuple[int, int] | None = None

    def read(self) -> list[Line]:
        """Up to BATCH_LINES complete lines not yet committed; empty when there are none."""
        looks = self._looks()
        if looks is not None and looks == self._read_whole:
            return []
        committed = self._committed()
        # The switch may have been writing a line at the very moment its file was set aside.
        rest = self._read(self._aside(committed), committed) if committed.generation else []
        lines = rest or self._read(self._path, committed)
        self._read_whole = None if lines else looks
        return lines

    def _looks(self) -> tuple[int, int] | None:
        """Which file it is and how long; None when there is none."""
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return None
        return now.st_ino, now.st_size

    def commit(self) -> None:
        """Everything handed out by the last `read` is stored: never hand it out again."""
        part = self._position_path.with_suffix(".part")
        part.write_text(json.dumps({"generation": self._next.generation, "offset": self._next.offset}))
        part.replace(self._position_path)
        is_long = self._reading == self._path and self._next.offset >= ROTATE_BYTES
        if is_long and self._next.offset == self._path.stat().st_size:
            self._path.rename(self._aside(self._next))

    def _aside(self, position: _Position) -> Path:
        return self._path.with_suffix(f".{position.generation}")

    def _read(self, path: Path, committed: _Position) -> list[Line]:
        try:
            with path.open("rb") as file:
                generation = hashlib.sha256(file.readline()).hexdigest()[:12]
                offset = committed.offset if committed.generation == generation else 0
                file.seek(offset)
                self._reading, self._next = path, _Position(generation, offset)
                return list(self._complete_lines(file))
        except FileNotFoundError:
            return []

    def _committed(self) -> _Position:
        """Where to go on; from the beginning if the position file is not there or was cut short."""
        try:
            position = json.loads(self._position_path.read_text())
            return _Position(str(position["generation"]), int(position["offset"]))
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return _Position("", 0)

    def _complete_lines(self, file: Iterator[bytes]) -> Iterator[Line]:
        generation, offset = self._next.generation, self._next.offset
        for count, raw in enumerate(file):
            if not raw.endswith(b"\n") or count == BATCH_LINES:
                return
            yield Line(f"{generation}:{offset:012d}", raw.decode("utf-8", "replace").rstrip("\n"))
            offset += len(raw)
            self._next = _Position(generation, offset)
