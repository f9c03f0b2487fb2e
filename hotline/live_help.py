"""The part `listener` (实时辅助): the words of calls that seats are talking on, with what they suggest.

Here recognition (recorder), classes (ticketing) and articles (ivr) meet.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from threading import Event as ThreadEvent
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from core.clock import SystemClock
from core.db import SessionFactory, make_engine, make_sessions
from core.process import report, until_stopped, wait_for_database, wait_for_redis
from core.settings import Settings
from hotline.live_help_hints import Hints
from ivr.board import channel
from recorder.legs import Side
from recorder.live import keys
from recorder.live.helper import LiveHelper
from recorder.live.side import Said

#: Sentences of a call are kept for a page that is opened again: so many, so long (seconds).
SAID_KEPT, SAID_KEPT_S = 300, 6 * 3600
#: Seats are asked for so often besides the news of them, seconds.
LOOK_S = 5.0
#: Their sound is talk between people; what rings or is on the way is not.
_TALKING = {"talking", "hold", "consult", "conference"}

log = structlog.get_logger()


class Messages:
    """What live help says to consoles, over Redis; a Redis that is away loses it, and no call notices."""

    def __init__(self, redis: Redis, hints: Hints, keywords: Sequence[str]) -> None:
        self._redis, self._hints, self._keywords = redis, hints, list(keywords)
        #: What each caller has said so far.
        self._reports: dict[str, str] = {}

    async def tell(self, call_id: str, seats: frozenset[str], said: Said) -> None:
        """A sentence, or more of one."""
        message: dict[str, Any] = {"type": "help", "call_id": call_id, "to": sorted(seats), **asdict(said)}
        message["keywords"] = marked(said.text, self._keywords)
        if said.final and said.side == Side.CALLER:
            self._reports[call_id] = f"{self._reports.get(call_id, '')} {said.text}"
            message |= self._hints.of(self._reports[call_id])
        await self._publish(message, keep=said.final)

    async def over(self, call_id: str, seats: frozenset[str]) -> None:
        """Nothing more will come of this call."""
        self._reports.pop(call_id, None)
        await self._publish({"type": "help_over", "call_id": call_id, "to": sorted(seats)}, keep=False)

    async def _publish(self, message: dict[str, Any], *, keep: bool) -> None:
        text = json.dumps(message, ensure_ascii=False)
        try:
            if keep:
                key = keys.said_in(message["call_id"])
                async with self._redis.pipeline() as pipe:
                    pipe.rpush(key, text)
                    pipe.ltrim(key, -SAID_KEPT, -1)
                    pipe.expire(key, SAID_KEPT_S)
                    await pipe.execute()
            await self._redis.publish(channel.LIVE, text)
        except (RedisError, OSError) as error:
            log.debug("live help is not heard: redis is away", error=str(error))


def marked(text: str, keywords: Sequence[str]) -> list[dict[str, Any]]:
    """Where the keywords stand in `text`: `[{"start", "end", "word"}]`, by place, offsets in characters."""
    found = []
    for word in keywords:
        at = text.find(word) if word else -1
        while at >= 0:
            found.append({"start": at, "end": at + len(word), "word": word})
            at = text.find(word, at + len(word))
    return sorted(found, key=lambda one: (one["start"], -one["end"]))


async def main(settings: Settings, stop: asyncio.Event) -> None:
    """Listen until `stop` is set; with no streams allowed, only wait for it."""
    if not settings.live.streams:
        report("off")
        await stop.wait()
        return
    await wait_for_redis(settings, stop)
    await wait_for_database(settings, stop)
    engine = make_engine(settings.database_url)
    redis: Redis = Redis.from_url(settings.redis.url, socket_connect_timeout=2)
    sessions = make_sessions(engine)
    try:
        await _listen(settings, stop, redis, sessions)
    finally:
        await redis.aclose()
        await engine.dispose()


async def _listen(settings: Settings, stop: asyncio.Event, redis: Redis, sessions: SessionFactory) -> None:
    # vosk and its model cost memory: only where live help is on.
    from hotline.live_help_model import when_there_is_a_model

    stop_threads = ThreadEvent()
    transcriber = await when_there_is_a_model(settings, stop, SystemClock(), stop_threads.is_set)
    if transcriber is None:
        return
    hints = Hints(sessions, settings.cases.edition)
    messages = Messages(redis, hints, settings.live.keywords)
    spool = Path(settings.spool_dir)
    helper = LiveHelper(settings.live, spool, transcriber.stream, messages.tell, messages.over)
    state = {"on": True, "model": transcriber.model, "is_test_model": transcriber.is_test_model}
    log.info("listening", model=transcriber.model, streams=settings.live.streams)
    try:
        await until_stopped(
            stop,
            helper.run(),
            hints.run(),
            _follow_talks(redis, helper),
            _say_state(redis, helper, {**state, "limit": settings.live.streams}),
        )
    finally:
        stop_threads.set()


async def _follow_talks(redis: Redis, helper: LiveHelper) -> None:
    """Who talks: asked for now and then, and at every news of a seat."""
    while True:
        try:
            async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                await pubsub.subscribe(channel.LIVE)
                while True:
                    await helper.talks(talking((await redis.hgetall(channel.SEATS)).values()))
                    await _news_of_a_seat(pubsub)
        except (RedisError, OSError) as error:
            log.warning("live help waits for redis", error=str(error))
            await asyncio.sleep(1.0)


async def _news_of_a_seat(pubsub: Any) -> None:
    """Return at the next one, or when it is time to ask anyway."""
    try:
        async with asyncio.timeout(LOOK_S):
            while True:
                message = await pubsub.get_message(timeout=LOOK_S)
                if message and b'"presence"' in message["data"]:
                    return
    except TimeoutError:
        return


def talking(seats: Any) -> dict[str, set[str]]:
    """Call → seats in it, from the values of the hash of seats."""
    found: dict[str, set[str]] = {}
    for text in seats:
        seat = json.loads(text)
        call = seat.get("call") or {}
        if call.get("call_id") and call.get("state") in _TALKING:
            found.setdefault(call["call_id"], set()).add(seat["extension"])
    return found


async def _say_state(redis: Redis, helper: LiveHelper, state: dict[str, Any]) -> None:
    while True:
        figures = asdict(helper.figures)
        report("")
        try:
            await redis.set(keys.STATE, json.dumps({**state, **figures}), ex=int(3 * LOOK_S))
        except (RedisError, OSError, SQLAlchemyError) as error:
            log.debug("state not published: redis is away", error=str(error))
        await asyncio.sleep(LOOK_S)
