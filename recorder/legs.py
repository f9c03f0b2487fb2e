"""The two A-law legs of a call as the switch leaves them in the spool, and how they become one stream.

Headerless A-law, 8000 bytes a second, one file a side. File names are taken from outside, so only names of
the one strict shape count; links and anything that is no plain file are refused.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from core.errors import HotlineError
from recorder.peaks import Peaks

#: Samples a second, and bytes a second of one leg.
RATE = 8000
#: A-law silence, as PCM +8.
SILENCE = b"\xd5"
#: Ten seconds of one leg: what is in memory at a time.
CHUNK = 10 * RATE

#: A call, or what is recorded apart from it (recorder.capture.sides).
_CALL_ID = r"[a-z][a-z0-9]{0,15}-[0-9]{10}\.[0-9]{1,9}(?:-(?:consult|whisper)-[0-9]{10})?"
_CALL_ID_ONLY = re.compile(_CALL_ID)
_LEG_NAME = re.compile(rf"({_CALL_ID})-(?:caller|hotline)\.alaw")
#: Where the switch looks for the end of a message; what was said is in the caller's leg too.
_SCRATCH_NAME = re.compile(rf"{_CALL_ID}-message\.alaw")


class Side(StrEnum):
    """Whose voice a track holds."""

    CALLER = "caller"  #: 来电人: left track
    HOTLINE = "hotline"  #: 热线: right track, prompts and the seat


class BadCallIdError(HotlineError):
    """That is not the id of a call."""

    code = "bad_call_id"


class LegUnreadableError(HotlineError):
    """A leg in the spool is not a plain file."""

    code = "leg_unreadable"


def check_call_id(call_id: str) -> str:
    """`call_id` itself, safe to be part of a file name.

    Raises:
        BadCallIdError: it does not look like `hl-1700000000.12`.
    """
    if not _CALL_ID_ONLY.fullmatch(call_id):
        raise BadCallIdError(f"not a call id: {call_id[:64]!r}")
    return call_id


def open_plain(path: Path) -> BinaryIO:
    """Open a plain file for reading; never follows a link in the last step, never blocks on a pipe.

    Raises:
        FileNotFoundError: nothing there.
        LegUnreadableError: a link, folder, device or pipe.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise LegUnreadableError(f"{path.name}: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise LegUnreadableError(f"{path.name} is not a plain file")
    return os.fdopen(handle, "rb")


@dataclass(frozen=True)
class Legs:
    """Both legs of the call `call_id` in `folder`; either may be missing or empty."""

    folder: Path
    call_id: str

    def path(self, side: Side) -> Path:
        return self.folder / f"{check_call_id(self.call_id)}-{side}.alaw"

    def sizes(self) -> dict[Side, int]:
        """Bytes of each leg that exists."""
        found = {}
        for side in Side:
            try:
                found[side] = self.path(side).lstat().st_size
            except FileNotFoundError:
                continue
        return found

    def changed_at(self) -> float:
        """When the younger leg last grew, in seconds since 1970; 0 when there is none."""
        times = [0.0]
        for side in Side:
            try:
                times.append(self.path(side).lstat().st_mtime)
            except FileNotFoundError:
                continue
        return max(times)

    def checksums(self) -> dict[Side, str]:
        """SHA-256 of each leg that exists, in hexadecimal."""
        sums = {}
        for side in Side:
            try:
                with open_plain(self.path(side)) as leg:
                    sums[side] = checksum(leg)
            except FileNotFoundError:
                continue
        return sums

    def remove(self) -> None:
        """Delete the legs, and before them the switch's scratch file, so that it is never left alone."""
        (self.folder / f"{check_call_id(self.call_id)}-message.alaw").unlink(missing_ok=True)
        for side in Side:
            self.path(side).unlink(missing_ok=True)


def checksum(source: BinaryIO) -> str:
    """SHA-256 of all of `source`, read from the disk rather than from memory where the system allows."""
    os.posix_fadvise(source.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    total = sha256()
    while piece := source.read(1 << 20):
        total.update(piece)
    return total.hexdigest()


def in_spool(folder: Path) -> tuple[list[Legs], list[str]]:
    """The calls that have a leg in `folder`, oldest id first, and the names that are no leg's."""
    calls: set[str] = set()
    strange: list[str] = []
    if not folder.is_dir():
        return [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if match := _LEG_NAME.fullmatch(entry.name):
                calls.add(match[1])
            elif not _SCRATCH_NAME.fullmatch(entry.name):
                strange.append(entry.name)
    return [Legs(folder, call_id) for call_id in sorted(calls)], sorted(strange)


class Track:
    """What is learnt of one side while it streams by: its checksum as captured and its peaks as padded."""

    def __init__(self) -> None:
        self.captured = sha256()
        self.captured_bytes = 0
        self.peaks = Peaks()

    def pass_through(self, piece: bytes, length: int) -> bytes:
        """`piece`, filled up with silence to `length` bytes."""
        self.captured.update(piece)
        self.captured_bytes += len(piece)
        padded = piece.ljust(length, SILENCE)
        self.peaks.add(padded)
        return padded


def interleave(legs: Legs, tracks: dict[Side, Track]) -> Iterator[bytes]:
    """The call as two-channel A-law (left caller, right hotline), in pieces of at most 2 x `CHUNK` bytes.

    The shorter leg is filled up with silence, a missing one is all silence. Fills `tracks` on the way.
    """
    with ExitStack() as opened:
        sources: dict[Side, BinaryIO | None] = {}
        for side in Side:
            try:
                sources[side] = opened.enter_context(open_plain(legs.path(side)))
            except FileNotFoundError:
                sources[side] = None
        while True:
            pieces = {side: source.read(CHUNK) if source else b"" for side, source in sources.items()}
            length = max(map(len, pieces.values()))
            if not length:
                return
            both = bytearray(2 * length)
            both[0::2] = tracks[Side.CALLER].pass_through(pieces[Side.CALLER], length)
            both[1::2] = tracks[Side.HOTLINE].pass_through(pieces[Side.HOTLINE], length)
            yield bytes(both)
