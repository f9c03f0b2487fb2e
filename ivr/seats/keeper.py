"""Keeps presence true: hears the switch, looks where events cannot tell, and does what is due by itself.

All it knows it can learn anew: places, pauses and telephones from the switch, what was chosen from the
database, since when from what was published before. So it may be killed at any moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import UnavailableError
from core.settings import Settings
from ivr import queues
from ivr.ledger.tables import Seat
from ivr.seats import book, live
from ivr.seats.actions import Actions, SeatSwitch
from ivr.seats.book import Book
from ivr.seats.calls import SeatCall, Work, carried_on, work_of
from ivr.seats.memory import EVENTS, Memory, News
from ivr.seats.missed import MISSED_EVENTS, ShortRings
from ivr.seats.model import KINDS, SeatFacts, SeatLive, kind_of, state_of
from ivr.seats.rules import Chosen, Look, Pause, Rules, Watch, judge
from ivr.switch.hearing import CONNECTED, LOST, Hear
from ivr.switch.lines import ChannelLine

#: Events of one change come together; they are looked at together, seconds.
TOGETHER_S = 0.15
#: Channels are not asked for more often than this, seconds.
CHANNELS_EVERY_S = 0.4
#: While anybody talks, and while nobody does: looks that no event asked for, seconds.
LIVE_S, QUIET_S = 5.0, 30.0
#: Everything anew after this, whatever was heard: an event may be lost. Seconds.
ANEW_S = 120.0
#: A switch, database or Redis that is away is asked again after this, seconds.
AWAY_S = 1.0

log = structlog.get_logger()


class PresenceSwitch(SeatSwitch, Protocol):
    """The part of the switch the keeper needs (ivr.switch.ami.Switch)."""

    def listen(self, names: Sequence[str], hear: Hear) -> None: ...

    async def device_states(self) -> Mapping[str, str]: ...

    async def channel_lines(self) -> Sequence[ChannelLine]: ...


class PresenceKeeper:
    """One task; `seats` is what was told last."""

    def __init__(
        self, settings: Settings, switch: PresenceSwitch, sessions: SessionFactory, redis: Redis, clock: Clock
    ) -> None:
        self._switch, self._sessions, self._redis, self._clock = switch, sessions, redis, clock
        self._order = {name: place for place, name in enumerate(queues.load(settings))}
        self._rules = Rules.of(settings.seats, settings.queue.wrap_up_s)
        self._memory, self._actions = Memory(), Actions(switch, sessions)
        self._short = ShortRings(settings.queue.ring_s)
        self._book: Book | None = None
        self._watches: dict[str, Watch] = {}
        self._channels: Sequence[ChannelLine] = ()
        self._looked_at = self._anew_at = 0.0
        self._news, self._wake = News.ALL, asyncio.Event()
        #: Changes of state that are not yet in the history.
        self._unwritten: dict[str, SeatLive] = {}
        self.seats: dict[str, SeatLive] = {}

    async def run(self) -> None:
        """Until cancelled; a switch, database or Redis that is away is waited for."""
        self._switch.listen(sorted({*EVENTS, *MISSED_EVENTS}), self.hear)
        nudges = asyncio.create_task(self._nudges())
        try:
            while True:
                pause = await self._look_or_wait()
                try:
                    async with asyncio.timeout(pause):
                        await self._wake.wait()
                    await asyncio.sleep(TOGETHER_S)
                except TimeoutError:
                    pass
                self._wake.clear()
        finally:
            nudges.cancel()

    def hear(self, event: Mapping[str, str]) -> None:
        """An event of the switch."""
        if event["event"] in (LOST, CONNECTED):
            self._short.forget()
        self._short.hear(event, self._clock.now().timestamp())
        news = self._memory.hear(event)
        if news or event["event"] in MISSED_EVENTS:
            self._news = max(self._news, news)
            self._wake.set()

    async def _nudges(self) -> None:
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(live.LOOK)
                    async for _ in channel.listen():
                        self._book, self._news = None, max(self._news, News.CHANNELS)
                        self._wake.set()
            except (RedisError, OSError):
                await asyncio.sleep(AWAY_S)

    async def _look_or_wait(self) -> float:
        try:
            return await self.look()
        except (UnavailableError, SQLAlchemyError, RedisError, OSError) as error:
            log.debug("seats cannot be looked at", why=str(error).splitlines()[:1])
            self._news = News.ALL
            return AWAY_S

    async def look(self) -> float:
        """Look once and do what is due; seconds until that may be needed again.

        Raises:
            UnavailableError, SQLAlchemyError, RedisError, OSError: something is away; to be tried again.
        """
        news, self._news = self._news, News.NOTHING
        await self._learn(news)
        await self._note_wishes()
        now = self._clock.now()
        known = self._book or await book.read(self._sessions)
        self._book = known
        seats, due = {}, []
        for extension, name in sorted(known.names.items()):
            seat, look = self._seat(extension, name, known, now)
            watch = self._watches.setdefault(extension, Watch())
            verdict = judge(look, watch, self._rules)
            due += verdict.due
            if verdict.steps and await self._actions.take(look, verdict.steps):
                self._book, self._news = None, max(self._news, News.SEATS)
                self._wake.set()
                if look.call_before and any(isinstance(step, Pause) for step in verdict.steps):
                    watch.wrapped = look.call_before.call_id
                    seat = self.seats.get(extension, seat)  # told when it is paused: it was never ready
            seats[extension] = seat
        await self._missed(now)
        await self._tell(seats, now)
        return self._pause(due, now)

    async def _learn(self, news: News) -> None:
        loop_time = asyncio.get_running_loop().time()
        if news is News.ALL or loop_time - self._anew_at > ANEW_S:
            self._memory.take(await self._switch.lines(), await self._switch.device_states())
            self._channels, self._looked_at, self._anew_at = (
                await self._switch.channel_lines(),
                loop_time,
                loop_time,
            )
            self._book = None
            if not self.seats:
                self.seats = await self._published()
        elif news is News.CHANNELS or (self._is_live and loop_time - self._looked_at >= LIVE_S):
            if (early := self._looked_at + CHANNELS_EVERY_S - loop_time) > 0:
                await asyncio.sleep(early)
            self._channels = await self._switch.channel_lines()
            self._looked_at = asyncio.get_running_loop().time()

    async def _note_wishes(self) -> None:
        if wishes := dict(self._memory.wishes):
            async with self._sessions.begin() as session:
                await begin_write(session)
                for extension, kind in wishes.items():
                    if await session.get(Seat, extension) is not None:
                        await book.choose(session, extension, device=kind)
            self._memory.wishes.clear()
            self._book = None

    @property
    def _is_live(self) -> bool:
        return any(seat.call is not None or seat.state == "supervising" for seat in self.seats.values())

    async def _published(self) -> dict[str, SeatLive]:
        """What a keeper before this one told last: since when, and over which queue."""
        found = {}
        for extension, body in (await live.read_all(self._redis)).items():
            try:
                found[extension] = SeatLive.from_json(body)
            except (KeyError, TypeError, ValueError) as error:
                log.debug("a published seat was not understood", seat=extension, why=repr(error))
        return found

    def _seat(self, extension: str, name: str, known: Book, now: datetime) -> tuple[SeatLive, Look]:
        before = self.seats.get(extension)
        work = work_of(extension, self._channels, self._memory.holds(extension), now)
        call = self._carried(extension, work.call, before)
        facts = self._memory.facts(extension, replace(work, call=call))
        chosen = known.chosen.get(extension, Chosen())
        look = Look(extension, facts, before.call if before else None, chosen, now)
        return self._live(look, name, known, before), look

    def _carried(self, extension: str, call: SeatCall | None, before: SeatLive | None) -> SeatCall | None:
        if call is None:
            return None
        rung_for, queue = self._memory.rung.get(extension, ("", ""))
        return carried_on(call, before.call if before else None, queue if rung_for == call.call_id else "")

    def _live(self, look: Look, name: str, known: Book, before: SeatLive | None) -> SeatLive:
        extension, facts = look.extension, look.facts
        state, reason = state_of(extension, facts)
        person = known.person(extension) if state != "offline" else None
        until = look.chosen.end_of(reason)
        same = before is not None and (before.state, before.reason) == (state, reason)
        return SeatLive(
            extension=extension,
            display_name=person.display_name if person else name,
            account_id=person.account_id if person else None,
            state=state,
            since=before.since if before is not None and same else look.now,
            reason=reason,
            device=kind_of(facts.device) if facts.device else "",
            devices=tuple((kind, facts.reachable(extension, kind)) for kind in KINDS),
            queues=tuple(sorted(facts.queues, key=lambda name: self._order.get(name, 99))),
            until=until,
            over_limit=state == "paused" and until is not None and until <= look.now,
            call=facts.work.call,
        )

    async def _missed(self, now: datetime) -> None:
        """A seat that was rung only as long as the caller's patience lasted has missed nothing."""
        for extension in self._short.innocent(now.timestamp()):
            facts: SeatFacts = self._memory.facts(extension, Work())
            await self._actions.forgive(facts)

    async def _tell(self, seats: dict[str, SeatLive], now: datetime) -> None:
        changed = [seat for name, seat in seats.items() if self.seats.get(name) != seat]
        gone = [name for name in self.seats if name not in seats]
        for seat in changed:
            before = self.seats.get(seat.extension)
            if before is None or _row(before) != _row(seat):
                self._unwritten[seat.extension] = seat
        self.seats = seats
        if changed or gone:
            await live.publish(self._redis, changed, gone)
        if self._unwritten:
            await book.keep_history(self._sessions, list(self._unwritten.values()), now)
            self._unwritten.clear()

    def _pause(self, due: Sequence[float], now: datetime) -> float:
        times = [*due, *self._short.due()]
        quiet = LIVE_S if self._is_live else QUIET_S
        return max(0.05, min([quiet, *(at - now.timestamp() for at in times)]))


def _row(seat: SeatLive) -> tuple[Any, ...]:
    """What makes a new row of history."""
    return seat.state, seat.reason, seat.account_id, seat.call.call_id if seat.call else ""


async def run(settings: Settings, sessions: SessionFactory, switch: PresenceSwitch, clock: Clock) -> None:
    """The work of the part `exchange`."""
    redis: Redis = Redis.from_url(settings.redis.url, decode_responses=True, socket_connect_timeout=2)
    try:
        await PresenceKeeper(settings, switch, sessions, redis, clock).run()
    finally:
        await redis.aclose()
