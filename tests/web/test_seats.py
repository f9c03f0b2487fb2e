"""Seats join and leave the queue through the switch."""

from __future__ import annotations

from tests.web.world import World


async def test_a_seat_joins_and_leaves(world: World) -> None:
    client = await world.client("seat1")
    joined = await client.post("/api/v1/seats/me/log-in", json={})
    assert await joined.json() == {
        "extension": "1001",
        "display_name": "坐席1001",
        "logged_in": True,
        "state": "ready",
    }
    assert world.switch.members == {("general", "PJSIP/1001"): "1001"}
    seats = await (await client.get("/api/v1/seats")).json()
    assert [(seat["extension"], seat["logged_in"]) for seat in seats] == [("1001", True), ("1002", False)]
    left = await client.post("/api/v1/seats/me/log-out", json={})
    assert (await left.json())["logged_in"] is False
    assert [len(await world.audit(f"seat:logged_{how}")) for how in ("in", "out")] == [1, 1]


async def test_people_without_a_seat_cannot(world: World) -> None:
    assert (await (await world.client("leader")).post("/api/v1/seats/me/log-in", json={})).status == 403


async def test_the_switch_is_away(world: World) -> None:
    client = await world.client("seat1")
    world.switch.away = True
    for method, path in (("POST", "seats/me/log-in"), ("GET", "seats")):
        answer = await client.request(method, f"/api/v1/{path}", json={})
        assert answer.status == 503
        assert "\u4e00" <= (await answer.json())["error"]["message"][0] <= "\u9fff"
    assert await world.audit("seat:logged_in") == []
