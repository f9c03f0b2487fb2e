"""Reading an object at any place, by ranges: small ones after a jump, larger ones the longer one reads on."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError
from urllib3.exceptions import HTTPError

from recorder.storage.protocol import StoreUnavailableError

_FIRST, _LARGEST = 256 << 10, 8 << 20

#: From a start and an end (not included): a mark of the object's content, and a body to read those bytes of.
Fetch = Callable[[int, int], tuple[str, Any]]


class S3Reader(io.RawIOBase):
    """A window onto the object, moved along. Raises `StoreUnavailableError` where a read fails, or when the
    object was replaced by another meanwhile."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        super().__init__()
        self._fetch, self._size = fetch, size
        self._at = 0
        self._window = _FIRST
        self._body: Any = None
        self._body_at = self._body_end = 0
        self._mark = ""

    def buffered(self) -> io.BufferedReader:
        return io.BufferedReader(self, 64 << 10)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size or not len(buffer):
            return 0
        if self._body is None or self._at != self._body_at or self._body_at >= self._body_end:
            self._open()
        wanted = min(len(buffer), self._body_end - self._body_at)
        try:
            piece = self._body.read(wanted)
        except (BotoCoreError, HTTPError, OSError) as error:
            self._drop()
            raise StoreUnavailableError(f"the object store stopped in the middle: {error}") from error
        if not piece:
            self._drop()
            raise StoreUnavailableError("the object store sent less than it promised")
        buffer[: len(piece)] = piece
        self._at += len(piece)
        self._body_at = self._at
        return len(piece)

    def close(self) -> None:
        self._drop()
        super().close()

    def _open(self) -> None:
        is_next = self._body is not None and self._at == self._body_end
        self._drop()
        self._window = min(self._window * 4, _LARGEST) if is_next else _FIRST
        self._body_end = min(self._at + self._window, self._size)
        mark, self._body = self._fetch(self._at, self._body_end)
        self._body_at = self._at
        if self._mark and mark != self._mark:
            self._drop()
            raise StoreUnavailableError("the object was replaced while it was read")
        self._mark = mark

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None
