"""What a person changes at a seat, and what leaders change for it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from core.seat_settings import Seats
from ivr.board.channel import SEATS
from ivr.seats.tables import SeatDesk
from tests.web.world import Client, World

ME = "/api/v1/seats/me"


async def _at_work(world: World) -> Client:
    client = await world.client("seat1")
    await client.post(f"{ME}/log-in", json={"device": "phone"})
    return client


async def _desk(world: World) -> SeatDesk:
    async with world.sessions() as db:
        desk = await db.get(SeatDesk, "1001")
    assert desk is not None
    return desk


async def _publish(world: World, **changes: Any) -> None:
    """As the keeper would."""
    seat = {
        "extension": "1001",
        "display_name": "坐席1001",
        "account_id": 1,
        "state": "ready",
        "since": world.clock.now().isoformat(),
        "reason": "",
        "device": "phone",
        "devices": [{"kind": "browser", "reachable": False}, {"kind": "phone", "reachable": True}],
        "queues": ["general"],
        "until": None,
        "over_limit": False,
        "call": None,
    }
    await world.redis.hset(SEATS, "1001", json.dumps(seat | changes))


async def test_the_device_that_answers_is_logged_in(world: World) -> None:
    there = [{"kind": "browser", "reachable": True}, {"kind": "phone", "reachable": True}]
    await _publish(world, devices=there)
    client = await world.client("seat1")
    await client.post(f"{ME}/log-in", json={})
    assert set(world.switch.members) == {("general", "PJSIP/1001w"), ("seat-1001", "PJSIP/1001w")}
    await client.post(f"{ME}/pause", json={"reason": "rest"})
    await client.post(f"{ME}/log-in", json={"device": "phone"})
    assert set(world.switch.members) == {("general", "PJSIP/1001"), ("seat-1001", "PJSIP/1001")}
    assert world.switch.paused["PJSIP/1001"] == "rest", "who is paused stays so with the other device"
    assert (await _desk(world)).device == "phone"


async def test_a_pause_has_its_reason_and_its_limit(world: World) -> None:
    client = await _at_work(world)
    assert (await client.post(f"{ME}/pause", json={"reason": "juggling"})).status == 404
    assert (await client.post(f"{ME}/pause", json={"reason": "meal", "minutes": 30})).status == 200
    desk = await _desk(world)
    assert (desk.reason, desk.until) == ("meal", world.clock.now() + timedelta(minutes=30))
    await client.post(f"{ME}/pause", json={"reason": "rest", "minutes": 30})
    assert (await _desk(world)).until == world.clock.now() + timedelta(minutes=15), "the reason's own limit"
    await client.post(f"{ME}/pause", json={"reason": "meeting"})
    assert (await _desk(world)).until is None
    assert world.switch.paused == {"PJSIP/1001": "meeting"}
    await client.post(f"{ME}/ready", json={})
    assert world.switch.paused == {}
    assert [len(await world.audit(f"seat:{what}")) for what in ("paused", "ready")] == [3, 1]


@pytest.mark.parametrize("path", ["pause", "ready", "outbound", "wrap-up", "wrap-up/end"])
async def test_who_is_logged_out_is_told_so(world: World, path: str) -> None:
    client = await world.client("seat1")
    body = {"pause": {"reason": "rest"}, "outbound": {"on": True}, "wrap-up": {"extend_s": 30}}.get(path, {})
    answer = await client.post(f"{ME}/{path}", json=body)
    assert answer.status == 409, await answer.text()


async def test_a_seat_held_for_a_call_back_is_not_taken_from_it(world: World) -> None:
    client = await _at_work(world)
    world.switch.paused["PJSIP/1001"] = "callback"
    assert (await client.post(f"{ME}/ready", json={})).status == 409
    assert world.switch.paused == {"PJSIP/1001": "callback"}


async def test_wrap_up_is_extended_to_its_limit_and_ended(world: World) -> None:
    client = await _at_work(world)
    assert (await client.post(f"{ME}/wrap-up", json={"extend_s": 30})).status == 409
    now, limit = world.clock.now(), Seats().extend_max_s
    world.switch.paused["PJSIP/1001"] = "wrapup"
    async with world.sessions.begin() as db:
        desk = await db.get(SeatDesk, "1001")
        assert desk is not None
        desk.reason, desk.until = "wrapup", now + timedelta(seconds=5)
    await _publish(world, state="wrap_up", reason="wrapup")
    assert (await client.post(f"{ME}/wrap-up", json={"extend_s": 60})).status == 200
    assert (await _desk(world)).until == now + timedelta(seconds=65)
    await client.post(f"{ME}/wrap-up", json={"extend_s": 7200})
    assert (await _desk(world)).until == now + timedelta(seconds=limit)
    assert (await client.post(f"{ME}/wrap-up", json={"extend_s": 1})).status == 409
    assert (await client.post(f"{ME}/wrap-up/end", json={})).status == 200
    assert world.switch.paused == {}
    assert (await client.post(f"{ME}/wrap-up/end", json={})).status == 409


async def test_outbound_mode(world: World) -> None:
    client = await _at_work(world)
    await client.post(f"{ME}/outbound", json={"on": True})
    assert world.switch.paused == {"PJSIP/1001": "outbound"}
    await client.post(f"{ME}/outbound", json={"on": False})
    assert world.switch.paused == {}
    assert [entry.detail["on"] for entry in await world.audit("seat:outbound")] == [True, False]


async def test_a_leader_changes_what_a_seat_does(world: World) -> None:
    seat, leader = await _at_work(world), await world.client("leader")
    state = "/api/v1/seats/1001/state"
    assert (await seat.post(state, json={"state": "ready"})).status == 403
    await leader.post(state, json={"state": "paused", "note": "离席未示忙"})
    assert world.switch.paused == {"PJSIP/1001": "leader"}
    await leader.post(state, json={"state": "ready"})
    await leader.post(state, json={"state": "paused", "reason": "training"})
    assert world.switch.paused == {"PJSIP/1001": "training"}
    await leader.post(state, json={"state": "offline"})
    assert world.switch.members == {}
    assert (await leader.post(state, json={"state": "ready"})).status == 409
    assert (await leader.post("/api/v1/seats/4711/state", json={"state": "ready"})).status == 404
    entries = await world.audit("seat:forced")
    assert [entry.detail["state"] for entry in entries] == ["paused", "ready", "paused", "offline"]
    assert (entries[0].subject, entries[0].detail["note"]) == ("seat:1001", "离席未示忙")
    # Who and why is told to that seat alone.
    told = (await (await seat.get("/api/v1/notices")).json())["items"]
    assert len(told) == 4
    assert "示忙" in told[-1]["text"] and told[-1]["text"].endswith("离席未示忙")
    assert {one["from"] for one in told} == {told[0]["from"]} != {""}


async def test_everybody_sees_what_seats_do_but_no_outside_number(world: World) -> None:
    peer = {"kind": "external", "value": "13800001234", "label": "13800001234", "state": "talking"}
    call = {"call_id": "h-1.1", "state": "consult", "direction": "inbound", "queue": "general"}
    call |= {"since": world.clock.now().isoformat(), "with": peer}  # type: ignore[dict-item]
    await _publish(world, state="consult", call=call)
    shown = {}
    for name in ("seat1", "seat2", "leader"):
        [seat] = (await (await (await world.client(name)).get("/api/v1/seats/live")).json())["items"]
        shown[name] = seat["call"]["with"]["value"]
    assert shown["seat1"] == shown["leader"] == "13800001234"
    assert "*" in shown["seat2"]


async def test_leaders_keep_the_reasons(world: World) -> None:
    leader, seat = await world.client("leader"), await world.client("seat1")
    reasons = "/api/v1/pause-reasons"
    body = {"code": "prayer", "label": "祷告", "limit_minutes": 20}
    assert (await seat.post(reasons, json=body)).status == 403
    made = await leader.post(reasons, json=body)
    assert (made.status, (await made.json())["label_en"]) == (201, "祷告")
    for code in ("prayer", "wrapup", "missed"):
        assert (await leader.post(reasons, json=body | {"code": code})).status == 409, code
    changed = await leader.patch(f"{reasons}/prayer", json={"active": False, "limit_minutes": 10})
    assert (await changed.json())["limit_minutes"] == 10
    listed = (await (await seat.get(reasons)).json())["items"]
    assert [row["code"] for row in listed if row["active"]] == [
        "rest",
        "meal",
        "training",
        "meeting",
        "errand",
    ]
    client = await _at_work(world)
    assert (await client.post(f"{ME}/pause", json={"reason": "prayer"})).status == 404
    assert [entry.detail["changes"] for entry in await world.audit("pause_reason:set")][1] == {
        "limit_minutes": [20, 10],
        "active": [True, False],
    }


async def test_people_move_between_seats(world: World) -> None:
    one, two = await _at_work(world), await world.client("seat2")
    earlier = await world.add_call(seat="1002", ended_at=world.clock.now())
    world.clock.advance(timedelta(minutes=1))
    assert (await two.post(f"{ME}/take", json={"extension": "1001"})).status == 409, "somebody works there"
    assert (await one.post(f"{ME}/take", json={"extension": "4711"})).status == 404
    await one.post(f"{ME}/log-in", json={})
    assert (await one.post(f"{ME}/take", json={"extension": "1002"})).status == 200
    assert world.switch.members == {}, "logged out of the seat that was left"
    assert (await (await one.get("/api/v1/session")).json())["extension"] == "1002"
    assert (await (await two.get("/api/v1/session")).json())["extension"] is None
    assert (await two.post(f"{ME}/log-in", json={})).status == 403
    shown = await (await one.get(f"/api/v1/calls/{earlier.id}")).json()
    assert "*" in shown["caller"], "whoever sat there before talked with them"
    await two.post(f"{ME}/take", json={"extension": "1001"})
    assert (await two.post(f"{ME}/log-in", json={})).status == 200
    assert {member for _, member in world.switch.members} == {"PJSIP/1001"}
    assert (await (await two.post(f"{ME}/leave", json={})).json())["extension"] is None
    assert world.switch.members == {}
    assert [entry.subject for entry in await world.audit("seat:taken")] == ["seat:1002", "seat:1001"]
