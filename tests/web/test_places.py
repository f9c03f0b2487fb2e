"""Places over the API: cells of points, spoken places, components, names; and cases that lie somewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hotline import demo_city
from tests.web.world import Client, World
from web.api import places_import
from web.guard import GEOJSON

STAR: dict[str, Any] = {"longitude": 121.5867, "latitude": 38.8786}
#: Zhongshan, by the sea.
EAST = {"longitude": 121.70, "latitude": 38.90}


@pytest.fixture
async def town(world: World) -> World:
    async with world.sessions.begin() as db:
        await demo_city.add(db, world.clock.now(), 2448)
    return world


async def body(client: Client, path: str, status: int = 200, **query: str | float) -> Any:
    answer = await client.get("/api/v1" + path, params={k: str(v) for k, v in query.items()})
    assert answer.status == status, await answer.text()
    return await answer.json()


async def test_the_cell_of_a_point(town: World) -> None:
    client = await town.client("seat1")
    found = await body(client, "/places/locate", **STAR)
    assert (found["district"]["name"], found["street"]["name"]) == ("沙河口区", "星海湾街道")
    assert len(found["cell"]["code"]) == 15
    outside = await body(client, "/places/locate", 422, longitude=116.4, latitude=39.9)
    assert outside["error"]["code"] == "outside"
    assert "不在本市范围内" in outside["error"]["fields"]["longitude"]
    for wrong in ({"longitude": 200, "latitude": 0}, {"longitude": "x", "latitude": 1}, {"longitude": "nan"}):
        assert (await body(client, "/places/locate", 422, **wrong))["error"]["fields"]


async def test_what_a_caller_says_is_found_with_its_reason(town: World) -> None:
    client = await town.client("seat1")
    first = (await body(client, "/places/search", text="星海广场西边那个加油站"))["items"][0]
    assert first["name"] == "星海西加油站"
    assert first["why"].startswith("星海广场西边约")
    assert first["located"]["street"]["code"] == "210204017"
    assert (await body(client, "/places/search", text="没有这种地方呀"))["items"] == []
    await body(client, "/places/search", 422, text="")


async def test_the_tree_step_by_step(town: World) -> None:
    client, code = await town.client("seat1"), ""
    levels = []
    for _ in range(5):
        rows = (await body(client, "/places/tree", parent=code))["items"]
        row = max(rows, key=lambda one: one["below"])
        levels.append(row["level"])
        code = row["code"]
    assert levels == [2, 3, 4, 5, 6]
    outline = (await body(client, f"/places/tree/{code}/outlines"))["items"][0]
    assert outline["outline"]["type"] == "Polygon"
    # Forms still choose among districts and streets alone.
    assert {one["level"] for one in await body(client, "/catalogue/places")} == {2, 3, 4}


async def test_near_components_and_saying_how_one_is(town: World) -> None:
    seat, admin = await town.client("seat1"), await town.client("admin")
    near = (await body(seat, "/parts", **STAR, within_m=1000, most=5))["items"]
    assert len(near) == 5
    assert [one["distance_m"] for one in near] == sorted(one["distance_m"] for one in near)
    code, version = near[0]["code"], near[0]["version"]
    change = {"version": version, "state": "missing", "keeper": "换过的单位"}
    assert (await seat.patch(f"/api/v1/parts/{code}", json=change)).status == 403
    answer = await admin.patch(f"/api/v1/parts/{code}", json=change)
    assert (await answer.json())["state"] == "missing"
    assert (await admin.patch(f"/api/v1/parts/{code}", json=change)).status == 409
    moved = {"version": version + 1, "longitude": 116.4, "latitude": 39.9}
    assert (await admin.patch(f"/api/v1/parts/{code}", json=moved)).status == 422
    (entry,) = await town.audit("part:changed")
    assert (entry.subject, entry.detail["state"]) == (code, [near[0]["state"], "missing"])
    assert (await body(seat, f"/parts/{code}"))["keeper"] == "换过的单位"
    await body(seat, "/parts/2102020101999999", 404)


async def test_names_are_kept(town: World) -> None:
    seat, admin = await town.client("seat1"), await town.client("admin")
    name = {"name": "星空酒吧", "aliases": ["星吧"], "sort": "酒吧", **STAR}
    assert (await seat.post("/api/v1/landmarks", json=name)).status == 403
    made = await (await admin.post("/api/v1/landmarks", json=name)).json()
    assert (await body(seat, "/places/search", text="星吧"))["items"][0]["name"] == "星空酒吧"
    away = name | {"version": made["version"], "is_active": False}
    assert (await admin.patch(f"/api/v1/landmarks/{made['id']}", json=away)).status == 200
    found = (await body(seat, "/places/search", text="星空酒吧"))["items"]
    assert "星空酒吧" not in {one["name"] for one in found}
    assert (await body(seat, "/landmarks", text="星空"))["items"][0]["is_active"] is False
    for wrong in ({"name": "a\u0007b"}, {"aliases": ["a\u0000"]}, {"name": ""}):
        assert (await admin.post("/api/v1/landmarks", json=name | wrong)).status == 422, wrong
    outside = name | {"longitude": 0, "latitude": 0}
    assert (await admin.post("/api/v1/landmarks", json=outside)).status == 422
    assert len(await town.audit("landmark:made")) == 1


async def test_a_case_is_placed_by_its_coordinates(town: World) -> None:
    case = await town.add_case(await town.add_call(seat="1001"))
    seat = await town.client("seat1")
    path = f"/api/v1/cases/{case.id}"
    placed = await (await seat.patch(path, json={"version": case.version, **STAR})).json()
    assert (placed["district"], placed["street"]) == ("210204", "210204017")
    assert placed["cell"].startswith(placed["community"])
    for wrong, field in (
        ({"longitude": 116.4, "latitude": 39.9}, "longitude"),
        ({"latitude": None}, "latitude"),
        ({"cell": "210204017001999"}, "cell"),
        ({"part": "2102020101999999"}, "part"),
        ({"longitude": 181}, "longitude"),
    ):
        answer = await seat.patch(path, json={"version": placed["version"], **wrong})
        assert answer.status == 422, wrong
        assert field in (await answer.json())["error"]["fields"]
    moved = await (await seat.patch(path, json={"version": placed["version"], **EAST})).json()
    assert (moved["district"], moved["cell"][:6]) == ("210202", "210202")
    complete = {"version": moved["version"], "kind": "complaint", "description": "路灯不亮"}
    # A cell of one street and another street do not go together.
    apart = await seat.post(
        f"{path}/moves/register", json=complete | {"street": "210204017", "district": "210204"}
    )
    assert apart.status == 422
    assert "社区不在所选街道内" in (await apart.json())["error"]["fields"]["community"]
    assert (await seat.post(f"{path}/moves/register", json=complete)).status == 200


async def test_a_component_brings_its_coordinates(town: World) -> None:
    case = await town.add_case(await town.add_call(seat="1001"))
    seat = await town.client("seat1")
    part = (await body(seat, "/parts", **STAR, within_m=2000))["items"][0]
    answer = await seat.patch(
        f"/api/v1/cases/{case.id}", json={"version": case.version, "part": part["code"]}
    )
    placed = await answer.json()
    assert (placed["longitude"], placed["cell"]) == (part["longitude"], part["cell"])


async def test_a_street_that_ended_stays_on_old_cases_and_is_given_to_no_new_one(town: World) -> None:
    old, new = [await town.add_case(await town.add_call(seat="1001")) for _ in range(2)]
    seat, admin = await town.client("seat1"), await town.client("admin")
    where = {"district": "210204", "street": "210204017"}
    saved = await seat.patch(f"/api/v1/cases/{old.id}", json={"version": old.version, **where})
    assert saved.status == 200
    over = {"valid_to": "2026-11-22"}
    assert (await admin.patch("/api/v1/places/tree/210204017", json=over)).status == 200
    refused = await seat.patch(f"/api/v1/cases/{new.id}", json={"version": new.version, **where})
    assert (await refused.json())["error"]["fields"] == {"street": "星海湾街道已不在使用"}
    version = (await saved.json())["version"]
    complete = {"version": version, "kind": "complaint", "description": "路灯不亮"}
    assert (await seat.post(f"/api/v1/cases/{old.id}/moves/register", json=complete)).status == 200
    assert len(await town.audit("place:changed")) == 1


async def test_a_file_is_looked_at_then_put_in(town: World) -> None:
    seat, admin = await town.client("seat1"), await town.client("admin")
    lamp = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [121.65, 38.9]}}
    good = lamp | {"properties": {"code": "2102020137500000", "状态": "完好"}}
    bad = lamp | {"properties": {"code": "2102020137500001", "状态": "坏了"}}

    async def send(client: Client, *features: Any, apply: str = "false", kind: str = GEOJSON) -> Any:
        text = json.dumps({"type": "FeatureCollection", "features": features})
        headers, query = {"Content-Type": kind}, {"what": "parts", "apply": apply}
        answer = await client.post("/api/v1/places/import", params=query, data=text.encode(), headers=headers)
        return answer.status, await answer.json()

    assert (await send(seat, good))[0] == 403
    assert await send(admin, good) == (200, {"added": 1, "changed": 0, "same": 0, "applied": False})
    status, refused = await send(admin, good, bad, apply="true")
    assert (status, refused["error"]["code"]) == (422, "import_refused")
    assert refused["error"]["fields"]["features[1].state"].startswith(
        "第 2 个要素（2102020137500001） state："
    )
    await body(seat, "/parts/2102020137500000", 404)
    assert (await send(admin, good, kind="text/plain"))[0] == 415
    assert (await send(admin, good, apply="true"))[1]["applied"] is True
    (entry,) = await town.audit("places:imported")
    assert (entry.detail["added"], entry.actor_id is not None) == (1, True)


async def test_a_file_too_large_for_the_wire_is_refused_before_it_is_read(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places_import, "MOST_BYTES", 1 << 18)
    admin = await town.client("admin")
    answer = await admin.post(
        "/api/v1/places/import",
        params={"what": "places"},
        data=b" " * ((1 << 18) + 1),
        headers={"Content-Type": GEOJSON},
    )
    assert answer.status == 413
    assert "hotline places import" in (await answer.json())["error"]["message"]
