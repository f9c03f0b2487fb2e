"""A real HTTP receiver on loopback that does what a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from core.delivery_settings import Delivery

#: Only addresses of this machine; a busy one takes its time.
LOOPBACK = Delivery(private_networks=["127.0.0.0/8"], timeout_s=60)


@dataclass(frozen=True)
class Heard:
    """A request as it came in."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Keeps what it hears; `answer` decides what it says, 200 and nothing unless told otherwise."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answer: Callable[[Heard], Awaitable[web.Response]] | None = None
    #: Set when a request has come in.
    called: asyncio.Event = field(default_factory=asyncio.Event)

    def says(self, status: int, text: str = "") -> None:
        async def answer(_: Heard) -> web.Response:
            return web.Response(status=status, text=text)

        self.answer = answer

    def hangs(self) -> asyncio.Event:
        """It takes requests and does not answer until the event is set."""
        freed = asyncio.Event()

        async def answer(_: Heard) -> web.Response:
            await freed.wait()
            return web.Response()

        self.answer = answer
        return freed

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        heard = Heard(dict(request.headers), await request.read())
        self.heard.append(heard)
        self.called.set()
        return await self.answer(heard) if self.answer else web.Response()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver._serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    receiver.url = f"http://{host}:{port}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
