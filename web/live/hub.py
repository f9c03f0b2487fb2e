"""From the event bus to every console that listens.

An event is read from the database once, however many listen, and masked for each. A console that cannot
keep up is dropped: it connects again and reloads, which is cheaper than a queue that grows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from typing import Protocol

import structlog
from pydantic import BaseModel

from core.db import SessionFactory
from core.events import Event
from core.tables import Account
from ticketing.listing.pages import EVERYTHING
from ticketing.scope import Scope
from web.api.masking import Viewer
from web.api.route import STAFF
from web.live import case_news
from web.live.news import Tell, tell

log = structlog.get_logger()

#: Messages a console may lag behind before it is dropped.
LAG = 256
#: Consoles one process serves.
MOST = 1000


class Follows(Protocol):
    """The part of the bus the hub needs."""

    def follow(self) -> AsyncIterator[Event]: ...


class Listener:
    """One console: who looks, what it has not been sent yet, and how to be rid of it."""

    def __init__(
        self,
        viewer: Viewer,
        drop: Callable[[], None],
        account_id: int = 0,
        reach: Scope = EVERYTHING,
    ) -> None:
        self.viewer = viewer
        #: Whose cases they see.
        self.reach = reach
        self.account_id = account_id
        self._drop = drop
        self._unsent: asyncio.Queue[str] = asyncio.Queue(LAG)

    def offer(self, message: BaseModel | str) -> None:
        """Queue a message, JSON or what becomes JSON; a listener with a full queue is dropped instead."""
        try:
            self._unsent.put_nowait(message if isinstance(message, str) else message.model_dump_json())
        except asyncio.QueueFull:
            log.warning("dropped a console that does not keep up")
            self._drop()

    async def next(self) -> str:
        """The next message to send, as JSON."""
        return await self._unsent.get()


class Hub:
    """All consoles of this process."""

    def __init__(self, bus: Follows, sessions: SessionFactory) -> None:
        self._bus = bus
        self._sessions = sessions
        self._listeners: set[Listener] = set()
        #: Who works on cases alone.
        self._workers: set[Listener] = set()
        #: Told every event, whoever listens.
        self._hearers: list[Callable[[Event], None]] = []

    def hear(self, hearer: Callable[[Event], None]) -> None:
        """Call `hearer` for each event of the bus from now on; it must not wait for anything."""
        self._hearers.append(hearer)

    @property
    def full(self) -> bool:
        return len(self._listeners) + len(self._workers) >= MOST

    def join(self, listener: Listener) -> None:
        """Tell `listener` from now on: of everything (`STAFF`), or of cases in their reach alone."""
        (self._listeners if listener.viewer.role in STAFF else self._workers).add(listener)

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        self._workers.discard(listener)

    def moved(self, account: Account) -> None:
        """The account sits at another seat now (换座): its open consoles get that seat's messages."""
        for listener in self._listeners:
            if listener.account_id == account.id:
                listener.viewer = Viewer.of(account)

    def any_of(self, wanted: Callable[[Viewer], bool]) -> bool:
        """Whether anybody listens whom `wanted` holds for."""
        return any(wanted(listener.viewer) for listener in self._listeners)

    def extensions(self) -> set[str]:
        """Seats whose consoles listen."""
        return {one.viewer.extension for one in self._listeners if one.viewer.extension}

    def tell(self, telling: Tell) -> None:
        """Word a message for each viewer it is for."""
        for listener in tuple(self._listeners):
            if (message := telling(listener.viewer)) is not None:
                listener.offer(message)

    def tell_those(self, wanted: Callable[[Viewer], bool], message: str) -> None:
        """The same message, as JSON, to all whom `wanted` holds for, and to nobody else."""
        for listener in tuple(self._listeners):
            if wanted(listener.viewer):
                listener.offer(message)

    def tell_seats(self, extensions: Collection[str], message: str) -> None:
        """The same message, as JSON, to the consoles of these seats."""
        self.tell_those(lambda viewer: viewer.extension in extensions, message)

    async def run(self) -> None:
        """Pass events on until cancelled. The bus waits for a Redis that is away and goes on where it was."""
        async for event in self._bus.follow():
            for hearer in self._hearers:
                hearer(event)
            if self._listeners or self._workers:
                await self._pass_on(event)

    async def _pass_on(self, event: Event) -> None:
        try:
            async with self._sessions() as db:
                tellings = await tell(db, event) if self._listeners else []
                of_case = await case_news.read(db, event) if self._workers else None
        except Exception:  # event consumer, a named boundary: one bad event must not end the live view
            log.exception("an event was not passed on", kind=type(event).__name__)
            return
        for telling in tellings:
            self.tell(telling)
        if of_case is not None:
            for worker in tuple(self._workers):
                if (message := of_case.of(worker.viewer, worker.reach)) is not None:
                    worker.offer(message)
