"""hotline.demo_catalogue: units and a class of the demo city's own, once."""

from __future__ import annotations

from core.clock import FixedClock
from core.db import SessionFactory
from hotline import demo_catalogue, demo_units
from ticketing import catalogue
from ticketing.catalogue.tables import Edition
from ticketing.tables import Category


async def test_what_people_edited_stays(sessions: SessionFactory, clock: FixedClock) -> None:
    async with sessions() as session:
        await catalogue.load(session)
        await demo_units.add(session)
        await demo_catalogue.add(session, clock.now())
        own = await session.get_one(Category, ("2013", "事件", "0199"))
        assert (own.is_local, len(await catalogue.severities(session, ("2013", "事件", "0199")))) == (True, 2)
        cover = await session.get_one(Category, ("2013", "部件", "0101"))
        assert cover.unit == "city-water"
        cover.unit = None
        await demo_catalogue.add(session, clock.now())
        assert cover.unit is None
        edition = await session.get_one(Edition, "2013", populate_existing=True)
        assert edition.revision == 2
