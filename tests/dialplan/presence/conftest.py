"""A hotline with a short wrap-up, and seats that are paused when they let it ring."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis

from ivr.seats import live
from tests.dialplan.presence.ws_phone import WsPhone
from tests.instance import HotlineInstance
from tests.softphone import Softphone
from tests.waiting import poll

WRAP_UP_S = 3
OVERRIDES = {
    "HOTLINE_QUEUE_WRAP_UP_S": str(WRAP_UP_S),
    "HOTLINE_QUEUE_MAX_WAIT_S": "5",
    "HOTLINE_SEATS_AUTO_PAUSE": "true",
    "HOTLINE_SEATS_SWITCH_AFTER_S": "0.5",
}
ME = "/api/v1/seats/me"
AWAY = [{"kind": "browser", "reachable": False}, {"kind": "phone", "reachable": False}]


class Desk:
    """Seat 1001: its telephone, its browser's phone, its person's console, and what is told of it."""

    def __init__(self, house: HotlineInstance, secret: str, client: aiohttp.ClientSession) -> None:
        self.house, self.client = house, client
        self.browser = WsPhone(house.settings, "1001w", secret)
        self._secret, self._has_phone = secret, False
        self._redis: Redis = Redis.from_url(house.settings.redis.url)

    async def take_phone(self, *, answers: bool = True) -> None:
        """Plug the telephone in."""
        self.phone = Softphone(self.house.settings, "1001", self._secret)
        self._has_phone = True
        await self.phone.start(self.house.prompt("message-thanks"), answers=answers)

    async def logs_out(self) -> bool:
        """Whether the console has logged it out; it has lost the switch where a test has killed that."""
        async with self.client.post("/api/v1/seats/me/log-out", json={}) as answer:
            return answer.status == 200

    async def ask(self, path: str, status: int = 200, **body: Any) -> None:
        async with self.client.post(f"{ME}/{path}", json=body) as answer:
            assert answer.status == status, await answer.text()

    async def now(self) -> dict[str, Any]:
        return await live.read_one(self._redis, "1001") or {}

    async def becomes(self, state: str, seconds: float = 10.0, **more: Any) -> dict[str, Any]:
        """The seat once its state is `state` and each of `more` is as said."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            seat = await self.now()
            if seat.get("state") == state and all(seat[name] == value for name, value in more.items()):
                return seat
            assert asyncio.get_running_loop().time() < end, f"not {state} {more} within {seconds} s: {seat}"
            await asyncio.sleep(0.05)

    async def close(self) -> None:
        if self._has_phone:
            await self.phone.command("quit")  # killed, it would stay registered for half a minute
        await self.browser.stop()
        await self.becomes("offline", devices=AWAY)
        if self._has_phone:
            await self.phone.stop()
        await self.client.close()
        await self._redis.aclose()


@pytest.fixture(scope="module")
async def house() -> AsyncIterator[HotlineInstance]:
    instance = HotlineInstance(OVERRIDES)
    await asyncio.to_thread(instance.start)
    yield instance
    status = await asyncio.to_thread(instance.stop)
    await instance.close()
    instance.remove()
    assert status == 0


@pytest.fixture
async def desk(house: HotlineInstance) -> AsyncIterator[Desk]:
    """Nobody is logged in, no device is registered."""
    desk = Desk(house, await house.seat_secret("1001"), await house.log_in("seat1001"))
    await desk.ask("log-out")
    await desk.becomes("offline", devices=AWAY)
    yield desk
    house.asterisk("channel request hangup all")
    await poll(lambda: "0 active channels" in house.asterisk("core show channels"), "all hung up")
    for _ in range(100):
        if await desk.logs_out():
            break
        await asyncio.sleep(0.2)
    await desk.close()


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    return poll
