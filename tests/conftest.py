"""Fixtures several rooms share: real Redis and PostgreSQL on loopback, and a database of each sort."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncEngine
from xdist.scheduler import LoadScopeScheduling

from core import migrate
from core.clock import FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.native import command, root_for_tests
from core.settings import Settings
from tests.instance import HotlineInstance
from tests.ports import free_port

Server = subprocess.Popen[bytes]


#: Folders whose tests share a whole hotline: each stays with one worker, so that it is started once.
_TOGETHER = ("tests/dialplan", "tests/browser")


class _Together(LoadScopeScheduling):  # type: ignore[misc] - pytest-xdist comes without types
    """Gives a worker of pytest-xdist a whole folder that shares a hotline, or a whole file."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file.rpartition("/")[0] if file.startswith(_TOGETHER) else file


#: Tests in which telephones, browsers and recognisers keep time on a machine that may be busy are tried once
#: more when they fail; more than so many in one run are no accident, and the run fails.
_MOST_TRIED_AGAIN = 6


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(_TOGETHER):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    again = reporter.stats.get("rerun", []) if reporter else []
    if len(again) > _MOST_TRIED_AGAIN and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{len(again)} tests had to be tried again: too many", red=True)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Together:
    return _Together(config, log)


async def poll(check: Callable[[], Awaitable[bool]], what: str, seconds: float = 20.0) -> None:
    """Wait until `check` is true; fails, naming `what`, after `seconds`."""
    end = asyncio.get_running_loop().time() + seconds
    while not await check():
        assert asyncio.get_running_loop().time() < end, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.02)


@pytest.fixture(name="poll")
def poll_fixture() -> Callable[..., Awaitable[None]]:
    return poll


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 1, 30, tzinfo=UTC))


class RedisServer:
    """A Redis of the native root that a test can stop and start again."""

    def __init__(self) -> None:
        self.port = free_port()
        self._folder = tempfile.mkdtemp(prefix="hotline-test-redis-")
        self._process: Server | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Start it, and return when it answers; what it held before is there again."""
        self._spawn()
        await poll(self._answers, "redis answers")

    def _spawn(self) -> None:
        args = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", self._folder, "--appendonly", "yes"]
        line = command(Settings(), "redis-server", *args, "--save", "", "--appendfsync", "always")
        self._process = subprocess.Popen(line, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    async def _answers(self) -> bool:
        redis: Redis = Redis.from_url(self.url)
        try:
            await redis.ping()
        except (RedisError, OSError):
            return False
        finally:
            await redis.aclose()
        return True


@pytest.fixture(scope="session")
async def redis_server() -> AsyncIterator[RedisServer]:
    server = RedisServer()
    await server.start()
    yield server
    server.remove()


@pytest.fixture
async def redis_url(redis_server: RedisServer) -> str:
    """An empty Redis."""
    redis: Redis = Redis.from_url(redis_server.url)
    await redis.flushall()
    await redis.aclose()
    return redis_server.url


def _postgresql(folder: Path, *args: str) -> list[str]:
    """A PostgreSQL command line; as root it becomes nobody first, since PostgreSQL refuses to be root."""
    root = root_for_tests(Settings())
    drop = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]
    programs = next(iter(sorted(root.glob("usr/lib/postgresql/*/bin"), reverse=True)))
    line = [str(Path("/") / programs.relative_to(root) / args[0]), *args[1:]]
    whole = [*drop, *line] if os.geteuid() == 0 else line
    return command(Settings(), *whole, binds=[folder], root=root)


def _run(work: Coroutine[Any, Any, None]) -> None:
    """`work` to its end, in a loop of its own: for fixtures, which are not in the tests' loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL without a database name, of a PostgreSQL whose database `template_hotline` has all tables."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-test-postgresql-"))
    data, port = folder / "data", free_port()
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    init = _postgresql(folder, "initdb", "-D", str(data), "-U", "hotline", "-A", "trust", "-E", "UTF8", "-N")
    subprocess.run(init, check=True, capture_output=True)
    options = [
        "-c",
        "fsync=off",
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        f"unix_socket_directories={folder}",
    ]
    with (folder / "log").open("wb") as log:
        line = _postgresql(folder, "postgres", "-D", str(data), "-p", str(port), *options)
        server = subprocess.Popen(line, stdout=log, stderr=log)
    url = f"postgresql://hotline@127.0.0.1:{port}/"
    _run(poll(lambda: _answers(url), "postgresql answers"))
    _run(_administer(url, "CREATE DATABASE template_hotline"))
    _run(migrate.upgrade(_async_url(url, "template_hotline")))
    yield url
    server.kill()
    server.wait()
    shutil.rmtree(folder)


def _async_url(url: str, database: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://") + database


async def _answers(url: str) -> bool:
    try:
        await (await asyncpg.connect(url + "postgres")).close()
    except (OSError, asyncpg.PostgresError):
        return False
    return True


async def _administer(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url + "postgres")
    await connection.execute(statement)
    await connection.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _run(migrate.upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file of this test's own."""
    shutil.copy(sqlite_template, tmp_path / "hotline.db")
    return f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"


_serial = iter(range(1_000_000))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated, empty database of this test's own: the test runs once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    url, name = request.getfixturevalue("postgresql"), f"test_{next(_serial)}"
    _run(_administer(url, f"CREATE DATABASE {name} TEMPLATE template_hotline"))
    yield _async_url(url, name)
    _run(_administer(url, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> SessionFactory:
    return make_sessions(engine)


@pytest.fixture(scope="session")
async def hotline() -> AsyncIterator[HotlineInstance]:
    """A whole hotline, every part real, for the tests that dial in or look at pages."""
    instance = HotlineInstance()
    await asyncio.to_thread(instance.start)
    yield instance
    status = await asyncio.to_thread(instance.stop)
    await instance.close()
    instance.remove()
    assert status == 0
