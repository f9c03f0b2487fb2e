"""One real hotline for all dialplan tests; each test looks only at the calls it placed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
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


@pytest.fixture
async def empty_postgresql(postgresql: str) -> AsyncIterator[str]:
    """URL of a PostgreSQL database with nothing in it."""
    connection = await asyncpg.connect(postgresql + "postgres")
    try:
        await connection.execute("CREATE DATABASE whole_instance")
        yield postgresql + "whole_instance"
        await connection.execute("DROP DATABASE whole_instance WITH (FORCE)")
    finally:
        await connection.close()
