"""hotline.platforms on real Redis: a move in, a signed message at the receiver, an alarm on the board."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy import func, select

from core import alarms
from core.alarms import ALARMS, Alarm
from core.bus import Bus
from core.clock import FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.events import CaseOpened
from core.keybox import KeyBox
from core.process import until_stopped
from core.settings import Paths, Settings
from core.settings import Redis as RedisSettings
from core.tables import Unit
from hotline import demo_platforms
from hotline.platforms import Outward
from tests.conftest import RedisServer
from tests.ticketing.receiver import LOOPBACK, receiving
from ticketing import catalogue, drafts
from ticketing.exchange.tables import Platform, PlatformCode, Table
from ticketing.webhooks.subscriptions import By, Subscriptions
from ticketing.webhooks.tables import Webhook

Poll = Callable[..., Awaitable[None]]


def _settings(tmp_path: Path, server: RedisServer) -> Settings:
    return Settings(paths=Paths(state=tmp_path), redis=RedisSettings(port=server.port), delivery=LOOPBACK)


async def test_a_move_reaches_who_subscribed(
    sqlite_url: str, redis_server: RedisServer, redis_url: str, clock: FixedClock, tmp_path: Path, poll: Poll
) -> None:
    engine = make_engine(sqlite_url)
    sessions = make_sessions(engine)
    settings = _settings(tmp_path, redis_server)
    bus = Bus(redis_url, block_ms=200)
    async with receiving() as receiver:
        book = Subscriptions(sessions, clock, KeyBox.of(settings), 10)
        await book.make(By(None, ""), name="a", url=receiver.url, moves=[], stages=[])
        stop = asyncio.Event()
        working = asyncio.create_task(until_stopped(stop, *Outward(settings, sessions, clock).works(bus)))
        try:
            case, _ = await drafts.open_draft(
                sessions, call_id="a-1", caller_number="", transcript="", clock=clock
            )
            await bus.publish(CaseOpened(at=case.created_at, case_id=case.id, call_id="a-1"))
            async with asyncio.timeout(60):
                await receiver.called.wait()
        finally:
            stop.set()
            with suppress(asyncio.CancelledError):
                await working
            await bus.close()
            await engine.dispose()
    assert json.loads(receiver.heard[0].body)["move"] == "open_draft"


async def test_alarms_come_and_go(redis_url: str, clock: FixedClock) -> None:
    redis: Redis = Redis.from_url(redis_url)
    one = Alarm("webhook:1", "停用", "off", clock.now())
    other = replace(one, kind="webhook:2")
    await redis.hset(ALARMS, "trunk:x", "{}")
    for wanted in ([one], [one, other], [other], []):
        await alarms.keep(redis, "webhook", wanted)
        kinds = {name.decode() for name in await redis.hkeys(ALARMS)}
        assert kinds == {"trunk:x", *(each.kind for each in wanted)}
    await redis.aclose()


async def test_the_demo_platforms_fit_our_catalogue_and_are_made_once(
    sessions: SessionFactory, clock: FixedClock, tmp_path: Path
) -> None:
    settings = Settings(paths=Paths(state=tmp_path))
    async with sessions() as session:
        await catalogue.load(session)
        session.add(Unit(code="roads", name="市政"))
        for _ in range(2):
            await demo_platforms.add(session, settings, clock.now() + timedelta(days=1))
        counts = [
            await session.scalar(select(func.count()).select_from(table)) for table in (Platform, Webhook)
        ]
        assert counts == [2, 1]
        codes = (await session.scalars(select(PlatformCode))).all()
        for code in codes:
            if code.kind == Table.CLASS:
                names = ("category_edition", "category_kind", "category_code")
                values = dict(zip(names, code.ours.split(":"), strict=True))
            elif code.kind == Table.PLACE:
                values = {"district": code.ours}
            else:
                continue
            assert await catalogue.wrong_references(session, values, whole=False) == {}
