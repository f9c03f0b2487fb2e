"""GET /cases and /cases/export: filters as the API takes them, masking, files, and who took one."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.web.world import Client, World
from ticketing.tables import Case

FORM = {"kind": "complaint", "district": "210202", "address": '=HYPERLINK("http://x")'}


@pytest.fixture
async def cases(house: World) -> list[int]:
    """A registered case with markup and formula text, and a draft; both of calls that seat 1001 took."""
    one = await house.add_case(await house.add_call(seat="1001"))
    two = await house.add_case(await house.add_call(seat="1001"))
    seat = await house.client("seat1")
    body = {"version": one.version, "description": "<script>alert(1)</script>井盖", **FORM}
    answer = await seat.post(f"/api/v1/cases/{one.id}/moves/register", json=body)
    assert answer.status == 200, await answer.text()
    return [one.id, two.id]


async def _list(client: Client, query: str, status: int = 200) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/cases?{query}")
    assert answer.status == status, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def test_filters_words_and_orders(house: World, cases: list[int]) -> None:
    one, two = cases
    seat = await house.client("seat1")
    for query, expected in (
        ("", [two, one]),
        ("sort=oldest", [one, two]),
        ("sort=changed", [two, one]),
        ("sort=due", []),
        ("stage=draft", [two]),
        ("open=true", [one]),
        ("kind=complaint&district=210202", [one]),
        ("q=井盖", [one]),
        ("q=路灯", [two]),
        ("q=路灯&kind=complaint", []),
        ("number=2102002026", [one]),
        ("phone=13800001234", [two, one]),
        ("from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00%2B08:00", [two, one]),
        ("to=2026-11-22T00:00:00Z", []),
        ("overdue=true", []),
    ):
        found = await _list(seat, query)
        assert [item["id"] for item in found["items"]] == expected, query
    first = await _list(seat, "sort=changed&limit=1")
    second = await _list(seat, f"sort=changed&limit=1&cursor={first['next']}")
    assert [first["items"][0]["id"], second["items"][0]["id"], second["next"]] == [two, one, None]


STRANGE = {
    "sort=random": "sort",
    "kind=war": "kind",
    "q=x": "q",
    "from=yesterday": "from",
    "from=2026-11-23T00:00:00": "from",
    "unit=a'b": "unit",
    "number=12a": "number",
    "sort=due&cursor=12": "cursor",
    "colour=red": "colour",
}


async def test_what_cannot_be_asked_is_named(world: World) -> None:
    client = await world.client("seat1")
    for query, field in STRANGE.items():
        for path in (f"cases?{query}", f"cases/export?{query}"):
            answer = await client.get(f"/api/v1/{path}")
            assert answer.status == 422, path
            assert field in (await answer.json())["error"]["fields"], path


async def test_a_csv_of_what_was_filtered(house: World, cases: list[int]) -> None:
    answer = await (await house.client("seat2")).get("/api/v1/cases/export?stage=registered")
    assert (answer.status, answer.content_type) == (200, "text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    text = (await answer.read()).decode("utf-8-sig")
    head, *lines = csv.reader(io.StringIO(text, newline=""))
    assert len(lines) == 1
    row = dict(zip(head, lines[0], strict=True))
    assert row["阶段"] == "已登记" and row["诉求类型"] == "投诉" and row["区县"] == "中山区"
    assert row["地址"] == "'" + FORM["address"]
    assert row["诉求内容"] == "<script>alert(1)</script>井盖"
    assert row["来电号码"] == "138****1234"
    taken = await house.audit("cases:exported")
    assert [one.detail for one in taken] == [{"stage": "registered"}]


async def test_a_workbook(house: World, cases: list[int]) -> None:
    answer = await (await house.client("leader")).get("/api/v1/cases/export?format=xlsx&sort=oldest")
    assert answer.status == 200
    sheet = load_workbook(io.BytesIO(await answer.read())).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert len(rows) == 3
    values = {str(head.value): cell for head, cell in zip(rows[0], rows[1], strict=True)}
    assert (values["地址"].data_type, values["地址"].value) == ("s", FORM["address"])
    assert values["来电号码"].value == "13800001234"


async def test_a_file_goes_through_all_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with world.sessions.begin() as db:
        at = world.clock.now()
        db.add_all(
            Case(stage="draft", source="telephone", created_at=at, changed_at=at, description=f"第{n}件")
            for n in range(450)
        )
    answer = await (await world.client("admin")).get("/api/v1/cases/export?sort=oldest")
    lines = (await answer.text()).splitlines()
    assert len(lines) == 451
    assert [f"第{n}件" in lines[n + 1] for n in (0, 199, 200, 449)] == [True] * 4
