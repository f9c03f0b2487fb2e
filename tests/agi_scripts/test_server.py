"""The accept loop: whatever one peer does, the next call is served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest

from agi_scripts import server as module
from agi_scripts import session as wire
from agi_scripts.server import FastAgiServer
from agi_scripts.session import AgiSession
from tests.agi_scripts.asterisk import FakeAsterisk
from tests.conftest import poll
from tests.ports import free_port


async def _good(session: AgiSession) -> None:
    await session.set_variable("HL_NEXT", "queue")


async def _bad(session: AgiSession) -> None:
    raise KeyError("a mistake of ours")


class Server:
    """A running server and the door to hold its handlers at."""

    def __init__(self) -> None:
        self.port = free_port()
        self.stop = asyncio.Event()
        self.held, self.door = 0, asyncio.Event()
        handlers: dict[str, Callable[[AgiSession], Awaitable[None]]] = {
            "good": _good,
            "bad": _bad,
            "held": self._held,
        }
        self.task = asyncio.create_task(FastAgiServer(handlers).serve("127.0.0.1", self.port, self.stop))

    async def _held(self, session: AgiSession) -> None:
        self.held += 1
        await self.door.wait()
        await _good(session)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def is_up(self) -> bool:
        try:
            (await self.connect())[1].close()
        except OSError:
            return False
        return True

    async def serves(self, script: str = "good") -> bool:
        asterisk = FakeAsterisk(self.port)
        await asterisk.call(script)
        return asterisk.variables == {"HL_NEXT": "queue"}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    await poll(server.is_up, "the server listens")
    yield server
    server.door.set()
    server.stop.set()
    await server.task


async def test_a_health_check_that_connects_and_closes(server: Server) -> None:
    for _ in range(20):
        assert await server.is_up()
    assert await server.serves()


async def test_unknown_script(server: Server) -> None:
    asterisk = FakeAsterisk(server.port)
    await asterisk.call("nobody")
    assert asterisk.commands == []
    assert await server.serves()


async def test_a_failing_handler_leaves_the_caller_to_the_dialplan(server: Server) -> None:
    asterisk = FakeAsterisk(server.port)
    await asterisk.call("bad")
    assert "HL_NEXT" not in asterisk.variables
    assert await server.serves()


async def test_asterisk_breaks_off(server: Server) -> None:
    await FakeAsterisk(server.port).call("good", lambda _: None)
    await FakeAsterisk(server.port).call("good", lambda _: "garbage")
    assert await server.serves()


@pytest.mark.parametrize("text", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00\xff\n\n", b"x" * 20000, b"\n"])
async def test_peers_that_are_no_asterisk(server: Server, text: bytes) -> None:
    reader, writer = await server.connect()
    writer.write(text)
    with suppress(ConnectionResetError):  # closed while we were still sending
        async with asyncio.timeout(5):
            assert await reader.read() == b"", "closed without a word"
    writer.close()
    assert await server.serves()


async def test_a_silent_peer_is_let_go(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "HEADER_TIMEOUT_S", 0.05)
    reader, writer = await server.connect()
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()
    assert await server.serves()


async def test_more_calls_than_python_takes(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SESSIONS", 2)
    calls = [asyncio.create_task(server.serves("held")) for _ in range(2)]
    await poll(lambda: _true(server.held == 2), "both are in")
    assert not await server.serves(), "the third goes to the dialplan"
    server.door.set()
    assert await asyncio.gather(*calls) == [True, True]
    assert await server.serves()


async def test_calls_in_progress_finish_when_the_server_stops(server: Server) -> None:
    call = asyncio.create_task(server.serves("held"))
    await poll(lambda: _true(server.held == 1), "the call is in")
    server.stop.set()
    await poll(lambda: _not(server.is_up()), "no new ones are taken")
    server.door.set()
    assert await call
    await server.task


async def _true(value: bool) -> bool:
    return value


async def _not(value: Awaitable[bool]) -> bool:
    return not await value
