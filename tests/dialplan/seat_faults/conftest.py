"""A hotline that notices lost seats soon, with two seats whose phones come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from ivr.ledger.tables import Call
from ivr.prompts.audio import audioop
from tests.carrier import PhoneCall
from tests.instance import HotlineInstance
from tests.seat.caller import Speaking
from tests.seat.devices import Phone
from tests.seat.judge import Track
from tests.seat.seat import Seat
from tests.seat.voices import COLLEAGUE, SEAT, Voice
from tests.waiting import poll

#: Silence of a seat's device that means it is lost, and how long its caller waits for it, seconds.
SILENT_S, RESUME_S = 5, 6


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[HotlineInstance]:
    instance = HotlineInstance(
        {
            "HOTLINE_TRANSFER_PHONE_SILENT_S": str(SILENT_S),
            "HOTLINE_TRANSFER_SEAT_SILENT_S": str(SILENT_S),
            "HOTLINE_TRANSFER_RESUME_S": str(RESUME_S),
            "HOTLINE_TRANSFER_RING_S": "3",
            "HOTLINE_QUEUE_MAX_WAIT_S": "30",
        }
    )
    await asyncio.to_thread(instance.start)
    yield instance
    status = await asyncio.to_thread(instance.stop)
    await instance.close()
    instance.remove()
    assert status == 0


@pytest.fixture
async def leader(house: HotlineInstance) -> AsyncIterator[aiohttp.ClientSession]:
    client = await house.log_in("leader")
    yield client
    await client.close()


@asynccontextmanager
async def at_work(house: HotlineInstance, extension: str, voice: Voice = SEAT) -> AsyncIterator[Seat]:
    """A seat with a phone that answers by itself, in no queue until it says so."""
    seat = Seat(house, extension, Phone(voice))
    try:
        await seat.begin()
        yield seat
    finally:
        await seat.end()


@pytest.fixture
async def seat(house: HotlineInstance) -> AsyncIterator[Seat]:
    """Seat 1001, in its queues."""
    async with at_work(house, "1001") as seat:
        await seat.ask("/seats/me/log-in", {"device": "phone"})
        yield seat
        await seat.ask("/seats/me/log-out")


@pytest.fixture
async def colleague(house: HotlineInstance) -> AsyncIterator[Seat]:
    """Seat 1002, in no queue yet."""
    async with at_work(house, "1002", COLLEAGUE) as seat:
        yield seat
        await seat.ask("/seats/me/log-out")


@dataclass
class Conversation:
    """A caller and who answered."""

    call: PhoneCall
    known: set[str]
    house: HotlineInstance

    @property
    def heard(self) -> Track:
        """What the caller has heard so far."""
        return Track(audioop.alaw2lin(bytes(self.call.line.sound), 2))

    async def hears(self, voice: Voice, seconds: float = 20.0) -> None:
        """Return when the caller hears `voice` and has for 0.6 s."""
        await poll(lambda: self._last_windows(voice), f"the caller hears {voice.name}", seconds)

    def _last_windows(self, voice: Voice) -> bool:
        heard = self.heard
        return heard.seconds > 1 and heard.without(voice, heard.seconds - 0.65, heard.seconds) == []

    async def row(self) -> Call:
        """The ledger's word on it, once it is over."""
        return await self.house.next_call(self.known, lambda c: c.ended_at is not None)


@asynccontextmanager
async def conversation(house: HotlineInstance, seat: Seat, **dial: Any) -> AsyncIterator[Conversation]:
    """A caller talks with `seat`; after the block, the call's end is waited for."""
    seat.device.fresh()
    known = await house.known_calls()
    async with house.carrier.dial(ear=Speaking, **dial) as call:
        await call.answered()
        await call.press("0")
        await seat.device.talking()
        talk = Conversation(call, known, house)
        await talk.hears(seat.device.voice)
        yield talk
        await call.over()
