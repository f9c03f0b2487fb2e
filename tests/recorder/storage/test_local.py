from __future__ import annotations

import errno
import os
from hashlib import sha256
from pathlib import Path

import pytest

from core.errors import NotFoundError
from core.settings import Archive, Paths, Settings
from recorder.storage import open_store
from recorder.storage.local import UNFINISHED, LocalStore
from recorder.storage.protocol import StoreUnavailableError
from tests.recorder.storage.test_contract import CALL_ID, KEY


def _put(store: LocalStore, folder: Path, audio: bytes = b"audio") -> None:
    (folder / "source").write_bytes(audio)
    store.put(KEY, folder / "source", sha256(audio).hexdigest())


def test_a_link_out_of_the_archive_is_no_recording(tmp_path: Path) -> None:
    outside = tmp_path / "outside" / "14"
    outside.mkdir(parents=True)
    (outside / f"{CALL_ID}.ogg").write_bytes(b"secret")
    inside = tmp_path / "archive" / "2023"
    inside.mkdir(parents=True)
    (inside / "11").symlink_to(tmp_path / "outside")
    with pytest.raises(NotFoundError):
        LocalStore(tmp_path / "archive").open(KEY)
    assert list(LocalStore(tmp_path / "archive").keys()) == []


def test_a_file_that_is_a_link_is_no_recording(tmp_path: Path) -> None:
    place = tmp_path / "archive" / KEY
    place.parent.mkdir(parents=True)
    (tmp_path / "secret").write_bytes(b"secret")
    place.symlink_to(tmp_path / "secret")
    with pytest.raises(NotFoundError):
        LocalStore(tmp_path / "archive").open(KEY)


def test_what_a_killed_worker_left_is_told_and_removed(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "archive")
    left = tmp_path / "archive" / UNFINISHED / f"{CALL_ID}.1-abc.put"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"left")
    (tmp_path / "archive" / "notes.txt").write_text("whose is this?")
    assert sorted(store.strange()) == [f"{UNFINISHED}/{left.name}", "notes.txt"]
    _put(store, tmp_path)
    assert list(store.strange()) == ["notes.txt"]


def test_a_full_disk_is_an_unavailable_store_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalStore(tmp_path / "archive")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("recorder.storage.local.os.fsync", full)
        with pytest.raises(StoreUnavailableError, match="No space left"):
            _put(store, tmp_path)
    assert [path for path in (tmp_path / "archive").rglob("*") if path.is_file()] == []
    _put(store, tmp_path)
    assert store.size(KEY) == 5


def test_a_disk_that_is_not_mounted_is_an_unavailable_store(tmp_path: Path) -> None:
    settings = Settings(paths=Paths(state=tmp_path), archive=Archive(folder=tmp_path / "disk"))
    store = open_store(settings)
    assert isinstance(store, LocalStore)
    store.probe()
    _put(store, tmp_path)
    (tmp_path / "disk").rename(tmp_path / "taken-away")
    with pytest.raises(StoreUnavailableError, match="mounted"):
        _put(store, tmp_path)
    assert not (tmp_path / "disk" / "2023").exists()
    (tmp_path / "disk").rmdir()
    (tmp_path / "taken-away").rename(tmp_path / "disk")
    store.probe()
    assert store.size(KEY) == 5


def test_without_a_folder_of_its_own_the_archive_lies_in_the_state_folder(tmp_path: Path) -> None:
    store = open_store(Settings(paths=Paths(state=tmp_path)))
    assert isinstance(store, LocalStore)
    _put(store, tmp_path)
    assert (tmp_path / "archive" / KEY).read_bytes() == b"audio"
