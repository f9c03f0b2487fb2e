"""Reporting with a key, and the book of sources."""

from __future__ import annotations

from typing import Any

from core.audit import Action
from core.db import Base
from tests.web.world import Client, World

SOURCES, REPORTS = "/api/v1/sources", "/api/v1/source-reports"
NOISE = {"code": "noise", "name": "噪声监测", "channel": "sensor"}
LAMP = {"id": "m-1", "description": "路灯不亮", "district": "210202"}


async def _json(answer: Any, status: int = 200) -> dict[str, Any]:
    body: dict[str, Any] = await answer.json()
    assert answer.status == status, body
    return body


async def _key(world: World, **source: Any) -> tuple[Client, dict[str, str]]:
    """A source with a key: the administrator's browser, and the header the source sends."""
    admin = await world.client("admin")
    made = await _json(await admin.post(SOURCES, json=NOISE | source), 201)
    key = await _json(await admin.post(f"{SOURCES}/{made['code']}/keys", json={}), 201)
    return admin, {"Authorization": f"Bearer {key['key']}"}


async def test_a_source_reports_with_its_key_until_it_is_revoked(world: World) -> None:
    admin, key = await _key(world)
    machine = await world.client()
    first = await _json(await machine.post(REPORTS, json=LAMP, headers=key))
    again = await _json(await machine.post(REPORTS, json=LAMP, headers=key))
    assert (first["state"], again["state"], again["case_number"]) == (
        "opened",
        "repeated",
        first["case_number"],
    )
    told = await _json(await machine.get(REPORTS, params={"id": "m-1"}, headers=key))
    assert (told["stage"], told["stage_name"]) == ("registered", "已登记")
    assert (await machine.get(REPORTS, params={"id": "m-2"}, headers=key)).status == 404
    listed = (await _json(await admin.get(SOURCES)))["items"][0]
    assert (listed["day"], listed["per_minute"], listed["similar_minutes"]) == ({"opened": 1}, 600, 1440)
    assert listed["keys"][0].keys() == {"id", "hint", "created_at", "revoked_at", "used_at"}
    assert listed["keys"][0]["used_at"] is not None
    for _ in range(2):
        assert (await admin.delete(f"{SOURCES}/noise/keys/{listed['keys'][0]['id']}")).status == 204
    refused = await _json(await machine.post(REPORTS, json=LAMP, headers=key), 401)
    assert refused["error"]["code"] == "source_key"
    for action in (Action.SOURCE_ADDED, Action.SOURCE_KEY_MADE, Action.SOURCE_KEY_REVOKED):
        assert len(await world.audit(action)) == 1


async def test_a_key_is_kept_nowhere_even_when_it_is_asked_for_twice(world: World) -> None:
    admin, _ = await _key(world)
    named = {"Idempotency-Key": "once"}
    first, again = [
        await _json(await admin.post(f"{SOURCES}/noise/keys", json={}, headers=named), 201) for _ in range(2)
    ]
    assert first["key"] != again["key"]
    async with world.sessions() as db:
        rows = [str(row) for table in Base.metadata.sorted_tables for row in await db.execute(table.select())]
    assert not [row for row in rows if first["key"] in row or again["key"] in row]


async def test_no_key_no_report(world: World) -> None:
    await _key(world)
    admin = await world.client("admin")  # a log-in is no key
    for header in (
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer hs_é"},
        {"Authorization": "Basic x"},
    ):
        assert (await admin.post(REPORTS, json=LAMP, headers=header)).status == 401


async def test_a_batch_names_each_wrong_line_and_takes_none(world: World) -> None:
    admin, key = await _key(world)
    lines = [LAMP | {"id": f"m-{n}", "device": f"D{n}"} for n in range(4)]
    bad = [lines[0], lines[1] | {"district": "999999"}, lines[2], lines[3] | {"longitude": 121.6}]
    refused = await _json(await admin.post(f"{REPORTS}/batch", json={"reports": bad}, headers=key), 422)
    assert refused["error"]["fields"] == {
        "reports.1.district": "第 2 件：没有这个区县",
        "reports.3.latitude": "第 4 件：经纬度须一起提供",
    }
    shapeless = [lines[0], {"id": "", "value": "x", "more": 1}]
    refused = await _json(await admin.post(f"{REPORTS}/batch", json={"reports": shapeless}, headers=key), 422)
    assert refused["error"]["fields"].keys() == {"reports.1.id", "reports.1.value", "reports.1.more"}
    assert (await _json(await admin.get(SOURCES)))["items"][0]["day"] == {}
    taken = await _json(await admin.post(f"{REPORTS}/batch", json={"reports": lines}, headers=key))
    assert [one["state"] for one in taken["items"]] == ["opened"] * 4


