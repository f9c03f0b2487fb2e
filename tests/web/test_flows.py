"""Menus over the API: who may read, check and publish them."""

from __future__ import annotations

from typing import Any

from ivr.house import flow_versions
from tests.web.schema import mistakes
from tests.web.world import Client, World

FLOWS = "/api/v1/flows"
NAME = "agent_first"


async def _publish(client: Client, text: str, based_on: int, note: str = "改问候语") -> tuple[int, Any]:
    body = {"text": text, "note": note, "based_on": based_on}
    answer = await client.post(f"{FLOWS}/{NAME}/publish", json=body)
    return answer.status, await answer.json()


async def test_an_administrator_publishes_and_rolls_back(house: World) -> None:
    client = await house.client("admin")
    listed = (await (await client.get(FLOWS)).json())["items"]
    assert {one["name"]: (one["selected"], one["version"]) for one in listed}[NAME] == (True, 0)
    delivered = (await (await client.get(f"{FLOWS}/{NAME}")).json())["text"]
    assert await _publish(client, delivered + "\n# 新\n", 0) == (200, {"version": 1})
    assert await _publish(client, delivered, 1, "回退") == (200, {"version": 2})
    flow = await (await client.get(f"{FLOWS}/{NAME}")).json()
    assert (flow["version"], flow["packaged"], flow["text"]) == (2, False, delivered)
    assert [(one["version"], one["author"], one["note"]) for one in flow["versions"]] == [
        (2, "Admin", "回退"),
        (1, "Admin", "改问候语"),
    ]
    old = await (await client.get(f"{FLOWS}/{NAME}/versions/1")).json()
    assert old == {"version": 1, "text": delivered + "\n# 新\n"}
    entries = await house.audit("flow:published")
    assert [(one.subject, one.detail["version"], one.detail["lines_added"]) for one in entries] == [
        (f"flow:{NAME}", 1, 2),
        (f"flow:{NAME}", 2, 0),
    ]


async def test_who_comes_second_is_told_who_was_faster(house: World) -> None:
    client = await house.client("admin")
    text = flow_versions.delivered(NAME)
    await _publish(client, text + "\n# 1\n", 0, "第一个")
    status, answer = await _publish(client, text + "\n# 2\n", 0)
    assert status == 409
    assert "Admin" in answer["error"]["message"] and "第一个" in answer["error"]["message"]


async def test_an_unsound_text_is_refused_with_every_mistake(house: World) -> None:
    client = await house.client("admin")
    text = flow_versions.delivered(NAME) + '\n[steps.lonely]\nlabel = "孤立"\nmessage = true\n'
    status, answer = await _publish(client, text, 0)
    assert (status, answer["error"]["code"]) == (422, "unsound_flow")
    [mistake] = answer["error"]["problems"]
    assert mistake["step"] == "lonely"
    assert text.splitlines()[mistake["line"] - 1].startswith("[steps.lonely")
    checked = await (await client.post(f"{FLOWS}/{NAME}/check", json={"text": text})).json()
    assert checked == {"problems": [mistake], "graph": None}
    assert await house.audit("flow:published") == []


async def test_a_sound_text_is_drawn(house: World) -> None:
    client = await house.client("leader")
    answer = await client.post(f"{FLOWS}/{NAME}/check", json={"text": flow_versions.delivered(NAME)})
    checked = await answer.json()
    assert checked["problems"] == []
    ids = {node["id"] for node in checked["graph"]["nodes"]}
    assert "greeting" in ids
    assert {edge["to"] for edge in checked["graph"]["edges"]} <= ids
    document = await (await client.get("/api/v1/openapi.json")).json()
    operation = document["paths"][f"{FLOWS}/{{name}}/check"]["post"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert mistakes(checked, schema, document) == []


async def test_only_administrators_publish_and_seats_do_not_read(house: World) -> None:
    leader, seat = await house.client("leader"), await house.client("seat1")
    assert (await _publish(leader, flow_versions.delivered(NAME) + "\n# x\n", 0))[0] == 403
    assert (await leader.get(f"{FLOWS}/{NAME}")).status == 200
    assert (await seat.get(f"{FLOWS}/{NAME}")).status == 403
    for path in ("no_such", f"{NAME}/versions/7", "..%2Fx"):
        assert (await leader.get(f"{FLOWS}/{path}")).status == 404
    check = await leader.post(f"{FLOWS}/no_such/check", json={"text": ""})
    assert check.status == 404
