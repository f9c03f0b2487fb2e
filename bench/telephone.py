"""A softphone (baresip) that tells at once when it is rung, and answers and hangs up when told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from core.settings import Settings
from tests.softphone import Softphone


class Telephone:
    """A seat's telephone with its control connection open: baresip has one, for events and for commands."""

    def __init__(self, settings: Settings, extension: str, secret: str, rang: Callable[[], None]) -> None:
        self.extension = extension
        self._phone = Softphone(settings, extension, secret)
        self._rang = rang
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None

    async def start(self, speech: bytes) -> None:
        """Register and join the queues; `speech` is headerless A-law."""
        await self._phone.start(speech, answers=False)
        await self._phone.log_in()
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self._phone._control_port)
        self._listening = asyncio.create_task(self._listen(reader))

    async def press(self, name: str) -> None:
        """`accept` or `hangup`."""
        assert self._writer is not None
        body = json.dumps({"command": name, "params": "", "token": "t"})
        self._writer.write(f"{len(body)}:{body},".encode())
        await self._writer.drain()

    async def stop(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
        if self._writer is not None:
            self._writer.close()
        await self._phone.stop()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while True:
            length = (await reader.readuntil(b":"))[:-1].lstrip(b",")
            said: dict[str, Any] = json.loads(await reader.readexactly(int(length)))
            if said.get("type") == "CALL_INCOMING":
                self._rang()
