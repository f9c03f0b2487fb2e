"""The sealed file: a header, then chunks that are opened one by one.

Envelope encryption (信封加密): the audio is encrypted with a random data key of its own, and the data key,
wrapped by a master key, stands in the header. Numbers are big-endian.

    8   magic, with the version          } fixed: never changes; part of what each tag covers
    4   plain bytes of a chunk           }
    7   nonce prefix, random             }
    16  id of the master key             } change when the master key is rotated
    12  nonce of the wrapping, random    }
    48  data key, AES-256-GCM            }
    …   chunks: AES-256-GCM of `chunk_bytes` bytes each, the last of what is left

A chunk's nonce is prefix, index (4 bytes) and whether it is the last (1 byte): the STREAM construction
(Hoang, Reyhanitabar, Rogaway, Vizár 2015). Chunks that are changed, swapped, doubled or left out do not
open, nor does a file that was cut or is another call's, for the call id is part of what each tag covers.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, replace
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recorder.streams import Readable, Writable
from recorder.vault.errors import TamperedError
from recorder.vault.keys import MasterKey, is_key_id

MAGIC = b"HLVAULT\x01"
CHUNK_BYTES = 1 << 16
TAG_BYTES = 16
_FIXED = struct.Struct(">8sI7s")
_HEADER = struct.Struct(">19s16s60s")
HEADER_BYTES = _HEADER.size
_WRAP_NONCE_BYTES = 12
#: Bounds of what a header may ask for: memory is constant whatever it says.
_SMALLEST_CHUNK, _LARGEST_CHUNK = 1 << 10, 1 << 20
#: Chunks a file may have: the counter has four bytes.
_MOST_CHUNKS = 1 << 32


@dataclass(frozen=True)
class Header:
    """`fixed` as it is written; `wrapped` is the wrapping's nonce and the wrapped data key."""

    fixed: bytes
    key_id: str
    wrapped: bytes

    @property
    def chunk_bytes(self) -> int:
        """Plain bytes of every chunk but the last."""
        return int(_FIXED.unpack(self.fixed)[1])

    @property
    def prefix(self) -> bytes:
        return bytes(_FIXED.unpack(self.fixed)[2])

    def pack(self) -> bytes:
        return _HEADER.pack(self.fixed, self.key_id.encode("ascii"), self.wrapped)

    @staticmethod
    def read(source: BinaryIO) -> Header:
        """The header at the beginning of `source`, which is left standing behind it.

        Raises:
            TamperedError: no header of ours.
        """
        source.seek(0)
        head = source.read(HEADER_BYTES)
        if len(head) != HEADER_BYTES:
            raise TamperedError("too short for a sealed recording")
        fixed, key_id, wrapped = _HEADER.unpack(head)
        magic, chunk_bytes, _ = _FIXED.unpack(fixed)
        name = key_id.decode("ascii", "replace")
        if magic != MAGIC or not _SMALLEST_CHUNK <= chunk_bytes <= _LARGEST_CHUNK or not is_key_id(name):
            raise TamperedError("this is no sealed recording")
        return Header(fixed, name, wrapped)


def _wrap(data_key: bytes, fixed: bytes, call_id: str, master: MasterKey) -> Header:
    nonce = os.urandom(_WRAP_NONCE_BYTES)
    sealed = AESGCM(master.secret).encrypt(nonce, data_key, _wrapping_aad(call_id))
    return Header(fixed, master.id, nonce + sealed)


def unwrap(wrapped: bytes, call_id: str, master: MasterKey) -> bytes:
    """The data key in a header's, or a row's, `wrapped`.

    Raises:
        TamperedError: it was changed, or is that of another call's recording.
    """
    nonce, sealed = wrapped[:_WRAP_NONCE_BYTES], wrapped[_WRAP_NONCE_BYTES:]
    try:
        return AESGCM(master.secret).decrypt(nonce, sealed, _wrapping_aad(call_id))
    except (InvalidTag, ValueError) as error:
        raise TamperedError("the wrapped key was changed, or belongs to another call") from error


def rewrap(wrapped: bytes, call_id: str, old: MasterKey, new: MasterKey) -> bytes:
    """The same data key wrapped by `new`; it needs neither header nor chunks.

    Raises:
        TamperedError: as `unwrap`.
    """
    return _wrap(unwrap(wrapped, call_id, old), b"", call_id, new).wrapped


def _wrapping_aad(call_id: str) -> bytes:
    return b"key\0" + call_id.encode()


class ChunkCipher:
    """Seals and opens the chunks of one file."""

    def __init__(self, data_key: bytes, header: Header, call_id: str) -> None:
        self._cipher, self._prefix = AESGCM(data_key), header.prefix
        self._aad = b"chunk\0" + header.fixed + call_id.encode()

    def seal(self, index: int, plain: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(index, last=last), plain, self._aad)

    def open(self, index: int, sealed: bytes, *, last: bool) -> bytes:
        """
        Raises:
            TamperedError: not the chunk that was written at this place.
        """
        try:
            return self._cipher.decrypt(self._nonce(index, last=last), sealed, self._aad)
        except InvalidTag as error:
            raise TamperedError(f"chunk {index} was changed, moved or cut") from error

    def _nonce(self, index: int, *, last: bool) -> bytes:
        return self._prefix + struct.pack(">IB", index, last)


def seal(
    plain: Readable, output: Writable, call_id: str, master: MasterKey, chunk_bytes: int = CHUNK_BYTES
) -> Header:
    """Write `plain`, from where it stands to its end, sealed to `output`; two chunks are in memory."""
    data_key = AESGCM.generate_key(256)
    header = _wrap(data_key, _FIXED.pack(MAGIC, chunk_bytes, os.urandom(7)), call_id, master)
    cipher = ChunkCipher(data_key, header, call_id)
    output.write(header.pack())
    index, piece = 0, read_full(plain, chunk_bytes)
    while True:
        following = read_full(plain, chunk_bytes)
        output.write(cipher.seal(index, piece, last=not following))
        if not following:
            return header
        index, piece = index + 1, following
        if index >= _MOST_CHUNKS:
            raise OverflowError("too long for one sealed file")


def read_full(source: Readable, size: int) -> bytes:
    """`size` bytes unless the end comes first: pipes and stores may give less at a time."""
    pieces = bytearray()
    while len(pieces) < size and (piece := source.read(size - len(pieces))):
        pieces += piece
    return bytes(pieces)


def chunks_in(stored_bytes: int, chunk_bytes: int) -> int:
    """How many chunks a file of that size has.

    Raises:
        TamperedError: no sealed file can be of that size.
    """
    body, whole = stored_bytes - HEADER_BYTES, chunk_bytes + TAG_BYTES
    count = -(-body // whole)
    if body < TAG_BYTES or count > _MOST_CHUNKS or body - (count - 1) * whole < TAG_BYTES:
        raise TamperedError("cut short")
    return count


def with_wrapping(header: Header, key_id: str, wrapped: bytes) -> Header:
    """`header` with its changeable part replaced: what the row remembers of it."""
    return replace(header, key_id=key_id, wrapped=wrapped)
