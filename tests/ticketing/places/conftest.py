"""The demo city in a database of each sort."""

from __future__ import annotations

import pytest

from core.clock import FixedClock
from core.db import SessionFactory
from hotline import demo_city
from ticketing import catalogue

#: Components of the small city: three a cell.
PARTS = 2448


@pytest.fixture
async def city(sessions: SessionFactory, clock: FixedClock) -> SessionFactory:
    """Sessions of a database with the demo city in it."""
    async with sessions() as session:
        await catalogue.load(session)
        assert await demo_city.add(session, clock.now(), PARTS)
        await session.commit()
    return sessions
