"""A PostgreSQL of the native programs, with folder and port of its own, for as long as a benchmark runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.harness import free_port, wait_until
from core.native import command, root_for_tests
from core.settings import Settings


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of its database `bench`; it is as safe as installed ones (fsync), and not tuned."""
    folder, port = Path(tempfile.mkdtemp(prefix="hotline-bench-postgresql-")), free_port()
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    data, address = folder / "data", ["-h", "127.0.0.1", "-p", str(port), "-U", "hotline"]
    _run(folder, "initdb", "-D", str(data), "-U", "hotline", "-A", "trust", "-E", "UTF8")
    options = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
    options += ["-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB"]
    with (folder / "log").open("wb") as log:
        line = _line(folder, "postgres", "-D", str(data), "-p", str(port), *options)
        server = subprocess.Popen(line, stdout=log, stderr=log)
    try:
        wait_until(lambda: _run(folder, "pg_isready", *address, check=False) == 0, 60, "postgresql answers")
        _run(folder, "createdb", *address, "bench")
        yield f"postgresql+asyncpg://hotline@127.0.0.1:{port}/bench"
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)


def _line(folder: Path, *args: str) -> list[str]:
    """As root it becomes nobody first: PostgreSQL refuses to be root."""
    root = root_for_tests(Settings())
    programs = next(iter(sorted(root.glob("usr/lib/postgresql/*/bin"), reverse=True)))
    line = [str(Path("/") / programs.relative_to(root) / args[0]), *args[1:]]
    drop = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]
    return command(Settings(), *(drop if os.geteuid() == 0 else []), *line, binds=[folder], root=root)


def _run(folder: Path, *args: str, check: bool = True) -> int:
    return subprocess.run(_line(folder, *args), check=check, capture_output=True).returncode