async def test_too_many_are_told_when_to_come_again(world: World) -> None:
    admin, key = await _key(world, per_minute=2)
    lines = [LAMP | {"id": f"m-{n}"} for n in range(3)]
    refused = await admin.post(f"{REPORTS}/batch", json={"reports": lines}, headers=key)
    assert (refused.status, (await refused.json())["error"]["code"]) == (429, "too_many_reports")
    for n, status in enumerate((200, 200, 429)):
        answer = await admin.post(REPORTS, json=LAMP | {"id": f"x-{n}"}, headers=key)
        assert answer.status == status
    assert answer.headers["Retry-After"] == "30"


async def test_reports_are_found_by_source_and_by_case(world: World) -> None:
    admin, key = await _key(world)
    for n in range(3):
        said = LAMP | {
            "id": f"m-{n}",
            "device": "ZM-07",
            "value": 70.5,
            "media": ["https://example.org/a.jpg"],
        }
        taken = await _json(await admin.post(REPORTS, json=said, headers=key))
    page = await _json(await admin.get(f"{SOURCES}/noise/reports", params={"limit": 2}))
    assert [one["external_id"] for one in page["items"]] == ["m-2", "m-1"]
    rest = await _json(await admin.get(f"{SOURCES}/noise/reports", params={"cursor": page["next"]}))
    assert ([one["state"] for one in rest["items"]], rest["next"]) == (["opened"], None)
    seat = await world.client("seat1")
    of_case = (await _json(await seat.get(f"/api/v1/cases/{taken['case_id']}/reports")))["items"]
    assert [(one["state"], one["value"], one["device"]) for one in of_case] == [
        ("opened", 70.5, "ZM-07"),
        ("similar", 70.5, "ZM-07"),
        ("similar", 70.5, "ZM-07"),
    ]
    assert (await seat.get("/api/v1/cases/99/reports")).status == 404
    assert (await admin.get(f"{SOURCES}/nobody/reports")).status == 404


async def test_a_source_is_changed_by_whoever_saw_its_last_version(world: World) -> None:
    admin, key = await _key(world)
    change = {
        "name": "噪声",
        "version": 1,
        "threshold": 55,
        "category": {"edition": "2013", "kind": "事件", "code": "0101"},
    }
    changed = await _json(await admin.patch(f"{SOURCES}/noise", json=change))
    assert (changed["threshold"], changed["category"]["code"], changed["version"]) == (55, "0101", 2)
    assert (await admin.patch(f"{SOURCES}/noise", json=change)).status == 409
    gone = await _json(
        await admin.patch(
            f"{SOURCES}/noise", json={"name": "噪声", "version": 2, "threshold": None, "category": None}
        )
    )
    assert (gone["threshold"], gone["category"], gone["per_minute"]) == (None, None, 600)
    off = {"name": "噪声", "version": 3, "is_active": False}
    await _json(await admin.patch(f"{SOURCES}/noise", json=off))
    assert (await admin.post(REPORTS, json=LAMP, headers=key)).status == 403
    assert len(await world.audit(Action.SOURCE_CHANGED)) == 3


async def test_what_is_no_source_is_refused_and_only_administrators_change(world: World) -> None:
    admin, _ = await _key(world)
    for wrong, field in (
        ({"code": "noise"}, "code"),
        ({"code": "a b"}, "code"),
        ({"code": "b", "channel": "telephone"}, "channel"),
        ({"code": "b", "category": {"edition": "2013", "kind": "事件", "code": "9999"}}, "category"),
    ):
        refused = await _json(await admin.post(SOURCES, json=NOISE | wrong), 422)
        assert list(refused["error"]["fields"]) == [field]
    leader, seat = await world.client("leader"), await world.client("seat1")
    assert (await leader.get(SOURCES)).status == 200
    assert (await seat.get(SOURCES)).status == 403
    assert (await leader.post(SOURCES, json=NOISE | {"code": "c"})).status == 403
    assert (await leader.post(f"{SOURCES}/noise/keys", json={})).status == 403
