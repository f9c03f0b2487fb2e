"""The parts' logs as one readable stream: `name | line`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import BufferedReader
from pathlib import Path
from typing import TextIO

_COLOURS = (36, 33, 32, 35, 34, 31, 96, 93)
_WIDTH = 11


class Follower:
    """Reads what is appended to one log file, across its rotation."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BufferedReader | None = None
        self._rest = b""
        if path.exists():
            self._file = path.open("rb")
            self._file.seek(0, 2)

    def lines(self) -> list[str]:
        """Whole lines since the last call."""
        if self._file is None and self._path.exists():
            self._file = self._path.open("rb")
        if self._file is None:
            return []
        data = self._rest + self._file.read()
        if self._was_rotated():
            self._file.close()
            self._file = self._path.open("rb")
            data += self._file.read()
        *whole, self._rest = data.split(b"\n")
        return [line.decode("utf-8", "replace").rstrip("\r") for line in whole]

    def _was_rotated(self) -> bool:
        assert self._file is not None  # noqa: S101 - for the type checker
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return False
        was = os.fstat(self._file.fileno())
        return (now.st_ino, now.st_dev) != (was.st_ino, was.st_dev)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


class Console:
    """Prints lines with the name of who said them, in colour on a terminal."""

    def __init__(self, names: Sequence[str], out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._order = {name: number for number, name in enumerate(names)}
        self._colour = self._out.isatty()

    def say(self, name: str, text: str) -> None:
        label = f"{name:<{_WIDTH}} |"
        if self._colour:
            code = _COLOURS[self._order[name] % len(_COLOURS)] if name in self._order else 1
            label = f"\033[{code}m{label}\033[0m"
        self._out.write(f"{label} {text}\n")
        self._out.flush()
