"""The guard tells the switch whom to keep out, and lets in again whoever may come."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import UnavailableError
from core.settings import Paths, Settings
from ivr.board.channel import ALARMS
from ivr.lockout import book
from ivr.lockout.guard import FILE, Guard
from ivr.switch.hearing import Hear

TRY = {
    "event": "ChallengeResponseFailed",
    "service": "PJSIP",
    "accountid": "1001",
    "remoteaddress": "IPV4/UDP/10.0.0.7/5060",
}


class FakeSwitch:
    def __init__(self) -> None:
        self.reloads, self.away = 0, False

    def listen(self, names: Sequence[str], hear: Hear) -> None: ...

    async def reload(self, module: str) -> None:
        if self.away:
            raise UnavailableError
        self.reloads += 1


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client: Redis = Redis.from_url(redis_url, decode_responses=True)
    yield client
    await client.aclose()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "asterisk" / "etc").mkdir(parents=True)
    return Settings(paths=Paths(state=tmp_path))


@pytest.fixture
def guard(settings: Settings, sessions: SessionFactory, redis: Redis, clock: FixedClock) -> Guard:
    return Guard(settings, FakeSwitch(), sessions, redis, clock)


def _file(settings: Settings) -> str:
    return (settings.asterisk_dir / "etc" / FILE).read_text(encoding="ascii")


async def _alarms(redis: Redis) -> list[str]:
    return [json.loads(text)["text_en"] for text in (await redis.hgetall(ALARMS)).values()]


async def test_kept_out_told_and_let_in_again(
    guard: Guard, settings: Settings, redis: Redis, clock: FixedClock
) -> None:
    await redis.hset(ALARMS, "disk", json.dumps({"text_en": "not ours"}))
    await guard.look()
    assert "deny" not in _file(settings)
    for _ in range(settings.seats.lock_failures):
        guard.hear(TRY)
    await guard.look()
    assert "deny = 10.0.0.7/32" in _file(settings)
    assert sorted(await _alarms(redis)) == ["5 wrong SIP passwords from 10.0.0.7 (1001)", "not ours"]
    clock.advance(timedelta(minutes=settings.seats.lock_minutes))
    await guard.look()
    assert "deny" not in _file(settings)
    assert await _alarms(redis) == ["not ours"]


async def test_a_leader_lets_in_before_the_time(
    guard: Guard, settings: Settings, sessions: SessionFactory, clock: FixedClock
) -> None:
    for _ in range(settings.seats.lock_failures):
        guard.hear(TRY)
    await guard.look()
    async with sessions.begin() as session:
        await book.end(session, "10.0.0.7", actor_id=None, from_address="", now=clock.now())
    await guard.look()
    assert "deny" not in _file(settings)


async def test_a_carrier_is_told_of_and_not_kept_out(guard: Guard, settings: Settings, redis: Redis) -> None:
    carrier = TRY | {"remoteaddress": f"IPV4/UDP/{settings.carrier_addresses[0]}/5060"}
    for _ in range(settings.seats.lock_failures):
        guard.hear(carrier)
    await guard.look()
    assert "deny" not in _file(settings)
    assert len(await _alarms(redis)) == 1


async def test_a_switch_that_was_away_is_told_when_it_is_back(guard: Guard, settings: Settings) -> None:
    switch = guard._switch
    assert isinstance(switch, FakeSwitch)
    switch.away = True
    for _ in range(settings.seats.lock_failures):
        guard.hear(TRY)
    with pytest.raises(UnavailableError):
        await guard.look()
    switch.away = False
    await guard.look()
    assert (switch.reloads, guard.kept_out) == (1, {"10.0.0.7"})
    guard.hear({"event": "Connected"})
    await guard.look()
    assert switch.reloads == 2, "a switch started anew may have an older list"
