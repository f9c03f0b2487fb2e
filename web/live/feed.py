"""From Redis pub/sub to consoles: what is told once and kept nowhere (see `ivr.board.channel`).

After Redis was away, what may have been missed is read again: presences, and the pops of seats that listen.
"""

from __future__ import annotations

import json
from typing import Any

import structlog
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.backoff import Backoff
from ivr.board import ringing
from ivr.board.channel import LIVE
from ivr.board.ringing import Ring
from web.live.board import BoardKeeper
from web.live.hub import Hub
from web.live.models import SeatLive
from web.live.news import PresenceNews
from web.live.pops import Pops
from web.live.presence import masked, seats_now
from web.services import Services

log = structlog.get_logger()


class Feed:
    """The subscription of this process."""

    def __init__(self, services: Services, hub: Hub, pops: Pops, board: BoardKeeper) -> None:
        self._services, self._hub, self._pops, self._board = services, hub, pops, board

    async def run(self) -> None:
        """Pass on until cancelled; a Redis that is away is waited for."""
        url, backoff = self._services.settings.redis.url, Backoff()
        while True:
            redis: Redis = Redis.from_url(url, decode_responses=True, socket_connect_timeout=5)
            try:
                await self._follow(redis, backoff)
            except (RedisError, OSError) as error:
                if backoff.is_first:
                    log.warning("waiting for redis", error=str(error))
                await backoff.wait()
            finally:
                await redis.aclose()

    async def _follow(self, redis: Redis, backoff: Backoff) -> None:
        async with redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(LIVE)
            await self._catch_up()
            backoff.reset()
            async for message in channel.listen():
                self.hear(str(message["data"]))

    async def _catch_up(self) -> None:
        for seat in (await seats_now(self._services)).values():
            self._presence(seat)
        for extension in self._hub.extensions():
            ring = await ringing.current(self._services.redis, extension)
            if ring is not None and not ring.is_over:
                self._pops.rang(ring)

    def hear(self, text: str) -> None:
        """One message of the channel; one nobody can read is logged and left."""
        try:
            self._pass_on(json.loads(text))
        except (ValidationError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("a live message nobody can read", why=repr(error)[:200])

    def _pass_on(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "presence":
                self._presence(SeatLive.model_validate(message["seat"]))
            case "ring":
                self._pops.rang(Ring(**message["ring"]))
            case "ring_over":
                self._pops.over(message["seat"], message["call_id"])
            case "waiting":
                self._board.touch()
            case str():
                self._hub.tell_seats(message.pop("to"), json.dumps(message, ensure_ascii=False))

    def _presence(self, seat: SeatLive) -> None:
        self._board.touch()
        if seat.call is not None:
            self._pops.busy(seat.extension, seat.call)
        whole, masked = _texts(seat)
        self._hub.tell_those(lambda v: v.is_leader or v.extension == seat.extension, whole)
        self._hub.tell_those(lambda v: not v.is_leader and v.extension != seat.extension, masked)


def _texts(seat: SeatLive) -> tuple[str, str]:
    """The message as leaders and the seat itself get it, and as other seats do."""
    whole = PresenceNews(seat=seat).model_dump_json()
    shown = masked(seat)
    return whole, whole if shown is seat else PresenceNews(seat=shown).model_dump_json()
