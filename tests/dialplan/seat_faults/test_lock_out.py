"""Who guesses a seat's password is locked out and leaders are told; the seat itself goes on."""

from __future__ import annotations

import asyncio
import json

import aiohttp
from redis.asyncio import Redis

from tests.instance import HotlineInstance
from tests.seat.register import register
from tests.seat.seat import Seat

#: Nobody else of these tests comes from here.
STRANGER = "127.0.0.29"
TRIES = 6


async def _until(house: HotlineInstance, secret: str, *, welcome: bool) -> None:
    """Return when the stranger, with the right password, is let in or no more."""
    for _ in range(100):
        if (await register(house.settings, STRANGER, "1003", secret) == 200) is welcome:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"the stranger should be {'let in' if welcome else 'locked out'} by now")


async def test_guessing_locks_out_and_alarms_and_a_leader_unlocks(
    house: HotlineInstance, seat: Seat, leader: aiohttp.ClientSession
) -> None:
    secret = await house.seat_secret("1003")
    assert await register(house.settings, STRANGER, "1003", secret) == 200
    for guess in range(TRIES):
        assert await register(house.settings, STRANGER, "1003", f"guess{guess}") != 200
    await _until(house, secret, welcome=False)
    (row,) = [one for one in (await house.get(leader, "/api/v1/lockouts"))["items"] if STRANGER in str(one)]
    assert row["address"] == STRANGER
    redis: Redis = Redis.from_url(house.settings.redis.url)
    alarms = {
        key.decode(): json.loads(value) for key, value in (await redis.hgetall("hotline:alarms")).items()
    }
    await redis.aclose()
    assert any(STRANGER in alarm["text"] + key for key, alarm in alarms.items()), alarms
    # The seat's own phone, at another address, is not touched by that.
    assert await register(house.settings, "127.0.0.28", "1003", secret) == 200
    assert "1001" in house.asterisk("pjsip show contacts")
    async with leader.delete(f"/api/v1/lockouts/{STRANGER}") as answer:
        assert answer.status in (200, 204), await answer.text()
    await _until(house, secret, welcome=True)
