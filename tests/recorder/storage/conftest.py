"""Every store there is, by turns: a folder, and a real S3 server on loopback."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Archive, Paths, Settings
from recorder.storage import open_store
from recorder.storage.local import LocalStore
from recorder.storage.protocol import Store
from tests.ports import free_port

BUCKET = "recordings"
_SPARE = 100
KEYS = ("test-access", "test-secret-key")


class S3Server:
    """`rclone serve s3` over a folder; may be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        # The server remembers for minutes what it saw, so the buckets are there before it starts.
        self._spare = [f"spare-{number}" for number in range(_SPARE)]
        for name in (BUCKET, *self._spare):
            (folder / name).mkdir(parents=True)

    def bucket(self) -> str:
        """An empty bucket nobody else has."""
        return self._spare.pop()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        rclone = str(Path(sys.executable).with_name("rclone"))
        line = [rclone, "serve", "s3", "--config", "/dev/null", "--auth-key", ",".join(KEYS)]
        # Never with --dir-cache-time 0: the server then turns in circles for minutes.
        line += ["--addr", f"127.0.0.1:{self.port}", str(self.folder)]
        self._process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            assert self._process.poll() is None, "rclone ended"
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def settings(self, state: Path, bucket: str = BUCKET, timeout_s: float = 60.0) -> Settings:
        """Settings of a hotline that keeps its recordings here."""
        archive = Archive(store="s3", s3_endpoint=self.endpoint, s3_bucket=bucket, s3_timeout_s=timeout_s)
        settings = Settings(paths=Paths(state=state, native=Settings().paths.native), archive=archive)
        settings.secrets_dir.mkdir(parents=True, exist_ok=True)
        (settings.secrets_dir / "s3").write_text(":".join(KEYS) + "\n")
        return settings


@pytest.fixture(scope="session")
def shared_s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """For tests that leave it running; each takes a bucket of its own."""
    server = S3Server(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def s3_server(tmp_path: Path) -> Iterator[S3Server]:
    """For tests that stop it."""
    server = S3Server(tmp_path / "s3")
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "local":
        return LocalStore(tmp_path / "archive", tmp_path / "marker")
    server: S3Server = request.getfixturevalue("shared_s3")
    return open_store(server.settings(tmp_path / "state", server.bucket()))
