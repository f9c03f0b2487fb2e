"""A folder as a store: each file is complete, and on the disk, from the first moment it is seen."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.errors import NotFoundError
from recorder.legs import LegUnreadableError, checksum, open_plain
from recorder.storage.keys import call_id_of, is_key
from recorder.storage.protocol import StoreUnavailableError, WriteMismatchError

#: Half-written files lie here, on the store's own disk, until they are renamed.
UNFINISHED = ".unfinished"
_PIECE = 1 << 20
#: The file is simply not there, or is none of ours to read: everything else is the machine's fault.
_ABSENT = (errno.ENOENT, errno.ENOTDIR)


class LocalStore:
    """The files below `folder`.

    With `marker`, a file of ours outside the store, the folder carries a copy of it: a folder without it is
    the empty place where a disk is not mounted, and is taken for a store that is away.
    """

    name = "local"

    def __init__(self, folder: Path, marker: Path | None = None) -> None:
        self._folder, self._marker = folder, marker

    def probe(self) -> None:
        with _as_unavailable():
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._marker:
                self._check_marker(self._marker)
            if not os.access(self._folder, os.W_OK):
                raise StoreUnavailableError("the archive folder cannot be written")

    def put(self, key: str, source: Path, sha256: str) -> None:
        target = self.path(key)
        self.probe()
        with _as_unavailable(), self._unfinished(call_id_of(key)) as place:
            with source.open("rb") as given, place.open("xb") as copy:
                while piece := given.read(_PIECE):
                    copy.write(piece)
                copy.flush()
                os.fsync(copy.fileno())
            with open_plain(place) as written:
                if checksum(written) != sha256:
                    raise WriteMismatchError
            target.parent.mkdir(parents=True, exist_ok=True)
            place.replace(target)
            self._sync_upwards(target.parent)

    def open(self, key: str) -> BinaryIO:
        place = self.path(key)
        with _as_unavailable(key):
            return open_plain(place)

    def size(self, key: str) -> int:
        with self.open(key) as found:
            return os.fstat(found.fileno()).st_size

    def delete(self, key: str) -> None:
        place = self.path(key)
        with _as_unavailable():
            place.unlink(missing_ok=True)
            if place.parent.is_dir():
                _sync_folder(place.parent)

    def keys(self, prefix: str = "") -> Iterator[str]:
        with _as_unavailable():
            for name in self._names(""):
                if name.startswith(prefix) and is_key(name):
                    yield name

    def strange(self) -> Iterator[str]:
        """Names below the folder that are no keys of ours, half-written files among them."""
        with _as_unavailable():
            for name in self._names(""):
                if not is_key(name) and name != _MARKER:
                    yield name

    def path(self, key: str) -> Path:
        """The place of `key`; it need not exist.

        Raises:
            NotFoundError: not one of our keys, or it would lead out of the folder.
        """
        call_id_of(key)
        root = self._folder.resolve()
        place = root / key
        if not place.parent.resolve().is_relative_to(root):
            raise NotFoundError("there is no such recording")
        return place

    def _names(self, below: str) -> Iterator[str]:
        """Every file, in order; one folder's names are in memory at a time. Links are not followed."""
        try:
            with os.scandir(self._folder / below) as entries:
                # A folder sorts as its name and a slash do, so that the keys come in the order of keys.
                found = sorted((entry.name + "/" * entry.is_dir(follow_symlinks=False)) for entry in entries)
        except FileNotFoundError:
            return
        for name in found:
            if name.endswith("/"):
                yield from self._names(below + name)
            else:
                yield below + name

    @contextmanager
    def _unfinished(self, call_id: str) -> Iterator[Path]:
        """A new place to write to. What a killed worker left for this call is removed first."""
        folder = self._folder / UNFINISHED
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"{call_id}.*.put"):
            left.unlink(missing_ok=True)
        place = folder / f"{call_id}.{os.getpid()}-{os.urandom(4).hex()}.put"
        try:
            yield place
        finally:
            place.unlink(missing_ok=True)

    def _check_marker(self, marker: Path) -> None:
        here = self._folder / _MARKER
        if not marker.exists():
            name = os.urandom(8).hex()
            for place in (here, marker):  # the store's own first: a kill between the two is no lie
                place.write_text(name, encoding="ascii")
            return
        if not here.exists() or here.read_text("ascii") != marker.read_text("ascii"):
            raise StoreUnavailableError("the archive folder is not the one that was used: is it mounted?")

    def _sync_upwards(self, folder: Path) -> None:
        last = self._folder.resolve().parent
        while folder != last:
            _sync_folder(folder)
            folder = folder.parent


_MARKER = ".archive"


@contextmanager
def _as_unavailable(key: str = "") -> Iterator[None]:
    """The disk's troubles in a store's words; with `key`, nothing there is the object's absence."""
    try:
        yield
    except LegUnreadableError as error:
        raise NotFoundError(f"the archive has no file {key}") from error
    except OSError as error:
        if key and error.errno in _ABSENT:
            raise NotFoundError(f"the archive has no file {key}") from error
        raise StoreUnavailableError(f"the archive folder: {error.strerror or error}") from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
