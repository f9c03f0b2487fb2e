"""A hotline whose bells ring shortly, two seats on telephones, and a directory with one district."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.dialplan.seat_faults.conftest import at_work
from tests.instance import HotlineInstance
from tests.seat.seat import Seat
from tests.seat.voices import COLLEAGUE

#: The district's code, and its number, which the test's carrier answers.
CODE, NUMBER = "21", "041184301234"
RING_S, PARK_S = 3, 5
#: A queue the seat of the tests does not serve.
QUEUE = "english"


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[HotlineInstance]:
    instance = HotlineInstance(
        {
            "HOTLINE_TRANSFER_RING_S": str(RING_S),
            "HOTLINE_TRANSFER_PARK_S": str(PARK_S),
            "HOTLINE_QUEUE_MAX_WAIT_S": "30",
        }
    )
    await asyncio.to_thread(instance.start)
    entry = {"code": CODE, "label": "中山区", "kind": "district", "number": NUMBER}
    leader = await instance.log_in("leader")
    async with leader, leader.post("/api/v1/directory", json=entry) as answer:
        assert answer.status == 201, await answer.text()
    yield instance
    status = await asyncio.to_thread(instance.stop)
    await instance.close()
    instance.remove()
    assert status == 0


@pytest.fixture
async def seat(house: HotlineInstance) -> AsyncIterator[Seat]:
    """Seat 1001, in its queues."""
    async with at_work(house, "1001") as seat:
        await seat.ask("/seats/me/log-in", {"device": "phone"})
        yield seat
        # A test that failed in mid-call leaves its call to nobody.
        house.asterisk("channel", "request", "hangup", "all")
        await seat.ask("/seats/me/log-out")


@pytest.fixture
async def colleague(house: HotlineInstance) -> AsyncIterator[Seat]:
    """Seat 1002, in no queue: it is rung only by who sends it a caller."""
    async with at_work(house, "1002", COLLEAGUE) as seat:
        yield seat


@pytest.fixture
async def serving(house: HotlineInstance, colleague: Seat) -> AsyncIterator[Seat]:
    """Seat 1002, in QUEUE alone."""
    leader = await house.log_in("leader")
    async with leader:
        await colleague.serve(leader, QUEUE)
    yield colleague
    house.asterisk("channel", "request", "hangup", "all")
    await colleague.ask("/seats/me/log-out")
