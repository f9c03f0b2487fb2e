"""A case on its way through everybody's hands, over the API; and who sees it on the way."""

from __future__ import annotations

from typing import Any

import pytest

from core.tables import Account, Role, Unit
from tests.web.world import CALLER, PEOPLE, Client, World
from ticketing.tables import Case

FORM = {
    "kind": "complaint",
    "description": "中山路 12 号路灯不亮",
    "district": "210202",
    "reporter_name": "张三",
}
#: username → role, unit
WORKERS = {
    "dispatcher": (Role.DISPATCHER, None),
    "parks": (Role.DEPARTMENT, "parks"),
    "roads": (Role.DEPARTMENT, "roads"),
    "helper": (Role.DEPARTMENT, "helper"),
    "collector": (Role.COLLECTOR, None),
}
API = "/api/v1"


@pytest.fixture
async def case(world: World, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A draft, and people of three departments, the dispatcher and a collector."""
    async with world.sessions.begin() as db:
        db.add_all(Unit(code=code, name=code, district="210202") for code in ("parks", "roads", "helper"))
        await db.flush()
        for name, (role, unit) in WORKERS.items():
            number = len(PEOPLE) + 1
            monkeypatch.setitem(PEOPLE, name, (role, None))
            row = Account(
                id=number,
                username=name,
                display_name=name,
                role=role,
                unit=unit,
                password_hash="",
                failures=0,
            )
            row.created_at = world.clock.now()
            db.add(row)
    return await world.add_case(await world.add_call(seat="1001"))


class Life:
    """Moves one case by whoever is named."""

    def __init__(self, world: World, case: Case) -> None:
        self.world, self.case_id, self.version = world, case.id, case.version
        self.clients: dict[str, Client] = {}

    async def client(self, who: str) -> Client:
        if who not in self.clients:
            self.clients[who] = await self.world.client(who)
        return self.clients[who]

    async def move(self, who: str, name: str, status: int = 200, **body: Any) -> dict[str, Any]:
        path = f"{API}/cases/{self.case_id}/moves/{name}"
        body = {"version": self.version, "note": "说明"} | body
        answer = await (await self.client(who)).post(path, json=body)
        assert answer.status == status, await answer.text()
        found: dict[str, Any] = await answer.json()
        if status == 200:
            self.version = found["version"]
        return found

    async def seen(self, who: str) -> int:
        return (await (await self.client(who)).get(f"{API}/cases/{self.case_id}")).status


@pytest.fixture
def life(world: World, case: Case) -> Life:
    return Life(world, case)


async def _to_the_unit(life: Life) -> dict[str, Any]:
    await life.move("seat1", "register", **FORM, callback_number=CALLER)
    await life.move("leader", "establish", inputs={"limit_value": 2, "limit_unit": "work_day"})
    return await life.move("dispatcher", "dispatch", inputs={"unit": "parks"})


async def test_through_everybodys_hands(life: Life) -> None:
    dispatched = await _to_the_unit(life)
    # Monday 23 November, 9:30 in China, and two work days.
    assert (dispatched["due_at"], dispatched["clock"]) == ("2026-11-25T01:30:00Z", "running")
    for who, name, stage in (
        ("parks", "accept", "handling"),
        ("parks", "progress", "handling"),
        ("parks", "report_done", "reported"),
        ("dispatcher", "send_check", "checking"),
        ("collector", "check_fail", "handling"),
        ("parks", "report_done", "reported"),
        ("dispatcher", "send_check", "checking"),
        ("collector", "check_pass", "checked"),
        ("leader", "close", "closed"),
    ):
        moved = await life.move(who, name)
        assert moved["stage"] == stage, name
    whole = await (await (await life.client("leader")).get(f"{API}/cases/{life.case_id}")).json()
    assert (whole["reworks"], whole["clock"], whole["warning"]) == (1, "stopped", "")
    assert [line["seq"] for line in whole["history"]] == list(range(1, 14))
    assert whole["history"][3]["inputs"] == {"unit": "parks"}


async def test_a_move_says_what_its_form_asks_for(life: Life) -> None:
    await life.move("seat1", "register", **FORM)
    shown = await life.move("leader", "establish")
    offered = await (await (await life.client("dispatcher")).get(f"{API}/cases/{life.case_id}")).json()
    moves = {one["name"]: one for one in offered["moves"]}
    (unit,) = moves["dispatch"]["inputs"]
    assert (unit["name"], unit["kind"], unit["required"], unit["label"]) == ("unit", "unit", True, "责任单位")
    assert (moves["dispatch"]["label"], moves["dispatch"]["label_en"]) == ("派遣", "Dispatch")
    assert shown["stage_due_at"] is not None
    for inputs, told in (({}, "请填写责任单位"), ({"unit": "nobody"}, "没有这个责任单位")):
        refused = await life.move("dispatcher", "dispatch", 422, inputs=inputs)
        assert refused["error"]["fields"]["unit"] == told


async def test_what_is_not_possible_just_now_is_offered_with_the_reason(life: Life) -> None:
    await _to_the_unit(life)
    await life.move("parks", "accept")
    await life.move("parks", "ask_delay", inputs={"value": 1})
    shown = await (await (await life.client("parks")).get(f"{API}/cases/{life.case_id}")).json()
    told = {one["name"]: one["objection"] for one in shown["moves"]}
    assert told["ask_delay"] == "延期申请尚未批复"
    assert told["endorse"] == "申请人不能审核自己的申请"
    assert told["progress"] == ""
    refused = await life.move("dispatcher", "grant_delay", 409)
    assert refused["error"] == {"code": "not_now", "message": "延期申请须先经单位审核"}


async def test_a_unit_sees_and_moves_its_own_cases_only(life: Life) -> None:
    assert await life.seen("parks") == 404
    await _to_the_unit(life)
    assert [await life.seen(who) for who in ("parks", "roads", "helper", "collector")] == [200, 404, 404, 404]
    refused = await life.move("roads", "accept", 403)
    assert refused["error"]["code"] == "not_yours"
    await life.move("dispatcher", "add_helper", inputs={"unit": "helper"})
    assert await life.seen("helper") == 200
    await life.move("helper", "accept", 403)
    await life.move("parks", "accept")
    await life.move("helper", "progress")
    returned = await life.move("parks", "return")
    assert (returned["stage"], returned["unit"], returned["due_at"]) == ("established", None, None)
    assert [await life.seen(who) for who in ("parks", "helper", "dispatcher")] == [404, 404, 200]
    lists = [await (await (await life.client(who)).get(f"{API}/cases")).json() for who in ("parks", "leader")]
    assert [len(found["items"]) for found in lists] == [0, 1]


async def test_a_unit_sees_no_call_and_not_who_reported_in_confidence(life: Life) -> None:
    await life.move("seat1", "register", **FORM, confidential=True)
    await life.move("leader", "establish")
    await life.move("dispatcher", "dispatch", inputs={"unit": "parks"})
    parks = await life.client("parks")
    shown = await (await parks.get(f"{API}/cases/{life.case_id}")).json()
    assert (shown["reporter_name"], shown["caller_number"], shown["callback_number"]) == ("****",) * 3
    for path in ("calls", "recordings/search", "board", "callbacks", "visits", "flags"):
        assert (await parks.get(f"{API}/{path}")).status == 403, path


async def test_units_are_the_administrators_to_set(world: World, case: Case) -> None:
    admin, seat = await world.client("admin"), await world.client("seat1")
    body = {"name": "排水公司", "district": None, "is_active": True}
    assert (await seat.put(f"{API}/units/drains", json=body)).status == 403
    assert (await admin.put(f"{API}/units/drains", json=body)).status == 200
    assert (await admin.put(f"{API}/units/drains", json=body | {"district": "999999"})).status == 422
    found = (await (await seat.get(f"{API}/units")).json())["items"]
    assert {"code": "drains", **body} in found
    assert [entry.subject for entry in await world.audit("unit:set")] == ["unit:drains"]


async def test_a_city_has_its_own_words(world: World) -> None:
    found = await (await (await world.client("seat1")).get(f"{API}/case-workflow")).json()
    stages = {one["name"]: one["label"] for one in found["stages"]}
    assert (stages["verifying"], stages["checking"]) == ("核实中", "核查中")
    assert {one["phase"] for one in found["stages"]} >= {"collect", "handle", "evaluate"}
    assert len(found["moves"]) > 40
