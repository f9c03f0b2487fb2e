"""One real hotline for all dialplan tests; each test looks only at the calls it placed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.instance import HotlineInstance
from tests.softphone import Softphone


@pytest.fixture
async def seat(hotline: HotlineInstance) -> AsyncIterator[Softphone]:
    """Seat 1001, logged in to the queue, answering by itself."""
    phone = Softphone(hotline.settings, "1001", await hotline.seat_secret("1001"))
    try:
        await phone.start(hotline.prompt("message-thanks"))
        await phone.log_in()
        yield phone
        await phone.dial("*12")
    finally:
        await phone.stop()
