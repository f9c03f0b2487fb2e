"""The FastAGI server: one accept loop, one handler per script name.

Own code because panoramisk's FastAGI server blocks its event loop for ever when a peer connects and
closes at once, as every health check does (telephony-notes.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import structlog

from agi_scripts import (
    announcement,
    callback_offer,
    desk,
    inbound,
    pin,
    queue_entry,
    survey,
    transfer_target,
    visit,
)
from agi_scripts.session import AgiError, AgiSession, ChannelGoneError, read_header
from core.clock import SystemClock
from core.db import make_engine, make_sessions
from core.settings import Settings

log = structlog.get_logger()
Handler = Callable[[AgiSession], Awaitable[None]]
#: Calls that may be inside Python at the same time; further ones get the dialplan's fallback.
MAX_SESSIONS = 500


class FastAgiServer:
    """Accepts Asterisk's connections and runs the handler each asks for.

    A failing handler closes its connection without setting HL_NEXT; the dialplan then takes the
    caller to a person by itself.
    """

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        self._sessions = 0

    async def serve(self, host: str, port: int, stop: asyncio.Event) -> None:
        """Serve until `stop`; calls being handled then have ten seconds to finish."""
        server = await asyncio.start_server(self._accept, host, port, limit=8192)
        log.info("FastAGI ready", host=host, port=port)
        async with server:
            await stop.wait()
            server.close()
            for _ in range(100):
                if not self._sessions:
                    break
                await asyncio.sleep(0.1)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._sessions += 1
        try:
            if self._sessions <= MAX_SESSIONS:
                await self._handle(reader, writer)
            else:
                log.error("too many calls in Python; the dialplan takes this one", limit=MAX_SESSIONS)
        except (ChannelGoneError, ConnectionError):
            pass
        except (AgiError, TimeoutError) as error:
            log.warning("AGI conversation broken off", error=str(error) or "no header in time")
        except Exception:  # the accept loop: one call's fault must not touch the others
            log.exception("handler failed; the dialplan takes the caller to a person")
        finally:
            self._sessions -= 1
            writer.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        header = await read_header(reader)
        if not header:
            return
        session = AgiSession(reader, writer, header)
        handler = self._handlers.get(session.script)
        if handler is None:
            log.error("dialplan asks for a handler nobody wrote", script=session.script)
            return
        await handler(session)


async def main(settings: Settings, stop: asyncio.Event) -> None:
    """Process entry `agi`."""
    engine = make_engine(settings.database_url)
    sessions = make_sessions(engine)
    shared, keeper = desk.make(settings, sessions)
    door, calendar, talks = queue_entry.make(settings, sessions, SystemClock())
    handlers: dict[str, Handler] = {
        "inbound": partial(inbound.handle, desk=shared),
        "queue-entry": partial(queue_entry.handle, desk=door),
        "announcement": partial(
            announcement.handle, settings=settings, sessions=sessions, clock=SystemClock()
        ),
    }
    handlers["transfer-target"] = partial(transfer_target.handle, settings=settings, sessions=sessions)
    handlers["survey"] = partial(survey.handle, settings=settings)
    handlers["pin"] = partial(pin.handle, settings=settings, sessions=sessions)
    handlers["visit"] = partial(visit.handle, settings=settings, speech=shared.speech)
    offers = callback_offer.make(settings, sessions, shared.speech, calendar, SystemClock())
    handlers["callback-offer"] = partial(callback_offer.handle, desk=offers)
    keeping = asyncio.gather(keeper.run(), calendar.run(), talks.run())
    try:
        await FastAgiServer(handlers).serve(settings.agi.host, settings.agi.port, stop)
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await engine.dispose()
