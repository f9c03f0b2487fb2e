"""A browser's phone on the wire: registers over the WebSocket as JsSIP does, rings, and never picks up."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress

import aiohttp

from core.settings import Settings
from tests.dialplan.test_browser_seat import NAME, digest, register_request
from tests.waiting import poll


class WsPhone:
    """Registered while it is started; `rings` counts the calls it was offered."""

    def __init__(self, settings: Settings, user: str, secret: str) -> None:
        self._url = f"ws://{settings.seats.ws_host}:{settings.seats.ws_port}/ws"
        self._user, self._secret = user, secret
        self._client: aiohttp.ClientSession | None = None
        self._reader: asyncio.Task[None] | None = None
        self._is_registered = False
        self.rings = 0

    async def start(self) -> None:
        self._client = aiohttp.ClientSession()
        self._socket = await self._client.ws_connect(self._url, protocols=["sip"])
        await self._socket.send_str(register_request(self._user, 1))
        self._reader = asyncio.create_task(self._read())
        await poll(lambda: self._is_registered, "the browser's phone is registered")

    async def stop(self) -> None:
        """As a page that is closed: the socket goes, nothing is said."""
        self._is_registered = False
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader
        if self._client is not None:
            await self._socket.close()
            await self._client.close()

    async def _read(self) -> None:
        async for message in self._socket:
            await self._answer(str(message.data))

    async def _answer(self, text: str) -> None:
        if text.startswith("SIP/2.0 401"):
            again = register_request(self._user, 2, digest(self._user, self._secret, text))
            await self._socket.send_str(again)
        elif text.startswith("SIP/2.0 200") and "CSeq: 2 REGISTER" in text:
            self._is_registered = True
        elif text.startswith("OPTIONS"):
            await self._reply(text, "200 OK")
        elif text.startswith("INVITE"):
            self.rings += 1
            await self._reply(text, "180 Ringing")
        elif text.startswith("CANCEL"):
            await self._reply(text, "200 OK")

    async def _reply(self, request: str, status: str) -> None:
        kept = re.findall(r"^(?:Via|From|Call-ID|CSeq|Record-Route): .*$", request, re.MULTILINE)
        to = re.search(r"^To: (.*)$", request, re.MULTILINE)
        assert to is not None, request
        tag = "" if ";tag=" in to[1] else ";tag=phone"
        rows = [f"SIP/2.0 {status}", *(row.strip() for row in kept), f"To: {to[1].strip()}{tag}"]
        contact = f"Contact: <sip:{self._user}@{NAME};transport=ws>"
        await self._socket.send_str("\r\n".join([*rows, contact, "Content-Length: 0", "", ""]))
