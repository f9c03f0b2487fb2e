"""The catalogue over the API: read, searched, suggested, edited, and taken out and in as a spreadsheet."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.web.world import Client, World
from ticketing.catalogue import workbook
from ticketing.catalogue.lines import ClassLine
from web.guard import MAX_BODY, XLSX

PREFIX = "/api/v1/catalogue"
LAMP = {"edition": "2013", "kind": "部件", "code": "0137"}


async def _get(client: Client, path: str, **query: Any) -> Any:
    answer = await client.get(PREFIX + path, params=query)
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def _send(client: Client, data: bytes, **query: str) -> tuple[int, Any]:
    answer = await client.post(PREFIX + "/import", data=data, params=query, headers={"Content-Type": XLSX})
    return answer.status, await answer.json()


async def test_editions_and_the_rows_of_a_class(world: World) -> None:
    client = await world.client("seat1")
    editions = {one["code"]: one["is_default"] for one in await _get(client, "/editions")}
    assert editions == {"2007": False, "2013": True, "2026": False}
    rows = await _get(client, "/severities", **LAMP, on="2026-11-23")
    assert [(one["rank"], one["limit_value"], one["limit_unit"]) for one in rows] == [
        (1, 2, "work_hour"),
        (2, 1, "work_day"),
        (3, 2, "work_day"),
        (4, 3, "work_day"),
    ]
    assert (await (await client.get(PREFIX + "/categories", params={"edition": "1999"})).json())["error"][
        "fields"
    ] == {"edition": "没有“1999”版目录"}
    unknown = await client.get(PREFIX + "/severities", params=LAMP | {"code": "9999"})
    fields = (await unknown.json())["error"]["fields"]
    assert (unknown.status, fields) == (422, {"code": "2013 版目录中没有编码为 9999 的部件类别"})


async def test_a_class_is_found_and_suggested_with_the_reason(world: World) -> None:
    client = await world.client("seat1")
    [first, *_] = await _get(client, "/search", text="ld")
    assert (first["category"]["minor"], first["why"]) == ("路灯", "initials")
    answer = await client.post(PREFIX + "/suggestions", json={"text": "小区门口灯不亮"})
    [best, *_] = await answer.json()
    assert (best["minor"], best["reason"]) == ("路灯", "“灯不亮”常指“路灯”")


async def test_a_suggestion_reads_the_cases_own_words(world: World) -> None:
    case = await world.add_case(await world.add_call(seat="1001", queue="general"))
    client = await world.client("seat1")
    version = {"version": case.version, "description": "路上井盖丢了"}
    assert (await client.patch(f"/api/v1/cases/{case.id}", json=version)).status == 200
    [best, *_] = await (await client.post(PREFIX + "/suggestions", json={"case_id": case.id})).json()
    assert best["minor"] == "不明井盖"
    assert (await client.post(PREFIX + "/suggestions", json={"case_id": 999})).status == 404


async def test_only_administrators_edit(world: World) -> None:
    body = LAMP | {"major": "公用设施", "minor": "路灯"}
    leader = await world.client("leader")
    assert (await leader.put(PREFIX + "/categories", json=body)).status == 403
    assert (await _send(leader, b""))[0] == 403
    assert (await (await world.client("seat1")).get(PREFIX + "/export")).status == 403


async def test_a_row_in_force_is_followed_by_the_new_one(world: World) -> None:
    admin = await world.client("admin")
    body = LAMP | {"rank": 1, "condition": "整条街不亮", "limit_value": 1, "limit_unit": "urgent_hour"}
    done = await (await admin.put(PREFIX + "/severities", json=body)).json()
    assert (done["applied"], done["changed"], done["changes"][0]["fields"]["时限"]) == (True, 1, ["2", "1"])
    rows = [one for one in await _get(admin, "/severities", **LAMP) if one["rank"] == 1]
    assert [(one["condition"], one["valid_to"] is None) for one in rows] == [
        ("整条街不亮", True),
        ("漏电、断线或灯具悬垂，有触电坠落危险", False),
    ]
    [entry] = await world.audit("catalogue:changed")
    assert entry.subject == "catalogue:2013"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/categories", {"code": "0199", "major": "x", "minor": "=1+1"}, "minor"),
        ("/categories", {"code": "0199", "major": "x", "minor": "y", "unit": "nobody"}, "unit"),
        ("/categories", {"code": "1x", "major": "x", "minor": "y"}, "code"),
        ("/categories", {"edition": "2099", "code": "0199", "major": "x", "minor": "y"}, "edition"),
        (
            "/severities",
            {"code": "9999", "rank": 1, "condition": "x", "limit_value": 1, "limit_unit": "work_day"},
            "code",
        ),
        (
            "/severities",
            {"code": "0137", "rank": 1, "condition": "x", "limit_value": 0, "limit_unit": "work_day"},
            "limit_value",
        ),
    ],
)
async def test_a_wrong_field_is_named(world: World, path: str, body: dict[str, Any], field: str) -> None:
    admin = await world.client("admin")
    answer = await admin.put(PREFIX + path, json={"edition": "2013", "kind": "部件"} | body)
    assert answer.status == 422
    assert list((await answer.json())["error"]["fields"]) == [field]


async def test_a_file_goes_out_is_previewed_and_comes_in(world: World) -> None:
    admin = await world.client("admin")
    answer = await admin.get(PREFIX + "/export", params={"edition": "2013"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="catalogue-2013.xlsx"'
    book = load_workbook(io.BytesIO(await answer.read()))
    book["类别"].append(["2013", "事件", "0199", "市容环境", "占用盲道", "", "是", None, None])
    file = io.BytesIO()
    book.save(file)
    status, seen = await _send(admin, file.getvalue())
    told = [seen[name] for name in ("applied", "added", "changed", "problem_count")]
    assert (status, told) == (200, [False, 1, 0, 0])
    assert await _get(admin, "/search", text="盲道") == []
    status, done = await _send(admin, file.getvalue(), apply="true", digest=seen["digest"])
    assert (status, done["applied"], done["added"]) == (200, True, 1)
    assert len(await _get(admin, "/search", text="盲道")) == 1
    status, refused = await _send(admin, file.getvalue(), apply="true", digest=seen["digest"])
    assert (status, refused["error"]["code"]) == (409, "conflict")


async def test_a_bad_file_is_refused_whole(world: World) -> None:
    admin = await world.client("admin")
    lines = [
        ClassLine(edition="2013", kind="事件", code=code, major="市容环境", minor=minor)
        for code, minor in (("0198", "占用盲道"), ("0197", ""))
    ]
    data = workbook.write(lines)
    status, seen = await _send(admin, data)
    assert (status, seen["problems"]) == (
        200,
        [{"sheet": "类别", "row": 3, "column": "小类", "what": "不能为空"}],
    )
    status, refused = await _send(admin, data, apply="true")
    assert (status, refused["error"]["fields"]) == (422, {"类别!3!小类": "“类别”第 3 行“小类”列：不能为空"})
    assert await _get(admin, "/search", text="盲道") == []
    assert (await _send(admin, b"no file"))[1]["error"]["fields"] == {"file": "不是有效的 XLSX 文件"}
    too_large = b"0" * (workbook.MOST_BYTES + 1)
    large = await admin.post(PREFIX + "/import", data=io.BytesIO(too_large), headers={"Content-Type": XLSX})
    assert large.status == 413
    assert (await admin.post(PREFIX + "/import", data=b"0" * MAX_BODY)).status == 415
    as_json = await admin.post(PREFIX + "/import", json={})
    assert (as_json.status, (await as_json.json())["error"]["code"]) == (415, "sheet_only")
    assert (await admin.get(PREFIX + "/export", params={"edition": "1999"})).status == 422
