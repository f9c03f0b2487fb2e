"""A manager interface that speaks the real wire, for tests of the adapter: no Asterisk needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

Message = dict[str, str]
#: An action → the messages it is answered with; None: no answer at all.
Answer = Callable[[Message], list[Message] | None]


def success(text: str = "") -> Message:
    return {"Response": "Success", "Message": text}


def error(text: str) -> Message:
    return {"Response": "Error", "Message": text}


class FakeManager:
    """Greets, logs everybody with the right secret in, notes every action, answers as told."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self.port = 0
        self.actions: list[Message] = []
        self.raw = bytearray()
        self.log_ins = 0
        self.answers: dict[str, Answer] = {}
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._news = asyncio.Condition()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Like an Asterisk that dies: no goodbye."""
        if self._server is not None:
            self._server.close()
        self.drop()

    def drop(self) -> None:
        """Break every connection."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def tell(self, event: Message) -> None:
        """An event nobody asked for, to everybody who is logged in."""
        for writer in self._writers:
            writer.write("".join(f"{k}: {v}\r\n" for k, v in event.items()).encode() + b"\r\n")

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(holds)

    def named(self, action: str) -> list[Message]:
        return [message for message in self.actions if message["Action"] == action]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        try:
            while True:
                block = await reader.readuntil(b"\r\n\r\n")
                self.raw += block
                await self._answer(_parse(block), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, message: Message, writer: asyncio.StreamWriter) -> None:
        async with self._news:
            self.actions.append(message)
            self._news.notify_all()
        for reply in self._replies(message) or []:
            lines = ({"ActionID": message["ActionID"]} if "ActionID" in message else {}) | reply
            writer.write("".join(f"{k}: {v}\r\n" for k, v in lines.items()).encode() + b"\r\n")
        if message["Action"] == "Login":
            writer.write(b"Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n")
            async with self._news:
                self.log_ins += 1
                self._news.notify_all()

    def _replies(self, message: Message) -> list[Message] | None:
        if answer := self.answers.get(message["Action"]):
            return answer(message)
        if message["Action"] == "Login":
            right = message["Secret"] == self._secret
            return [success("Authentication accepted") if right else error("Authentication failed")]
        return [success()]


def _parse(block: bytes) -> Message:
    rows = block.decode().strip().split("\r\n")
    return {name: value for name, _, value in (row.partition(": ") for row in rows)}
