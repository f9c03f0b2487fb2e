"""Reports in a city that is drawn: placed by their point or component, refused outside."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import InvalidError
from hotline import demo_city
from tests.ticketing.sources.conftest import Send
from ticketing.places.tables import Part
from ticketing.sources import intake
from ticketing.sources.reports import Report
from ticketing.tables import Case


async def test_a_point_places_a_report_and_one_outside_is_refused(
    sessions: SessionFactory, clock: FixedClock, send: Send
) -> None:
    async with sessions.begin() as session:
        assert await demo_city.add(session, clock.now(), 900)
    async with sessions() as session:
        part = (await session.scalars(select(Part).limit(1))).one()
    taken = await send("noise", "n-1", district=None, longitude=121.6413, latitude=38.9207, value=80)
    by_part = await send("noise", "n-2", district=None, part=part.code, value=80, device="D-2")
    async with sessions() as session:
        case = await session.get_one(Case, taken.case_id)
        assert taken.case_number and case.district == "210202" and case.street and case.cell
        case = await session.get_one(Case, by_part.case_id)
        assert (case.part, case.cell, case.longitude) == (part.code, part.cell, part.longitude)
    beijing = Report(id="n-3", longitude=116.39, latitude=39.9, value=80)
    with pytest.raises(InvalidError) as refusal:
        await intake.accept_all(sessions, "noise", [beijing, Report(id="n-4", part="9" * 16)], clock)
    outside = "第 1 件：坐标（东经 116.390000，北纬 39.900000）不在本市范围内"
    assert refusal.value.details["fields"] == {
        "reports.0.longitude": outside,
        "reports.0.latitude": outside,
        "reports.1.part": "第 2 件：没有这个部件",
    }
