"""An object store that is away, hangs, lies or is not set up: a clear word within bounded time."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from time import monotonic

import pytest
from pydantic import ValidationError

from core.settings import Archive, Settings
from recorder.storage import open_store, s3
from recorder.storage.local import LocalStore
from recorder.storage.protocol import StoreUnavailableError, WriteMismatchError
from tests.recorder.storage.conftest import BUCKET, S3Server
from tests.recorder.storage.test_contract import KEY, LARGE


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source").write_bytes(LARGE)
    return tmp_path / "source"


SUM = sha256(LARGE).hexdigest()


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "PAUSE_S", 0.0)


def test_away_and_back_again(s3_server: S3Server, tmp_path: Path, source: Path, no_pause: None) -> None:
    store = open_store(s3_server.settings(tmp_path / "state"))
    store.put(KEY, source, SUM)
    s3_server.stop()
    for use in (
        store.probe,
        lambda: store.size(KEY),
        lambda: store.put(KEY, source, SUM),
        lambda: store.open(KEY),
    ):
        with pytest.raises(StoreUnavailableError, match="does not answer"):
            use()
    s3_server.start()
    store.probe()
    assert store.size(KEY) == len(LARGE)


def test_a_store_that_just_failed_is_not_asked_again_at_once(s3_server: S3Server, tmp_path: Path) -> None:
    store = open_store(s3_server.settings(tmp_path / "state"))
    s3_server.stop()
    with pytest.raises(StoreUnavailableError, match="does not answer"):
        store.probe()
    with pytest.raises(StoreUnavailableError, match="a moment ago"):
        store.probe()


def test_gone_in_the_middle_of_reading(s3_server: S3Server, tmp_path: Path, source: Path) -> None:
    store = open_store(s3_server.settings(tmp_path / "state"))
    store.put(KEY, source, SUM)
    with store.open(KEY) as found:
        assert found.read(10) == LARGE[:10]
        s3_server.stop()
        with pytest.raises(StoreUnavailableError):
            found.read()


def test_replaced_while_it_is_read(s3_server: S3Server, tmp_path: Path, source: Path) -> None:
    store = open_store(s3_server.settings(tmp_path / "state"))
    store.put(KEY, source, SUM)
    with store.open(KEY) as found:
        found.read(10)
        source.write_bytes(LARGE[::-1])
        store.put(KEY, source, sha256(LARGE[::-1]).hexdigest())
        with pytest.raises(StoreUnavailableError, match="replaced"):
            found.read()


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield server.getsockname()[1]


def test_a_store_that_hangs_holds_nobody_up(
    s3_server: S3Server, silent: int, tmp_path: Path, source: Path
) -> None:
    settings = s3_server.settings(tmp_path / "state", timeout_s=0.3)
    hanging = settings.archive.model_copy(update={"s3_endpoint": f"http://127.0.0.1:{silent}"})
    store = open_store(settings.model_copy(update={"archive": hanging}))
    begin = monotonic()
    with pytest.raises(StoreUnavailableError, match="does not answer"):
        store.put(KEY, source, SUM)
    assert monotonic() - begin < 15


def test_what_the_store_damaged_is_noticed_after_writing(
    s3_server: S3Server, tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(s3_server.settings(tmp_path / "state"))
    size = s3.S3Store.size

    def damage_first(self: s3.S3Store, key: str) -> int:
        place = s3_server.folder / BUCKET / key
        place.write_bytes(LARGE[:-1] + b"?")
        return size(self, key)

    monkeypatch.setattr(s3.S3Store, "size", damage_first)
    with pytest.raises(WriteMismatchError):
        store.put(KEY, source, SUM)


def test_wrong_keys_and_a_missing_bucket_are_unavailable_not_empty(
    s3_server: S3Server, tmp_path: Path
) -> None:
    with pytest.raises(StoreUnavailableError, match="NoSuchBucket"):
        open_store(s3_server.settings(tmp_path / "state", "elsewhere")).probe()
    settings = s3_server.settings(tmp_path / "state")
    (settings.secrets_dir / "s3").write_text("test-access:wrong\n")
    with pytest.raises(StoreUnavailableError, match="refuses"):
        open_store(settings).probe()


@pytest.mark.parametrize("content", [None, "", "only-one", ":secret"])
def test_without_our_keys_the_store_is_unavailable(
    shared_s3: S3Server, tmp_path: Path, content: str | None
) -> None:
    settings = shared_s3.settings(tmp_path / "state")
    file = settings.secrets_dir / "s3"
    file.unlink() if content is None else file.write_text(content)
    with pytest.raises(StoreUnavailableError, match="secrets/s3"):
        open_store(settings)


def test_old_copies_are_found_in_the_store_they_were_put_in(shared_s3: S3Server, tmp_path: Path) -> None:
    settings = shared_s3.settings(tmp_path / "state")
    assert open_store(settings).name == "s3"
    assert isinstance(open_store(settings, "local"), LocalStore)


def test_an_object_store_needs_an_address() -> None:
    with pytest.raises(ValidationError, match="s3_endpoint"):
        Settings(archive=Archive(store="s3"))
