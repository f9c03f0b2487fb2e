"""A seat, its shift leader and a citizen, each with a voice of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from ivr.ledger.tables import Call
from tests.carrier import PhoneCall
from tests.conftest import poll
from tests.instance import HotlineInstance
from tests.seat.caller import Speaking
from tests.seat.devices import Phone
from tests.seat.seat import Seat
from tests.seat.voices import SEAT, SUPERVISOR


@dataclass
class Floor:
    """Seat 1001 in its queues, and leader 1900 in none."""

    hotline: HotlineInstance
    seat: Seat
    leader: Seat

    @asynccontextmanager
    async def talking(self, caller: str) -> AsyncIterator[tuple[PhoneCall, Call]]:
        """A citizen has pressed 0 and talks with the seat; the ledger's row so far."""
        known = await self.hotline.known_calls()
        self.seat.device.fresh()
        async with self.hotline.carrier.dial(caller=caller, ear=Speaking) as call:
            await call.hear(0.5)
            await call.press("0")
            await self.seat.device.talking()
            row = await self.hotline.next_call(known, lambda c: c.seat_answered_at is not None)
            yield call, row

    async def change(self, mode: str) -> None:
        """The leader listens in another way."""
        async with self.leader.client.patch("/api/v1/supervision", json={"mode": mode}) as answer:
            assert answer.status == 200, await answer.text()

    async def serve(self, skills: dict[str, int]) -> None:
        """The seat takes the calls of these queues."""
        await self.seat.ask("/seats/me/log-out")
        async with self.leader.client.put("/api/v1/seats/1001/skills", json={"skills": skills}) as answer:
            assert answer.status == 200, await answer.text()
        await self.seat.ask("/seats/me/log-in", {"device": "phone"})

    async def is_ready(self, extension: str) -> bool:
        live = await self.seat.get("/seats/live")
        return any(one["extension"] == extension and one["state"] == "ready" for one in live["items"])

    async def hears_music(self) -> bool:
        """The seat waits for its citizen to key in digits."""
        return "!hl-pin-wait!" in self.channels()

    async def seat_is_gone(self) -> bool:
        """The seat's telephone is in no call."""
        return "PJSIP/1001-" not in self.channels()

    async def is_joined(self) -> bool:
        """The citizen is together with whom it was brought to."""
        return "!hl-join!" in self.channels()

    async def waits(self, queue: str) -> bool:
        return "trunk-demo-" in self.hotline.asterisk(f"queue show q-{queue}")

    async def until_served(self) -> None:
        """The console answers again."""

        async def answers() -> bool:
            try:
                async with self.seat.client.get("/healthz") as answer:
                    return answer.status == 200
            except OSError:
                return False

        await poll(answers, "the console answers")

    def channels(self) -> str:
        return self.hotline.asterisk("core show channels concise")

    def live(self) -> AbstractAsyncContextManager[Any]:
        """What the seat's console is told."""
        return self.seat.client.ws_connect("/api/v1/live")


@pytest.fixture(scope="session")
async def floor(hotline: HotlineInstance) -> AsyncIterator[Floor]:
    async with AsyncExitStack() as stack:
        seat = Seat(hotline, "1001", Phone(SEAT))
        leader = Seat(hotline, "1900", Phone(SUPERVISOR), "leader")
        for one in (seat, leader):
            await one.begin()
            stack.push_async_callback(one.end)
        await seat.ask("/seats/me/log-in", {"device": "phone"})
        yield Floor(hotline, seat, leader)
        await seat.ask("/seats/me/log-out")
