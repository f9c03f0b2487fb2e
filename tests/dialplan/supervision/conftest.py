"""A seat, its shift leader and a citizen, each with a voice of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from ivr.ledger.tables import Call
from tests.carrier import PhoneCall
from tests.instance import HotlineInstance
from tests.seat.caller import Speaking
from tests.seat.devices import Phone
from tests.seat.seat import Seat
from tests.seat.voices import SEAT, SUPERVISOR

#: A citizen on the line with the seat, and the ledger's row so far.
Talking = Callable[[str], AbstractAsyncContextManager[tuple[PhoneCall, Call]]]


@dataclass
class Floor:
    """Seat 1001 in the general queue, and leader 1900 in none."""

    hotline: HotlineInstance
    seat: Seat
    leader: Seat

    @asynccontextmanager
    async def talking(self, caller: str) -> AsyncIterator[tuple[PhoneCall, Call]]:
        """A citizen has pressed 0 and talks with the seat."""
        known = await self.hotline.known_calls()
        self.seat.device.fresh()
        async with self.hotline.carrier.dial(caller=caller, ear=Speaking) as call:
            await call.hear(0.5)
            await call.press("0")
            await self.seat.device.talking()
            row = await self.hotline.next_call(known, lambda c: c.seat_answered_at is not None)
            yield call, row


@pytest.fixture(scope="session")
async def floor(hotline: HotlineInstance) -> AsyncIterator[Floor]:
    async with AsyncExitStack() as stack:
        seat = Seat(hotline, "1001", Phone(SEAT))
        leader = Seat(hotline, "1900", Phone(SUPERVISOR), "leader")
        for one in (seat, leader):
            stack.push_async_callback(one.end)
            await one.begin()
        await seat.ask("/seats/me/log-in", {"device": "phone"})
        yield Floor(hotline, seat, leader)
        await seat.ask("/seats/me/log-out")
