"""Screen pops (来电弹屏): from a ringing seat to the consoles of that seat, and to nobody else's.

A pop is told at once when the seat rings, and again, whole, as soon as there is more to it: the ledger's row
or the draft is there, or the seat has answered and may see the whole number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from core.events import CallChanged, CaseOpened, Event
from core.tables import Role
from ivr.board import ringing
from ivr.board.ringing import Ring
from ivr.queues import load
from web.api.masking import Viewer
from web.live.hub import Hub
from web.live.models import Pop, SeatCall
from web.live.news import PopNews, PopOverNews
from web.live.pop_facts import gather
from web.live.pop_words import Known
from web.live.presence import seats_now
from web.services import Services

#: A seat in one of these states has the caller on the line: it may see the whole number.
_ANSWERED = frozenset({"talking", "hold", "consult", "conference", "pin"})
log = structlog.get_logger()


@dataclass
class _Told:
    """A pop some console has: the ring, what was said of it last, and whether there is no more to it."""

    ring: Ring
    said: Pop | None = None
    is_whole: bool = False


class Pops:
    """The pops of this process. One that nobody was told is put together when somebody asks."""

    def __init__(self, services: Services, hub: Hub, took: Callable[[float], None]) -> None:
        """`took` is told the seconds from each ring to its message."""
        self._services, self._hub, self._took = services, hub, took
        #: Seat → what its consoles were told.
        self._told: dict[str, _Told] = {}
        self._jobs: set[asyncio.Task[None]] = set()
        hub.hear(self._hear)

    def rang(self, ring: Ring) -> None:
        """A seat rings; returns at once."""
        if ring.seat in self._hub.extensions():
            self._told[ring.seat] = _Told(ring)
            self._soon(ring.seat)

    def over(self, seat: str, call_id: str) -> None:
        """It rang in vain, or elsewhere."""
        if self._of(seat, call_id):
            del self._told[seat]
        self._hub.tell_seats([seat], PopOverNews(call_id=call_id).model_dump_json())

    def busy(self, seat: str, call: SeatCall) -> None:
        """What the seat does with a call has changed, and with it perhaps what it may see."""
        if call.state in _ANSWERED and self._of(seat, call.call_id):
            self._soon(seat)

    def _of(self, seat: str, call_id: str) -> bool:
        told = self._told.get(seat)
        return told is not None and told.ring.call_id == call_id

    def _hear(self, event: Event) -> None:
        if isinstance(event, CallChanged | CaseOpened):
            for seat in [seat for seat in self._told if self._of(seat, event.call_id or "")]:
                self._soon(seat)

    def _soon(self, seat: str) -> None:
        if not self._told[seat].is_whole:
            job = asyncio.create_task(self._tell(seat))
            self._jobs.add(job)
            job.add_done_callback(self._jobs.discard)

    async def _tell(self, seat: str) -> None:
        told = self._told[seat]
        try:
            known = await self._known(told.ring)
        except (SQLAlchemyError, RedisError, OSError) as error:
            log.warning("a screen pop could not be put together", seat=seat, why=str(error).splitlines()[:1])
            return
        said = known.worded(Viewer(Role.SEAT, seat))
        if self._told.get(seat) is told and said != told.said:
            is_first, told.said, told.is_whole = told.said is None, said, known.is_whole
            self._hub.tell(lambda v: PopNews(pop=known.worded(v)) if v.extension == seat else None)
            if is_first:
                self._took((self._services.clock.now() - told.ring.at).total_seconds())

    async def current(self, viewer: Viewer) -> Pop | None:
        """The pop of the call this viewer's seat rings with, talks in, or has just had; None: none.

        Raises:
            SQLAlchemyError, RedisError, OSError
        """
        if not viewer.extension:
            return None
        ring = await ringing.current(self._services.redis, viewer.extension)
        if ring is None:
            return None
        self._told.setdefault(ring.seat, _Told(ring))
        return (await self._known(ring)).worded(viewer)

    async def _known(self, ring: Ring) -> Known:
        settings = self._services.settings
        async with self._services.sessions() as db:
            facts = await gather(db, ring, settings.sip.area_code, self._services.clock.now())
        live = (await seats_now(self._services, [ring.seat])).get(ring.seat)
        mine = live.call if live and live.call and live.call.call_id == ring.call_id else None
        answered = ring.is_over or (mine is not None and mine.state in _ANSWERED)
        return Known(ring, facts, load(settings), has_answered=answered)
