"""Reads the switch's own account of its queues (`queue_log`), which it writes beside ours.

A line is `seconds|call|queue|member|word|data…`, seconds are whole; the words and their data are those
Asterisk documents under "Queue Logs".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import structlog

from core.settings import Settings

log = structlog.get_logger()


class Part(StrEnum):
    """What a line says of a caller's stay in a queue."""

    ENTERS = "enters"
    CONNECTS = "connects"
    #: The talk is over.
    COMPLETES = "completes"
    #: Nobody came, or the caller did not want to wait.
    LEAVES = "leaves"
    #: Our own: a seat consults a queue under that id, no caller.
    CONSULTS = "consults"
    #: It is about members, or the switch.
    NONE = "none"


@dataclass(frozen=True)
class Shape:
    """Where a word's data has the seconds waited and the seconds talked."""

    part: Part
    wait: int | None = None
    talk: int | None = None


_WAITED, _TALKED = Shape(Part.LEAVES, wait=2), Shape(Part.COMPLETES, wait=0, talk=1)
_TRANSFERRED, _OTHER = Shape(Part.COMPLETES, wait=2, talk=3), Shape(Part.NONE)
#: Every documented word, and the one our dialplan writes.
WORDS: dict[str, Shape] = {
    "CONSULTS": Shape(Part.CONSULTS),
    "ENTERQUEUE": Shape(Part.ENTERS),
    "CONNECT": Shape(Part.CONNECTS, wait=0),
    "COMPLETEAGENT": _TALKED,
    "COMPLETECALLER": _TALKED,
    "TRANSFER": _TRANSFERRED,
    "BLINDTRANSFER": _TRANSFERRED,
    "ATTENDEDTRANSFER": _TRANSFERRED,
    "ABANDON": _WAITED,
    "EXITEMPTY": _WAITED,
    "EXITWITHTIMEOUT": _WAITED,
    "EXITWITHKEY": Shape(Part.LEAVES, wait=3),
    "WITHDRAW": _WAITED,
    "AGENTDUMP": Shape(Part.LEAVES),
    "SYSCOMPAT": Shape(Part.LEAVES),
    **dict.fromkeys(("RINGNOANSWER", "RINGCANCELED", "RINGINUSE", "ADDMEMBER", "REMOVEMEMBER"), _OTHER),
    **dict.fromkeys(("PAUSE", "PAUSEALL", "UNPAUSE", "UNPAUSEALL", "PENALTY"), _OTHER),
    **dict.fromkeys(("AGENTLOGIN", "AGENTLOGOFF", "AGENTCALLBACKLOGIN", "AGENTCALLBACKLOGOFF"), _OTHER),
    **dict.fromkeys(("CONFIGRELOAD", "QUEUESTART", "DID"), _OTHER),
}


@dataclass(frozen=True)
class LogLine:
    """One line that was understood."""

    #: Seconds since 1970.
    at: int
    call_id: str
    queue: str
    #: The member's name: a seat's extension; NONE where there is none.
    member: str
    word: str
    data: tuple[str, ...]

    @property
    def shape(self) -> Shape:
        return WORDS[self.word]

    @property
    def wait_s(self) -> int | None:
        """Seconds waited, where the line says it."""
        return self._number(self.shape.wait)

    @property
    def talk_s(self) -> int | None:
        """Seconds talked, where the line says it."""
        return self._number(self.shape.talk)

    def _number(self, index: int | None) -> int | None:
        if index is None or index >= len(self.data) or not self.data[index].isdecimal():
            return None
        return int(self.data[index])


def path(settings: Settings) -> Path:
    """Where the switch writes it."""
    return settings.asterisk_dir / "log" / "queue_log"


def parse(line: str) -> LogLine | None:
    """A line, or None when it is not one, or has a word that is not documented."""
    fields = line.rstrip("\n").split("|")
    if len(fields) < 5 or not fields[0].isdecimal() or fields[4] not in WORDS:
        return None
    return LogLine(int(fields[0]), fields[1], fields[2], fields[3], fields[4], tuple(fields[5:]))


def lines_between(path: Path, begin: datetime, end: datetime) -> Iterator[LogLine]:
    """What the switch noted from `begin` to before `end`; nothing when there is no file.

    The file is in order of time and may hold years: its beginning is looked for, not read.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        log.warning("the switch has written no queue log", path=str(path))
        return
    with file:
        file.seek(_offset_of(file, int(begin.timestamp())))
        for raw in file:
            text = raw.decode("utf-8", "replace")
            line = parse(text)
            if line is None:
                log.warning("a line of the queue log was not understood", line=text[:200])
            elif line.at >= end.timestamp():
                return
            elif line.at >= begin.timestamp():
                yield line


def _offset_of(file: BinaryIO, second: int) -> int:
    """Where a line begins before which everything is older than `second`."""
    low, high = 0, file.seek(0, 2)
    while low < high:
        middle = (low + high) // 2
        file.seek(middle)
        if middle:
            file.readline()
        here = file.tell()
        at = file.readline().split(b"|", 1)[0]
        if here >= high or not at.isdigit() or int(at) >= second:
            high = middle
        else:
            low = file.tell()
    return low
