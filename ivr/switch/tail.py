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


class EventFile:
    """Reads complete lines from where the position file says; moves it on when told they are safe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position_path = path.with_suffix(".position")
        self._next_offset = 0
        self._generation = ""

    def read(self) -> list[Line]:
        """Up to BATCH_LINES complete lines not yet committed; empty when there are none."""
        try:
            with self._path.open("rb") as file:
                self._generation = hashlib.sha256(file.readline()).hexdigest()[:12]
                offset = self._committed()
                file.seek(offset)
                lines = list(self._complete_lines(file, offset))
        except FileNotFoundError:
            return []
        return lines

    def commit(self) -> None:
        """Everything handed out by the last `read` is stored: never hand it out again."""
        part = self._position_path.with_suffix(".part")
        part.write_text(json.dumps({"generation": self._generation, "offset": self._next_offset}))
        part.replace(self._position_path)
        if self._next_offset >= ROTATE_BYTES and self._next_offset == self._path.stat().st_size:
            self._path.rename(self._path.with_suffix(f".{self._generation}"))

    def _committed(self) -> int:
        try:
            position = json.loads(self._position_path.read_text())
        except (FileNotFoundError, ValueError):
            return 0
        return int(position["offset"]) if position.get("generation") == self._generation else 0

    def _complete_lines(self, file: Iterator[bytes], offset: int) -> Iterator[Line]:
        self._next_offset = offset
        for count, raw in enumerate(file):
            if not raw.endswith(b"\n") or count == BATCH_LINES:
                return
            yield Line(
                f"{self._generation}:{self._next_offset:012d}", raw.decode("utf-8", "replace").rstrip("\n")
            )
            self._next_offset += len(raw)
