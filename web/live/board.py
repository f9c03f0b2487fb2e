"""The live board (实时看板): put together when it is looked at, told to leaders when it changed.

Counting the day costs the more the longer the day; it is done again only after the ledger said that a call
changed, and never more often than the board is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from time import monotonic
from typing import Any

import structlog
from pydantic import ValidationError
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from core.clock import CHINA
from core.events import CallChanged, Event
from core.phone import mask
from core.trunks import limit
from ivr.board import figures
from ivr.board.channel import SEATS
from ivr.board.figures import Day, Figures, Waiting
from ivr.ledger import queries as ledger
from ivr.ledger.tables import Seat
from ivr.queues import Queue, load
from ivr.trunks import gauges
from web.api.masking import HIDDEN, Viewer
from web.live.alarms import Alarms
from web.live.hub import Hub
from web.live.models import (
    Board,
    BoardFigures,
    BoardHour,
    BoardQueue,
    BoardTotal,
    Channels,
    SeatLive,
    WaitingCall,
)
from web.live.news import BoardNews
from web.services import Services

#: Shortest time between two boards, seconds.
EVERY_S = 0.5
#: Longest time until a change nobody told of is seen: trunk channels, alarms. Seconds.
LOOK_S = 5.0
#: Names of seats change rarely. Seconds.
NAMES_S = 30.0
_TALKING = frozenset({"talking", "hold", "consult", "conference"})

log = structlog.get_logger()


def _leads(viewer: Viewer) -> bool:
    return viewer.is_leader


class BoardKeeper:
    """The one board of this process."""

    def __init__(self, services: Services, hub: Hub) -> None:
        self._services, self._hub = services, hub
        self._alarms = Alarms(services)
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
                    told = self._tell(await self.board(), told)
                except (SQLAlchemyError, RedisError, OSError) as error:
                    log.debug("no board", why=str(error).splitlines()[:1])
                await asyncio.sleep(EVERY_S)

    def _tell(self, board: Board, told: str) -> str:
        """Tell `board` unless nothing but time has changed; what it says, to be compared."""
        says = board.model_dump_json(exclude=_TIME)
        if says != told:
            news = BoardNews(board=board).model_dump_json()
            self._hub.tell_those(_leads, news)
        return says

    async def board(self) -> Board:
        """The board, at most `EVERY_S` old.

        Raises:
            SQLAlchemyError, RedisError, OSError: it cannot be known now.
        """
        async with self._lock:
            if self._board is None or monotonic() - self._built >= EVERY_S * 0.9:
                self._board = await self._build()
                self._built = monotonic()
            return self._board

    async def _build(self) -> Board:
        now = self._services.clock.now()
        await self._count(now)
        seats = await self._seats()
        full = await gauges.read(self._services.redis)
        table = self._services.settings.trunk_table
        trunks = sum(limit(one) for one in table.values())
        used = sum(full.trunks[name].used for name in table if name in full.trunks)
        queues = load(self._services.settings).values()
        return Board(
            at=now,
            queues=[_queue(one, self._day, seats, now) for one in queues],
            total=_total(self._day, seats, now),
            seats=seats,
            trunk=Channels(used=used, limit=trunks),
            ivr=Channels(used=full.ivr, limit=self._services.settings.ivr.ports),
            alarms=await self._alarms.now(),
            hours=_hours(self._day.hours, now),
        )

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


async def seats_now(services: Services, wanted: Sequence[str] = ()) -> dict[str, SeatLive]:
    """What the keeper of presences says of the seats `wanted`, or of every seat, by extension.

    Raises:
        RedisError, OSError
    """
    redis = services.redis
    bodies = await redis.hmget(SEATS, list(wanted)) if wanted else await redis.hvals(SEATS)
    found = {}
    for body in bodies:
        try:
            if body is not None:
                seat = SeatLive.model_validate_json(body)
                found[seat.extension] = seat
        except ValidationError:
            log.warning("a seat's state nobody can read", state=str(body)[:200])
    return found


#: Fields that change by themselves.
_TIME: Any = {"at": True, "total": {"longest_wait_s"}, "queues": {"__all__": {"longest_wait_s"}}}


def _queue(queue: Queue, day: Day, seats: Sequence[SeatLive], now: datetime) -> BoardQueue:
    mine = [seat for seat in seats if queue.name in seat.queues]
    waiting = day.waiting_in(queue.name)
    return BoardQueue(
        name=queue.name,
        label=queue.label,
        label_en=queue.label_en,
        waiting=[_waiting(one) for one in waiting],
        **_figures(day.of(queue.name, now), waiting, mine, now),
    )


def _waiting(one: Waiting) -> WaitingCall:
    shown = HIDDEN if one.is_confidential else mask(one.caller)
    return WaitingCall(call_id=one.call_id, caller=shown, since=one.since, priority=one.priority)


def _total(day: Day, seats: Sequence[SeatLive], now: datetime) -> BoardTotal:
    return BoardTotal(waiting=len(day.waiting), **_figures(day.total(now), day.waiting, seats, now))


def _figures(
    counted: Figures, waiting: Sequence[Waiting], seats: Sequence[SeatLive], now: datetime
) -> dict[str, Any]:
    longest = max(((now - one.since).total_seconds() for one in waiting), default=0.0)
    fields = {name: getattr(counted, name) for name in BoardFigures.model_fields if hasattr(counted, name)}
    return fields | {
        "longest_wait_s": max(0.0, longest),
        "ready": sum(seat.state == "ready" for seat in seats),
        "talking": sum(seat.state in _TALKING for seat in seats),
        "paused": sum(seat.state == "paused" for seat in seats),
    }


def _hours(hours: Mapping[int, Figures], now: datetime) -> list[BoardHour]:
    """From midnight to now, hours without a call included."""
    last = now.astimezone(CHINA).hour
    none = Figures()
    found = {hour: hours.get(hour, none) for hour in range(last + 1)}
    return [
        BoardHour(hour=hour, offered=one.offered, answered=one.answered, abandoned=one.abandoned)
        for hour, one in found.items()
    ]
