"""Roots written down outside of the database: a text file that is printed or mailed (封存根值).

Who rewrites the whole database, chain and audit trail with it, still contradicts what was printed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.errors import InvalidError
from core.settings import Settings
from recorder.proof.tables import RecordingDay

_LINE = re.compile(r"([0-9]{1,9}) ([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9a-f]{64})(?: .*)?")
_HEAD = "# The recordings' chain: number, day, SHA-256, entries, seconds. Print or mail it, never edit it.\n"


@dataclass(frozen=True)
class Root:
    """One day's root as somebody wrote it down."""

    number: int
    day: date
    root: str
    source: str

    @staticmethod
    def of(number: int, day: str, root: str, source: str) -> Root:
        return Root(number, date.fromisoformat(day), root, source)


def log_file(settings: Settings) -> Path:
    """The file `append` writes."""
    return settings.paths.state / "proof" / "roots.log"


def read(place: Path) -> list[Root]:
    """The roots of a file like ours, in its order; lines that begin with # and empty ones are skipped.

    Raises:
        InvalidError: another line that is none of ours.
        OSError: it cannot be read.
    """
    found = []
    for number, line in enumerate(place.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if not (match := _LINE.fullmatch(line.strip())):
            raise InvalidError(f"{place.name}, line {number}: not a root")
        try:
            found.append(Root.of(int(match[1]), match[2], match[3], place.name))
        except ValueError as error:
            raise InvalidError(f"{place.name}, line {number}: {error}") from error
    return found


def last_number(place: Path) -> int:
    """Number of the newest day in our own list; 0: none.

    Raises:
        InvalidError, OSError: as `read`.
    """
    _forget_half_a_line(place)
    return max((root.number for root in read(place)), default=0) if place.exists() else 0


def append(place: Path, days: Sequence[RecordingDay]) -> int:
    """Write down those of `days` that are newer than the file's last; how many. On the disk when it returns.

    Raises:
        InvalidError, OSError: as `read`; nothing was written.
    """
    last = last_number(place)
    new = [day for day in days if day.number > last]
    if not new:
        return 0
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.open("a", encoding="utf-8") as file:
        text = "" if file.tell() else _HEAD
        text += "".join(f"{day.number} {day.day} {day.root} {day.count} {day.seconds}\n" for day in new)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return len(new)


def _forget_half_a_line(place: Path) -> None:
    """What a power cut left of the last line is written again."""
    if place.exists() and not (text := place.read_bytes()).endswith(b"\n"):
        os.truncate(place, text.rfind(b"\n") + 1)
