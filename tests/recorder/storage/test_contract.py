"""What every store must do: the same tests against each of them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from core.errors import NotFoundError
from recorder.storage.protocol import Store, WriteMismatchError

CALL_ID = "hl-1700000000.12"
KEY = f"2023/11/14/{CALL_ID}.ogg"
#: More than two of whatever pieces a store deals in.
LARGE = bytes(range(256)) * (1 << 8) * 300


def _put(store: Store, folder: Path, audio: bytes, key: str = KEY) -> None:
    source = folder / "source"
    source.write_bytes(audio)
    store.put(key, source, sha256(audio).hexdigest())


def _read(store: Store, key: str = KEY) -> bytes:
    with store.open(key) as found:
        return found.read()


@pytest.mark.parametrize("audio", [b"", b"x", LARGE], ids=["empty", "small", "large"])
def test_what_was_put_is_there(store: Store, tmp_path: Path, audio: bytes) -> None:
    store.probe()
    _put(store, tmp_path, audio)
    assert _read(store) == audio
    assert store.size(KEY) == len(audio)
    assert list(store.keys()) == [KEY]


def test_it_is_read_from_any_place(store: Store, tmp_path: Path) -> None:
    _put(store, tmp_path, LARGE)
    with store.open(KEY) as found:
        assert found.seekable() and found.readable()
        assert found.seek(5_000_001) == 5_000_001 == found.tell()
        assert found.read(70_000) == LARGE[5_000_001:5_070_001]
        assert found.seek(-10, 2) == len(LARGE) - 10
        assert found.read(100) == LARGE[-10:]
        assert found.read(1) == b""
        found.seek(7)
        found.seek(3, 1)
        assert found.read(4) == LARGE[10:14]
        found.seek(len(LARGE) + 5)
        assert found.read() == b""


def test_putting_again_replaces(store: Store, tmp_path: Path) -> None:
    _put(store, tmp_path, b"first")
    _put(store, tmp_path, b"second")
    assert _read(store) == b"second"
    assert list(store.keys()) == [KEY]


@pytest.mark.parametrize("audio", [b"given", LARGE], ids=["small", "large"])
def test_another_sum_is_refused_and_what_was_there_stays(store: Store, tmp_path: Path, audio: bytes) -> None:
    _put(store, tmp_path, b"good")
    source = tmp_path / "source"
    source.write_bytes(audio)
    with pytest.raises(WriteMismatchError):
        store.put(KEY, source, sha256(b"something else").hexdigest())
    assert _read(store) == b"good"


def test_what_is_not_there_is_not_found(store: Store) -> None:
    with pytest.raises(NotFoundError):
        store.open(KEY)
    with pytest.raises(NotFoundError):
        store.size(KEY)
    store.delete(KEY)
    assert list(store.keys()) == []


def test_what_is_deleted_is_gone_and_the_rest_stays(store: Store, tmp_path: Path) -> None:
    other = KEY + ".enc"
    _put(store, tmp_path, b"x")
    _put(store, tmp_path, b"y", other)
    store.delete(KEY)
    with pytest.raises(NotFoundError):
        store.open(KEY)
    assert _read(store, other) == b"y"
    store.delete(KEY)


def test_keys_come_in_order_and_by_prefix(store: Store, tmp_path: Path) -> None:
    keys = sorted(
        [KEY, f"2023/11/15/hl-{1700000000 + 86400}.2.flac.enc", "2023/12/01/hl-1701388800.1.wav",
         "2024/01/01/a-1704067200.1.ogg.enc"]
    )  # fmt: skip
    for key in reversed(keys):
        _put(store, tmp_path, b"x", key)
    assert list(store.keys()) == keys
    assert list(store.keys("2023/11/")) == keys[:2]
    assert list(store.keys("2023/1")) == keys[:3]
    assert list(store.keys("2025/")) == []


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../" + KEY, KEY + "\n", "2023/11/14/../14/x.ogg", f"2023/11/15/{CALL_ID}.ogg",
     "2023/11/14/....ogg", f"2023/11/14/{CALL_ID}", f"2023/11/14/{CALL_ID}.exe", KEY + ".enc.enc",
     f"2023/11/14/{CALL_ID}.ogg/../x", "2023\\11\\14"],
)  # fmt: skip
def test_a_key_that_is_not_ours_is_no_recording(store: Store, tmp_path: Path, key: str) -> None:
    with pytest.raises(NotFoundError):
        store.open(key)
    with pytest.raises(NotFoundError):
        store.size(key)
    with pytest.raises(NotFoundError):
        store.delete(key)
    with pytest.raises(NotFoundError):
        _put(store, tmp_path, b"x", key)
