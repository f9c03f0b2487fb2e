"""Reading a sealed recording as if it were plain: from any place, one chunk in memory, every byte checked."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from recorder.vault.container import (
    HEADER_BYTES,
    TAG_BYTES,
    ChunkCipher,
    Header,
    chunks_in,
    read_full,
    unwrap,
)
from recorder.vault.errors import TamperedError, WrongKeyError
from recorder.vault.keys import Keyring

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass(frozen=True)
class Spare:
    """What the recording's row remembers of the header, for a file whose header is damaged."""

    key_id: str
    wrapped: bytes


def reader(source: BinaryIO, call_id: str, keys: Keyring, spare: Spare | None = None) -> BinaryIO:
    """The plain audio of a sealed file, seekable; closing it closes `source`, as does a failure.

    The last chunk is opened at once: a file that was cut is refused before its first byte is used.

    Raises:
        WrongKeyError: the master key is missing or another one; names its id.
        TamperedError: the file is not what was written; also raised later, by `read`.
    """
    try:
        raw = _SealedFile(source, call_id, keys, spare)
    except BaseException:
        source.close()
        raise
    return cast(BinaryIO, io.BufferedReader(raw, 1 << 16))


class _SealedFile(io.RawIOBase):
    def __init__(self, source: BinaryIO, call_id: str, keys: Keyring, spare: Spare | None) -> None:
        super().__init__()
        self._source = source
        header = Header.read(source)
        self._chunk_bytes = header.chunk_bytes
        stored = source.seek(0, io.SEEK_END)
        self._chunks = chunks_in(stored, self._chunk_bytes)
        self._size = stored - HEADER_BYTES - self._chunks * TAG_BYTES
        self._cipher = ChunkCipher(_data_key(header, call_id, keys, spare), header, call_id)
        self._at, self._index, self._plain = 0, -1, b""
        self._open_chunk(self._chunks - 1)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        if self._at >= self._size or not view.nbytes:
            return 0
        self._open_chunk(self._at // self._chunk_bytes)
        piece = self._plain[self._at % self._chunk_bytes :][: view.nbytes]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()

    def _open_chunk(self, index: int) -> None:
        if index == self._index:
            return
        whole = self._chunk_bytes + TAG_BYTES
        self._source.seek(HEADER_BYTES + index * whole)
        sealed = read_full(self._source, whole)
        self._plain = self._cipher.open(index, sealed, last=index == self._chunks - 1)
        self._index = index


def _data_key(header: Header, call_id: str, keys: Keyring, spare: Spare | None) -> bytes:
    try:
        return unwrap(header.wrapped, call_id, keys.get(header.key_id))
    except (TamperedError, WrongKeyError):
        if spare is None or (spare.key_id, spare.wrapped) == (header.key_id, header.wrapped):
            raise
        return unwrap(spare.wrapped, call_id, keys.get(spare.key_id))
