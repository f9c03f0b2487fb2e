"""The web process restarts while people talk: they do not notice, and the seat's buttons work again."""

from __future__ import annotations

import asyncio

import aiohttp

from tests.dialplan.seat_faults.conftest import conversation
from tests.instance import HotlineInstance
from tests.seat.seat import Seat
from tests.seat.voices import COLLEAGUE, SEAT


async def test_the_talk_goes_on_and_can_be_transferred_afterwards(
    house: HotlineInstance, seat: Seat, colleague: Seat
) -> None:
    async with conversation(house, seat) as talk:
        begin = talk.heard.seconds
        await asyncio.to_thread(house.control.stop_part, "web")
        await asyncio.sleep(1)
        await asyncio.to_thread(house.control.start_part, "web")
        await _until_up(seat)
        heard = talk.heard
        assert heard.without(SEAT, begin, heard.seconds - 0.2) == [], heard.story()
        await seat.press("transfer", target={"kind": "seat", "value": "1002"})
        await talk.hears(COLLEAGUE)
        await colleague.device.hang_up()
    row = await talk.row()
    assert row.outcome == "answered"


async def _until_up(seat: Seat) -> None:
    """Return when the seat's session, made before the restart, is good again."""
    async with asyncio.timeout(30):
        while True:
            try:
                await seat.get("/session")
            except (aiohttp.ClientError, AssertionError):
                await asyncio.sleep(0.1)
            else:
                return
