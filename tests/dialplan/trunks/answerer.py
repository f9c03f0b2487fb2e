"""The carrier's end as the watch sees it: answers OPTIONS with 200."""

from __future__ import annotations

import asyncio
from typing import Any


class Answerer(asyncio.DatagramProtocol):
    """Answers while `is_alive`; stays silent otherwise."""

    def __init__(self) -> None:
        self.is_alive = True
        self.asked = 0
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def listen(cls, address: str, port: int) -> Answerer:
        loop = asyncio.get_running_loop()
        _, answerer = await loop.create_datagram_endpoint(cls, local_addr=(address, port))
        return answerer

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if not data.startswith(b"OPTIONS"):
            return
        self.asked += 1
        if self.is_alive and self._transport is not None:
            kept = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:")
            rows = [row for row in data.split(b"\r\n") if row.lower().startswith(kept)]
            answer = [b"SIP/2.0 200 OK", *rows, b"Content-Length: 0", b"", b""]
            self._transport.sendto(b"\r\n".join(answer), addr)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
