"""The archive folder: `YYYY/MM/DD/<call id>.ogg`, each file complete from the first moment it is seen."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from core.errors import NotFoundError
from recorder.legs import BadCallIdError, LegUnreadableError, check_call_id, open_plain

_KEY = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}/([a-z0-9.-]+)\.ogg")
#: Half-written files lie here, on the archive's own disk, until they are renamed.
_UNFINISHED = ".unfinished"


def archive_key(call_id: str) -> str:
    """Where a call's recording lies below the archive folder; the day is the UTC day the call began.

    Raises:
        BadCallIdError: not an id of ours.
    """
    seconds = int(check_call_id(call_id).partition("-")[2].partition(".")[0])
    return f"{datetime.fromtimestamp(seconds, UTC):%Y/%m/%d}/{call_id}.ogg"


class Archive:
    """The files below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, key: str) -> Path:
        """The place of `key`; it need not exist.

        Raises:
            NotFoundError: not one of our keys, or it would lead out of the archive folder.
        """
        match = _KEY.fullmatch(key)
        try:
            if not match or archive_key(match[1]) != key:
                raise NotFoundError("there is no such recording")
        except BadCallIdError as error:
            raise NotFoundError("there is no such recording") from error
        root = self._folder.resolve()
        place = root / key
        if not place.parent.resolve().is_relative_to(root):
            raise NotFoundError("there is no such recording")
        return place

    def open(self, key: str) -> BinaryIO:
        """
        Raises:
            NotFoundError: not one of our keys, no file, or a file that is no plain one.
        """
        try:
            return open_plain(self.path(key))
        except (FileNotFoundError, LegUnreadableError) as error:
            raise NotFoundError(f"the archive has no file {key}") from error

    @contextmanager
    def unfinished(self, call_id: str) -> Iterator[Path]:
        """A new place to write a recording to. What a killed worker left for this call is removed first."""
        folder = self._folder / _UNFINISHED
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"{check_call_id(call_id)}.*.part"):
            left.unlink(missing_ok=True)
        place = folder / f"{call_id}.{os.getpid()}-{os.urandom(4).hex()}.part"
        try:
            yield place
        finally:
            place.unlink(missing_ok=True)

    def finish(self, place: Path, key: str) -> None:
        """Give a written and synced file its name, and make the name itself last."""
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        place.replace(target)
        folder = target.parent
        while folder != self._folder.parent.resolve():
            _sync_folder(folder)
            folder = folder.parent


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
