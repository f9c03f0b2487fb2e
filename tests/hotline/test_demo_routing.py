"""hotline.demo_routing: the demo rules may be published as they are, and send cases where one expects."""

from __future__ import annotations

from datetime import UTC, datetime

from core.clock import FixedClock
from core.db import SessionFactory
from hotline import demo_city, demo_routing, demo_units
from ticketing import catalogue
from ticketing.routing import facts, propose_for, versions
from ticketing.routing.match import Facts

JULY = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)


async def test_the_rules_are_sound_and_made_once(sessions: SessionFactory, clock: FixedClock) -> None:
    async with sessions() as session:
        await catalogue.load(session)
        await demo_units.add(session)
        await demo_city.add(session, clock.now())
        for _ in range(2):
            await demo_routing.add(session, clock.now())
        assert await facts.in_force(session) == 1
        assert await versions.problems_of(session, 1) == []
        found = []
        for at, kind, code in (
            (clock.now(), "部件", "0101"),
            (clock.now(), "部件", "0137"),
            (clock.now(), "事件", "0504"),
            (JULY, "事件", "0504"),
            (clock.now(), "", ""),
        ):
            case = Facts(at, "2013" if code else "", kind, code, ("210202001", "210202"))
            found.append((await propose_for(session, case, "210202")).unit)
        assert found == ["city-water", "210202-roads", "city-heat", "210202", "210202"]
