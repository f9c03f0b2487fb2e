"""Seats join and leave their queues through the switch."""

from __future__ import annotations

from ivr.queues import skills
from tests.web.world import World


async def test_a_seat_joins_and_leaves(world: World) -> None:
    client = await world.client("seat1")
    joined = await client.post("/api/v1/seats/me/log-in", json={})
    assert await joined.json() == {
        "extension": "1001",
        "display_name": "坐席1001",
        "logged_in": True,
        "state": "ready",
        "queues": ["general"],
        "skills": [],
    }
    assert world.switch.members == {("general", "PJSIP/1001"): "1001", ("seat-1001", "PJSIP/1001"): "1001"}
    seats = await (await client.get("/api/v1/seats")).json()
    assert [(seat["extension"], seat["logged_in"]) for seat in seats] == [("1001", True), ("1002", False)]
    left = await client.post("/api/v1/seats/me/log-out", json={})
    assert (await left.json())["logged_in"] is False
    assert [len(await world.audit(f"seat:logged_{how}")) for how in ("in", "out")] == [1, 1]


async def test_a_seat_joins_the_queues_of_its_skills(world: World) -> None:
    async with world.sessions.begin() as db:
        await skills.put(db, "1001", {"general": 1, "english": 2})
    client = await world.client("seat1")
    joined = await (await client.post("/api/v1/seats/me/log-in", json={})).json()
    assert joined["queues"] == ["general", "english"]
    of_queues = {queue: penalty for (queue, _), penalty in world.switch.penalties.items()}
    assert of_queues == {"general": 0, "english": 1, "seat-1001": 0}
    await client.post("/api/v1/seats/me/log-out", json={})
    assert world.switch.members == {}


async def test_the_leader_says_what_a_seat_can(world: World) -> None:
    leader = await world.client("leader")
    answer = await leader.put("/api/v1/seats/1002/skills", json={"skills": {"dialect": 1, "emergency": 3}})
    assert (await answer.json())["skills"] == [
        {"skill": "dialect", "level": 1},
        {"skill": "emergency", "level": 3},
    ]
    [entry] = await world.audit("seat:skills")
    assert (entry.subject, entry.detail) == ("seat:1002", {"skills": [{}, {"dialect": 1, "emergency": 3}]})
    for path, body, status in (
        ("1002", {"skills": {"juggling": 1}}, 404),
        ("1002", {"skills": {"general": 0}}, 422),
        ("9999", {"skills": {"general": 1}}, 404),
        ("10%2e1", {"skills": {}}, 404),
    ):
        assert (await leader.put(f"/api/v1/seats/{path}/skills", json=body)).status == status, body
    seat = await world.client("seat1")
    assert (await seat.put("/api/v1/seats/1001/skills", json={"skills": {}})).status == 403
    assert len(await world.audit("seat:skills")) == 1


async def test_people_without_a_seat_cannot(world: World) -> None:
    assert (await (await world.client("leader")).post("/api/v1/seats/me/log-in", json={})).status == 403


async def test_the_switch_is_away(world: World) -> None:
    client = await world.client("seat1")
    world.switch.away = True
    for method, path in (("POST", "seats/me/log-in"), ("GET", "seats"), ("GET", "queues")):
        answer = await client.request(method, f"/api/v1/{path}", json={})
        assert answer.status == 503
        assert "\u4e00" <= (await answer.json())["error"]["message"][0] <= "\u9fff"
    assert await world.audit("seat:logged_in") == []
