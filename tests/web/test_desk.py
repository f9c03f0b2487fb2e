"""Buttons of a call over the API: who may press them, what is refused, what the audit trail says."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.desk import control
from tests.ivr.desk.test_situation import CALL, caller, colleague, seat
from tests.web.world import Client, World

API = "/api/v1"
CALL_API = f"{API}/seats/me/call"
DISTRICT = {"code": "21", "label": "中山区", "kind": "district", "number": "84301234"}


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The switch in memory never shows what an order did."""
    monkeypatch.setattr(control, "_LOOKS", 1)
    monkeypatch.setattr(control, "_LOOK_EVERY_S", 0.0)


def _talking(world: World) -> None:
    world.switch.lines_up = [caller(bridge="b1"), seat(bridge="b1")]


async def _press(client: Client, verb: str, **body: Any) -> tuple[int, Any]:
    async with client.post(f"{CALL_API}/{verb}", json=body) as answer:
        return answer.status, await answer.json()


def _to(kind: str, value: str) -> dict[str, str]:
    return {"kind": kind, "value": value}


async def test_hold_is_done_and_written_down(world: World) -> None:
    _talking(world)
    status, body = await _press(await world.client("seat1"), "hold")
    assert (status, body) == (200, {"ok": True})
    both = (caller().name, "hl-held", "s"), (seat().name, "hl-desk", "s")
    assert world.switch.orders[-1] == ("redirect", *both)
    [entry] = await world.audit("call:steered")
    assert entry.subject == "seat:1001"
    assert entry.detail == {"verb": "hold", "call_id": CALL}


async def test_a_seat_has_only_its_own_call(world: World) -> None:
    _talking(world)
    status, body = await _press(await world.client("seat2"), "hold")
    assert (status, body["error"]["message"]) == (409, "没有正在进行的通话。")
    assert world.switch.orders == []
    assert await world.audit("call:steered") == []


async def test_who_has_no_seat_has_no_buttons(world: World) -> None:
    for name, status in (("leader", 403), ("admin", 403), ("", 401)):
        assert (await _press(await world.client(name), "hold"))[0] == status


async def test_a_verb_nobody_knows(world: World) -> None:
    assert (await _press(await world.client("seat1"), "explode"))[0] == 404


@pytest.mark.parametrize("verb", ["transfer", "consult"])
@pytest.mark.parametrize(
    ("target", "status"),
    [
        (None, 422),
        (_to("seat", "1001"), 409),
        (_to("seat", "1009"), 404),
        (_to("seat", "hl-spy"), 404),
        (_to("queue", "nowhere"), 404),
        (_to("directory", "99"), 404),
        (_to("number", "13800001234"), 422),
        (_to("number", "1\r\nAction: Logoff"), 422),
        (_to("number", ""), 422),
        (_to("fax", "1"), 422),
    ],
)
async def test_nobody_is_sent_where_nobody_may(
    world: World, verb: str, target: dict[str, str] | None, status: int
) -> None:
    _talking(world)
    body = {"target": target} if target else {}
    assert (await _press(await world.client("seat1"), verb, **body))[0] == status
    assert [order for order in world.switch.orders if order[0] == "redirect"] == []


async def test_the_number_comes_from_the_directory(world: World) -> None:
    leader, client = await world.client("leader"), await world.client("seat1")
    async with leader.post(f"{API}/directory", json=DISTRICT) as answer:
        assert answer.status == 201
    _talking(world)
    assert (await _press(client, "transfer", target=_to("directory", "21")))[0] == 200
    assert ("setvar", caller().name, "HL_NUMBER", "041184301234") in world.switch.orders
    assert ("redirect", (caller().name, "hl-transfer", "external")) in world.switch.orders
    [entry] = await world.audit("call:steered")
    assert entry.detail["target"] == "external:21"


