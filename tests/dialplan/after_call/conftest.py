"""A hotline that asks: after every talk, and about every closed case at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.instance import HotlineInstance
from tests.softphone import Softphone


@pytest.fixture(scope="session")
async def asking() -> AsyncIterator[HotlineInstance]:
    """Shared by the tests of this folder; each looks only at the calls it placed or took."""
    instance = HotlineInstance(
        {
            "HOTLINE_FLOW_PRESET": "full_menu",
            "HOTLINE_SURVEY_ENABLED": "true",
            "HOTLINE_SURVEY_WAIT_S": "2",
            "HOTLINE_VISITS_ENABLED": "true",
            "HOTLINE_VISITS_DELAY_MIN": "0",
            "HOTLINE_VISITS_BEGIN": "00:00",
            "HOTLINE_VISITS_END": "23:59",
        }
    )
    await asyncio.to_thread(instance.start)
    yield instance
    status = await asyncio.to_thread(instance.stop)
    await instance.close()
    instance.remove()
    assert status == 0


@pytest.fixture
async def desk(asking: HotlineInstance) -> AsyncIterator[Softphone]:
    """Seat 1001 of that hotline, logged in to the queue, answering by itself."""
    phone = Softphone(asking.settings, "1001", await asking.seat_secret("1001"))
    try:
        await phone.start(asking.prompt("message-thanks"))
        await phone.log_in()
        yield phone
        await phone.dial("*12")
    finally:
        await phone.stop()
