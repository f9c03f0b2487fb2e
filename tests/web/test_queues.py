"""The queues as they are now."""

from __future__ import annotations

from datetime import timedelta

from ivr.switch.lines import WaitingCaller
from tests.web.world import World


async def test_queues_with_who_waits_and_who_could_answer(world: World) -> None:
    for number in ("1001", "1002", "1003"):
        await world.switch.queue_add("general", f"PJSIP/{number}", number)
    world.switch.states = {"PJSIP/1002": "talking", "PJSIP/1003": "unavailable"}
    world.switch.waiting = {
        "general": (WaitingCaller("a", 12.0, 0), WaitingCaller("b", 3.5, 0)),
        "seat-1001": (WaitingCaller("c", 1.0, 0),),
    }
    answer = await (await (await world.client("seat1")).get("/api/v1/queues")).json()
    names = [one["name"] for one in answer["items"]]
    assert names == ["general", "emergency", "english", "dialect", "enterprise"]
    general = answer["items"][0]
    shown = {key: general[key] for key in ("open", "waiting", "longest_wait_s", "seats", "ready", "talking")}
    assert shown == {
        "open": True,
        "waiting": 2,
        "longest_wait_s": 12.0,
        "seats": 3,
        "ready": 1,
        "talking": 1,
    }
    assert answer["items"][1]["overflow_to"] == "general"


async def test_hours_are_those_of_the_calendar(world: World) -> None:
    """The world's clock stands at Monday 23 November 2026, 9:30 in China."""
    admin = await world.client("admin")

    async def open_now() -> bool:
        items = (await (await admin.get("/api/v1/queues")).json())["items"]
        enterprise = next(one for one in items if one["name"] == "enterprise")
        assert enterprise["hours"] == "08:30-17:30"
        assert enterprise["closed_to"] == "general"
        return bool(enterprise["open"])

    assert await open_now()
    await admin.put("/api/v1/calendar/days/2026-11-23", json={"kind": "special", "name": "暴雪"})
    assert not await open_now()
    await admin.delete("/api/v1/calendar/days/2026-11-23")
    world.clock.advance(timedelta(hours=8))
    assert not await open_now()
