"""The office calendar over the API."""

from __future__ import annotations

from datetime import timedelta

from core.calendar.china import known_years
from tests.web.world import World


async def test_a_year_with_its_holidays_and_make_up_workdays(world: World) -> None:
    answer = await (await (await world.client("seat1")).get("/api/v1/calendar/2026")).json()
    assert (answer["year"], answer["known"], len(answer["days"])) == (2026, True, 365)
    by_date = {day["date"]: day for day in answer["days"]}
    assert by_date["2026-10-01"] == {
        "date": "2026-10-01",
        "kind": "holiday",
        "name": "国庆节",
        "source": "library",
    }
    assert by_date["2026-10-10"]["kind"] == "makeup"


async def test_local_days(world: World) -> None:
    admin = await world.client("admin")
    set_day = await admin.put("/api/v1/calendar/days/2026-12-24", json={"kind": "holiday", "name": "市庆"})
    expected = {"date": "2026-12-24", "kind": "holiday", "name": "市庆", "source": "local"}
    assert await set_day.json() == expected
    days = (await (await admin.get("/api/v1/calendar/2026")).json())["days"]
    assert expected in days
    removed = await admin.delete("/api/v1/calendar/days/2026-12-24")
    assert (await removed.json())["kind"] == "workday"
    assert (await admin.delete("/api/v1/calendar/days/2026-12-24")).status == 404
    assert [e.action for e in await world.audit("calendar:set")] == ["calendar:set"]
    assert [e.action for e in await world.audit("calendar:removed")] == ["calendar:removed"]


async def test_a_year_nobody_knows_is_said_to_be_unknown_until_completed(world: World) -> None:
    year = max(known_years()) + 1
    admin = await world.client("admin")
    assert (await (await admin.get(f"/api/v1/calendar/{year}")).json())["known"] is False
    answer = await admin.post(f"/api/v1/calendar/{year}/complete", json={})
    assert (await answer.json())["known"] is True
    assert len(await world.audit("calendar:completed")) == 1


async def test_the_status_asks_for_the_next_year_in_december(world: World) -> None:
    client = await world.client("leader")

    async def asked_for() -> list[int]:
        years: list[int] = (await (await client.get("/api/v1/status")).json())["unknown_years"]
        return years

    assert await asked_for() == []
    world.clock.advance(timedelta(days=366))
    year = world.clock.now().year
    assert await asked_for() == [one for one in (year,) if one not in known_years()]


async def test_who_may_and_what_is_refused(world: World) -> None:
    for name in ("seat1", "leader"):
        client = await world.client(name)
        body = {"kind": "holiday", "name": ""}
        assert (await client.put("/api/v1/calendar/days/2026-12-24", json=body)).status == 403
        assert (await client.delete("/api/v1/calendar/days/2026-12-24")).status == 403
        assert (await client.post("/api/v1/calendar/2027/complete", json={})).status == 403
    admin = await world.client("admin")
    for path, body, status in (
        ("days/2026-02-30", {"kind": "holiday"}, 404),
        ("days/today", {"kind": "holiday"}, 404),
        ("days/2026-12-24", {"kind": "weekend"}, 422),
        ("days/2026-12-24", {"kind": "holiday", "name": "x" * 65}, 422),
    ):
        assert (await admin.put(f"/api/v1/calendar/{path}", json=body)).status == status, (path, body)
    assert (await admin.get("/api/v1/calendar/1999")).status == 404
