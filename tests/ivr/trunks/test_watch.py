"""The trunk watch against a switch that says what the test wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import select
from structlog.testing import capture_logs

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Paths, Settings
from core.trunks import E1Trunk, SipTrunk
from ivr.switch.ami import SwitchRefusedError, SwitchUnavailableError
from ivr.switch.lines import ChannelLine
from ivr.trunks import gauges
from ivr.trunks.tables import TrunkOutage, TrunkStatus
from ivr.trunks.watch import TrunkWatch


class FakeSwitch:
    """Answers with what stands in its attributes."""

    def __init__(self) -> None:
        self.contact = "Reachable"
        self.up: Mapping[int, bool] | None = {1: True}
        self.calls = 0
        self.is_away = False

    async def contact_status(self, endpoint: str) -> str:
        return self.contact

    async def registrations(self) -> Mapping[str, str]:
        return {}

    async def spans(self) -> Mapping[int, bool]:
        if self.up is None:
            raise SwitchRefusedError("Invalid/unknown command")
        return self.up

    async def channel_lines(self) -> Sequence[ChannelLine]:
        if self.is_away:
            raise SwitchUnavailableError
        return [ChannelLine(f"PJSIP/trunk-city-{n:08x}", True, False) for n in range(self.calls)]


@pytest.fixture
def switch() -> FakeSwitch:
    return FakeSwitch()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    trunks = {"city": SipTrunk(addresses=["192.0.2.7"]), "copper": E1Trunk(spans=[1])}
    return Settings(paths=Paths(state=tmp_path), trunks=trunks)


@pytest.fixture
def watch(settings: Settings, switch: FakeSwitch, sessions: SessionFactory, clock: FixedClock) -> TrunkWatch:
    return TrunkWatch(settings, switch, sessions, clock)


async def _outages(sessions: SessionFactory) -> list[tuple[str, bool]]:
    async with sessions() as session:
        rows = await session.scalars(select(TrunkOutage).order_by(TrunkOutage.id))
        return [(row.trunk, row.ended_at is not None) for row in rows]


async def test_an_outage_is_an_alarm_a_row_and_over_again(
    watch: TrunkWatch, switch: FakeSwitch, sessions: SessionFactory, clock: FixedClock
) -> None:
    first = await watch.look()
    assert {name: one.state for name, one in first.trunks.items()} == {"city": "up", "copper": "up"}
    clock.advance(timedelta(minutes=5))
    switch.contact = "Unreachable"
    with capture_logs() as logs:
        down = (await watch.look()).trunks["city"]
        await watch.look()
    assert [row["log_level"] for row in logs] == ["error"], "said once, not at every look"
    assert (down.state, down.since_at) == ("down", clock.now())
    assert await _outages(sessions) == [("city", False)]
    began = clock.now()
    clock.advance(timedelta(minutes=1))
    switch.contact = "Reachable"
    with capture_logs() as logs:
        up = (await watch.look()).trunks["city"]
    assert [row["event"] for row in logs] == ["a trunk is up again"]
    assert (up.state, up.since_at) == ("up", began + timedelta(minutes=1))
    assert await _outages(sessions) == [("city", True)]


async def test_a_watch_that_was_started_again_opens_no_second_outage(
    watch: TrunkWatch,
    switch: FakeSwitch,
    settings: Settings,
    sessions: SessionFactory,
    clock: FixedClock,
) -> None:
    switch.up = None
    first = (await watch.look()).trunks["copper"]
    assert (first.state, first.detail) == ("down", "span 1 is not there"), "the module has no card"
    clock.advance(timedelta(hours=1))
    again = (await TrunkWatch(settings, switch, sessions, clock).look()).trunks["copper"]
    assert (again.state, again.since) == ("down", first.since)
    assert await _outages(sessions) == [("copper", False)]


async def test_the_peak_is_of_today_and_outlives_the_watch(
    watch: TrunkWatch,
    switch: FakeSwitch,
    settings: Settings,
    sessions: SessionFactory,
    clock: FixedClock,
) -> None:
    switch.calls = 7
    await watch.look()
    switch.calls = 2
    again = TrunkWatch(settings, switch, sessions, clock)
    now = (await again.look()).trunks["city"]
    assert (now.used, now.peak) == (2, 7)
    clock.advance(timedelta(days=1))
    assert (await again.look()).trunks["city"].peak == 2
    async with sessions() as session:
        assert (await session.get_one(TrunkStatus, "city")).peak == 2


async def test_a_switch_that_is_away_is_no_outage_of_the_carrier(
    watch: TrunkWatch, switch: FakeSwitch, sessions: SessionFactory
) -> None:
    await watch.look()
    switch.is_away = True
    with pytest.raises(SwitchUnavailableError):
        await watch.look()
    assert await _outages(sessions) == []


async def test_many_lines_are_counted_at_every_second_look(watch: TrunkWatch, switch: FakeSwitch) -> None:
    seen = []
    for switch.calls in (30, 60, 70, 80):
        seen.append((await watch.look()).trunks["city"].used)
    assert seen == [30, 60, 60, 80]


async def test_gauges_travel_through_redis(redis_url: str, watch: TrunkWatch) -> None:
    redis: Redis = Redis.from_url(redis_url)
    said = await watch.look()
    assert await gauges.read(redis) == gauges.Gauges(), "nobody has spoken"
    await gauges.write(redis, said)
    assert await gauges.read(redis) == said
    assert 0 < await redis.ttl(gauges.KEY) <= gauges.LIFE_S
    await redis.aclose()
