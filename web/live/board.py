"""The live board (实时看板): put together when it is looked at, told to leaders when it changed.

Counting the day costs the more the longer the day; it is done again only after the ledger said that a call
changed, and never more often than the board is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from time import monotonic

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from core.clock import CHINA
from core.events import CallChanged, Event
from ivr.board import figures, waiting_room
from ivr.board.figures import Day
from ivr.ledger import queries as ledger
from ivr.ledger.tables import Seat
from ivr.trunks import gauges
from web.api.masking import Viewer
from web.live import board_words
from web.live.alarms import Alarms
from web.live.hub import Hub
from web.live.models import Board, SeatLive
from web.live.news import BoardNews
from web.live.presence import seats_now
from web.services import Services

#: Shortest time between two boards, seconds.
EVERY_S = 0.5
#: Longest time until a change nobody told of is seen: trunk channels, alarms. Seconds.
LOOK_S = 5.0
#: Names of seats change rarely. Seconds.
NAMES_S = 30.0

log = structlog.get_logger()


def _leads(viewer: Viewer) -> bool:
    return viewer.is_leader


class BoardKeeper:
    """The one board of this process."""

    def __init__(self, services: Services, hub: Hub) -> None:
        self._services, self._hub = services, hub
        self._alarms = Alarms(services, self.touch)
        self._news, self._lock = asyncio.Event(), asyncio.Lock()
        self._board: Board | None = None
        self._built = self._named = float("-inf")
        self._day: Day = Day()
        #: The China date counted; None: to be counted again.
        self._counted: date | None = None
        self._names: Sequence[Seat] = ()
        self._born = services.clock.now()
        hub.hear(self._hear)

    def _hear(self, event: Event) -> None:
        if isinstance(event, CallChanged):
            self._counted = None
            self._news.set()

    def touch(self) -> None:
        """Something on the board changed."""
        self._news.set()

    async def run(self) -> None:
        """Tell leaders that listen, until cancelled."""
        told = ""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._news.wait()
            self._news.clear()
            if self._hub.any_of(_leads):
                try:
                    told = self._tell(await self.board(max_age_s=0.0), told)
                except (SQLAlchemyError, RedisError, OSError) as error:
                    log.debug("no board", why=str(error).splitlines()[:1])
                await asyncio.sleep(EVERY_S)

    def _tell(self, board: Board, told: str) -> str:
        """Tell `board` unless nothing but time has changed; what it says, to be compared."""
        says = board_words.but_time(board)
        if says != told:
            self._hub.tell_those(_leads, BoardNews(board=board).model_dump_json())
        return says

    async def board(self, max_age_s: float = EVERY_S) -> Board:
        """The board, not older than that.

        Raises:
            SQLAlchemyError, RedisError, OSError: it cannot be known now.
        """
        asked = monotonic()
        async with self._lock:
            if self._board is None or self._built < asked - max_age_s:
                began = monotonic()
                self._board = await self._build()
                self._built = began
            return self._board

    async def _build(self) -> Board:
        services, now = self._services, self._services.clock.now()
        await self._count(now)
        day = await self._with_who_is_back()
        return board_words.board(
            services.settings,
            day,
            seats=await self._seats(),
            full=await gauges.read(services.redis),
            alarms=await self._alarms.now(),
            now=now,
        )

    async def _with_who_is_back(self) -> Day:
        """The day as counted, and callers a seat sent back into a queue."""
        places = await waiting_room.places(self._services.redis)
        unknown = places.keys() - {one.call_id for one in self._day.waiting}
        if not unknown:
            return self._day
        async with self._services.sessions() as db:
            back = await figures.back_in_queue(db, {call_id: places[call_id] for call_id in unknown})
        waiting = sorted((*self._day.waiting, *back), key=lambda one: one.since)
        return replace(self._day, waiting=tuple(waiting))

    async def _count(self, now: datetime) -> None:
        today = now.astimezone(CHINA).date()
        if self._counted == today:
            return
        self._counted = today  # a call that changes meanwhile has it done again
        try:
            async with self._services.sessions() as db:
                self._day = await figures.read(db, now)
        except (SQLAlchemyError, OSError):
            self._counted = None
            raise

    async def _seats(self) -> list[SeatLive]:
        """Every seat there is; one the keeper of presences does not know is not logged in."""
        if monotonic() - self._named >= NAMES_S:
            async with self._services.sessions() as db:
                self._names = await ledger.list_seats(db)
            self._named = monotonic()
        live = await seats_now(self._services)
        return [live.get(seat.extension) or self._offline(seat) for seat in self._names]

    def _offline(self, seat: Seat) -> SeatLive:
        return SeatLive(
            extension=seat.extension,
            display_name=seat.display_name,
            account_id=None,
            state="offline",
            since=self._born,
            reason="",
            device="",
            devices=[],
            queues=[],
            until=None,
            over_limit=False,
            call=None,
        )