async def test_seats_read_the_directory_and_leaders_keep_it(world: World) -> None:
    leader, client = await world.client("leader"), await world.client("seat1")
    async with client.post(f"{API}/directory", json=DISTRICT) as answer:
        assert answer.status == 403
    async with leader.post(f"{API}/directory", json=DISTRICT | {"number": "16812345"}) as answer:
        assert answer.status == 422
        assert "number" in (await answer.json())["error"]["fields"]
    async with leader.post(f"{API}/directory", json=DISTRICT) as answer:
        made = await answer.json()
    async with leader.patch(f"{API}/directory/{made['id']}", json={"active": False}) as answer:
        assert (await answer.json())["active"] is False
    async with client.get(f"{API}/directory") as answer:
        assert [row["code"] for row in (await answer.json())["items"]] == ["21"]
    async with client.get(f"{API}/transfer-targets") as answer:
        told = await answer.json()
    assert told["directory"] == []
    assert told["may_key_in"] is False
    assert told["queues"][0]["code"] == "*71"
    async with leader.delete(f"{API}/directory/{made['id']}") as answer:
        assert answer.status == 204


async def test_a_page_says_goodbye_as_text(world: World) -> None:
    client = await world.client("seat1")
    origin = {"Origin": str(client.make_url("/")).rstrip("/"), "Content-Type": "text/plain;charset=UTF-8"}
    async with client.post(f"{CALL_API}/away", data="", headers=origin) as answer:
        assert answer.status == 200, "without a call there is nothing to do"
    _talking(world)
    async with client.post(f"{CALL_API}/away", data="x", headers=origin) as answer:
        assert answer.status == 200
    assert ("redirect", (caller().name, "hl-held", "lost")) in world.switch.orders
    for wrong in ({"Origin": "https://elsewhere.example"}, {}):
        headers = {"Content-Type": "text/plain"} | wrong
        async with client.post(f"{CALL_API}/away", data="", headers=headers) as answer:
            assert answer.status in (403, 415)


async def test_a_lost_caller_is_fetched_by_its_own_seat(world: World) -> None:
    lost = caller("hl-held,lost", "MusicOnHold")
    world.switch.lines_up = [lost]
    world.switch.variables[lost.name, "HL_BY"] = "1001"
    assert (await _press(await world.client("seat2"), "resume"))[0] == 409
    assert (await _press(await world.client("seat1"), "resume"))[0] == 200
    assert world.switch.orders[-1] == ("redirect", (lost.name, "hl-ring", "resume"))


async def test_parked_callers_are_shown_masked_and_fetched(world: World) -> None:
    call = await world.add_call(seat="", ended_at=None)
    waiting = caller("hl-parked,s", "MusicOnHold")
    world.switch.lines_up = [type(waiting)(**vars(waiting) | {"uniqueid": call.id})]
    world.switch.variables[waiting.name, "HL_BY"] = "1002"
    world.switch.variables[waiting.name, "HL_PARKED_AT"] = "1700000000"
    client = await world.client("seat1")
    async with client.get(f"{API}/parked") as answer:
        [one] = (await answer.json())["items"]
    assert (one["call_id"], one["parked_by"]) == (call.id, "1002")
    assert "0000" not in one["caller"] or "*" in one["caller"]
    async with client.post(f"{API}/parked/{call.id}/retrieve", json={}) as answer:
        assert answer.status == 200
    assert world.switch.orders[-1] == ("redirect", (waiting.name, "hl-ring", "retrieve"))
    async with client.post(f"{API}/parked/hl-1.1/retrieve", json={}) as answer:
        assert answer.status == 404


async def test_who_talks_fetches_nobody(world: World) -> None:
    call = await world.add_call(seat="", ended_at=None)
    _talking(world)
    async with (await world.client("seat1")).post(f"{API}/parked/{call.id}/retrieve", json={}) as answer:
        assert answer.status == 409


async def test_keys_go_to_whom_the_seat_hears(world: World) -> None:
    client = await world.client("seat1")
    _talking(world)
    assert (await _press(client, "keys", digits="1#"))[0] == 200
    assert world.switch.orders == [("key", caller().name, "1"), ("key", caller().name, "#")]
    world.switch.orders.clear()
    asks = type(seat())(**vars(seat("hl-consult,seat", "Dial", "b3")))
    world.switch.lines_up = [caller("hl-held,consult", "MusicOnHold"), asks, colleague(bridge="b3")]
    assert (await _press(client, "keys", digits="5"))[0] == 200
    assert world.switch.orders == [("key", colleague().name, "5")]
    assert (await _press(client, "keys", digits="5;hangup"))[0] == 422


async def test_the_switch_is_away(world: World) -> None:
    world.switch.away = True
    status, body = await _press(await world.client("seat1"), "hold")
    assert (status, body["error"]["code"]) == (503, "switch_unavailable")
