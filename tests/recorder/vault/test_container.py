"""The sealed file: whatever is changed in it is noticed, and any part of it reads as the plain one does."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.vault.container import HEADER_BYTES, TAG_BYTES, Header, rewrap, seal, with_wrapping
from recorder.vault.errors import TamperedError, WrongKeyError
from recorder.vault.keys import Keyring, MasterKey
from recorder.vault.reader import Spare, reader

CALL_ID = "hl-1700000000.12"
CHUNK = 1024
WHOLE = CHUNK + TAG_BYTES
PLAIN = bytes(at * 7 % 251 for at in range(3 * CHUNK + 100))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    ring = Keyring(tmp_path_factory.mktemp("vault"))
    ring.make_first()
    return ring


def _sealed(keys: Keyring, plain: bytes = PLAIN, call_id: str = CALL_ID) -> bytes:
    output = io.BytesIO()
    seal(io.BytesIO(plain), output, call_id, keys.current(), CHUNK)
    return output.getvalue()


def _open(keys: Keyring, stored: bytes, call_id: str = CALL_ID, spare: Spare | None = None) -> BinaryIO:
    return reader(io.BytesIO(stored), call_id, keys, spare)


def _refused(keys: Keyring, stored: bytes, call_id: str = CALL_ID) -> None:
    with pytest.raises((TamperedError, WrongKeyError)):
        _open(keys, stored, call_id).read()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, len(PLAIN)])
def test_what_was_sealed_comes_back(keys: Keyring, size: int) -> None:
    stored = _sealed(keys, PLAIN[:size])
    assert PLAIN[:size] not in stored or size < 16
    assert _open(keys, stored).read() == PLAIN[:size]


def test_the_same_audio_is_never_sealed_the_same_way(keys: Keyring) -> None:
    first, second = _sealed(keys), _sealed(keys)
    assert first[HEADER_BYTES : HEADER_BYTES + CHUNK] != second[HEADER_BYTES : HEADER_BYTES + CHUNK]


def test_any_changed_byte_is_noticed(keys: Keyring) -> None:
    stored = _sealed(keys, PLAIN[: CHUNK + 10])
    for at in range(len(stored)):
        for bit in (0x01, 0x80):
            _refused(keys, stored[:at] + bytes([stored[at] ^ bit]) + stored[at + 1 :])


def test_any_cut_or_addition_is_noticed(keys: Keyring) -> None:
    stored = _sealed(keys, PLAIN[: 2 * CHUNK])
    for size in range(len(stored)):
        with pytest.raises(TamperedError):
            _open(keys, stored[:size])
    for more in (b"\0", stored[HEADER_BYTES:], bytes(WHOLE)):
        with pytest.raises(TamperedError):
            _open(keys, stored + more)


def test_chunks_swapped_doubled_or_left_out_are_noticed(keys: Keyring) -> None:
    stored = _sealed(keys)
    head, body = stored[:HEADER_BYTES], stored[HEADER_BYTES:]
    one, two, three, last = (body[at : at + WHOLE] for at in range(0, len(body), WHOLE))
    for mixed in (
        [two, one, three, last],
        [one, one, three, last],
        [one, three, last],
        [one, two, three],
        [one, two, last],
        [one, two, three, last, last],
        [one, two, last, three],
    ):
        _refused(keys, head + b"".join(mixed))


def test_files_of_two_calls_do_not_pass_for_each_other(keys: Keyring) -> None:
    mine, other = _sealed(keys), _sealed(keys, call_id="hl-1700000000.13")
    _refused(keys, other)
    _refused(keys, mine, "hl-1700000000.13")
    _refused(keys, mine[:HEADER_BYTES] + other[HEADER_BYTES:])
    again = _sealed(keys)  # of the same call, sealed another time
    _refused(keys, mine[:HEADER_BYTES] + again[HEADER_BYTES:])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_range_is_the_slice_of_the_plain_audio(keys: Keyring, data: st.DataObject) -> None:
    plain = PLAIN[: data.draw(st.integers(0, len(PLAIN)), "size")]
    source = _open(keys, _sealed(keys, plain))
    for _ in range(4):
        start = data.draw(st.integers(0, len(plain) + 10), "start")
        length = data.draw(st.integers(0, len(plain) + 10), "length")
        assert source.seek(start) == start
        assert source.read(length) == plain[start : start + length]
    assert source.seek(0, io.SEEK_END) == len(plain)
    assert source.seek(-min(5, len(plain)), io.SEEK_CUR) == len(plain) - min(5, len(plain))


class _Counting(io.BytesIO):
    """A source that knows how much was read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


def test_a_range_costs_its_own_chunks_only(keys: Keyring) -> None:
    plain = bytes(200 * CHUNK)
    stored = _Counting(_sealed(keys, plain))
    source = reader(stored, CALL_ID, keys)
    source.seek(100 * CHUNK)
    assert len(source.read(10)) == 10
    assert stored.taken < HEADER_BYTES + 70 * WHOLE  # header, last chunk, and one buffer of 64 KiB


def test_a_wrong_or_missing_master_key_is_named(keys: Keyring, tmp_path: Path) -> None:
    stored = _sealed(keys)
    wanted = keys.current().id
    with pytest.raises(WrongKeyError, match=f"{wanted}.*missing"):
        _open(Keyring(tmp_path), stored)
    other = MasterKey.make()
    (tmp_path / wanted).write_text(other.secret.hex())
    with pytest.raises(WrongKeyError, match=f"{wanted} holds another key, {other.id}"):
        _open(Keyring(tmp_path), stored)
    (tmp_path / wanted).write_text("not a key")
    with pytest.raises(WrongKeyError, match=wanted):
        _open(Keyring(tmp_path), stored)


def test_rewrapping_changes_the_header_only(keys: Keyring) -> None:
    stored = _sealed(keys)
    old, new = keys.current(), keys.add()
    header = Header.read(io.BytesIO(stored))
    wrapped = rewrap(header.wrapped, CALL_ID, old, new)
    moved = with_wrapping(header, new.id, wrapped).pack() + stored[HEADER_BYTES:]
    assert len(moved) == len(stored)
    assert _open(keys, moved).read() == PLAIN
    with pytest.raises(TamperedError):
        rewrap(wrapped, "hl-1700000000.13", new, old)
    with pytest.raises(TamperedError):
        rewrap(b"", CALL_ID, new, old)


def test_what_the_row_remembers_opens_a_file_with_a_damaged_header(keys: Keyring) -> None:
    stored = bytearray(_sealed(keys))
    header = Header.read(io.BytesIO(bytes(stored)))
    stored[40] ^= 1
    _refused(keys, bytes(stored))
    spare = Spare(header.key_id, header.wrapped)
    assert _open(keys, bytes(stored), spare=spare).read() == PLAIN
    with pytest.raises(TamperedError):
        _open(keys, bytes(stored), spare=Spare(header.key_id, bytes(60)))


def test_a_refusal_closes_the_source_and_so_does_the_end(keys: Keyring) -> None:
    source = io.BytesIO(b"HLVAULT")
    with pytest.raises(TamperedError):
        reader(source, CALL_ID, keys)
    assert source.closed
    source = io.BytesIO(_sealed(keys))
    reader(source, CALL_ID, keys).close()
    assert source.closed
