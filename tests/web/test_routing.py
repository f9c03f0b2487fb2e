"""Routing rules and links of cases over the API: who may, from draft to proposal, and what is masked."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientResponse

from core.tables import Account, Role, Unit
from tests.web.world import CALLER, PEOPLE, Client, World
from ticketing import moves
from ticketing.routing.tables import RoutingDecision
from ticketing.tables import Case

API = "/api/v1"
#: Every district of the loaded places.
DISTRICTS = tuple(f"2102{n}" for n in ("02", "03", "04", "11", "12", "13", "14", "24", "81", "83"))
COVER = {"category_edition": "2013", "category_kind": "部件", "category_code": "0101"}
WORKERS = {"dispatcher": (Role.DISPATCHER, None), "water1": (Role.DEPARTMENT, "water")}


@pytest.fixture
async def workers(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, Account]:
    """A dispatcher, one of the water works, and a platform for each district."""
    made: dict[str, Account] = {}
    async with world.sessions.begin() as db:
        units = [("water", None), ("roads", "210202"), *((code, code) for code in DISTRICTS)]
        db.add_all(Unit(code=code, name=code, district=place) for code, place in units)
        await db.flush()
        for name, (role, unit) in WORKERS.items():
            row = Account(
                id=len(PEOPLE) + 1, username=name, display_name=name, role=role, unit=unit,
                password_hash="", failures=0, created_at=world.clock.now(),
            )  # fmt: skip
            monkeypatch.setitem(PEOPLE, name, (role, None))
            db.add(row)
            made[name] = row
    return made


async def _body(answer: ClientResponse, status: int = 200) -> dict[str, Any]:
    assert answer.status == status, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def _publish(client: Client, *rules: dict[str, Any], note: str = "第一版") -> int:
    draft = await _body(await client.post(f"{API}/routing/draft", json={}), 201)
    for rule in rules:
        body = rule | {"revision": draft["revision"]}
        draft = await _body(await client.post(f"{API}/routing/draft/rules", json=body), 201)
    body = {"revision": draft["revision"], "note": note}
    found = await _body(await client.post(f"{API}/routing/draft/publish", json=body))
    return int(found["version"])


CATCH_ALLS = tuple({"place": code, "unit": code} for code in DISTRICTS)


async def _established(world: World) -> Case:
    """A case of the class that waits for 派遣."""
    people = {
        name: Account(id=number, role=role) for number, (name, (role, _)) in enumerate(PEOPLE.items(), 1)
    }
    case = await world.add_case(await world.add_call(seat="1001"))
    category = {"edition": "2013", "kind": "部件", "code": "0101"}
    fields = {"kind": "complaint", "description": "井盖没了", "district": "210202", "category": category}
    for move, who, given in (("register", "seat1", fields), ("establish", "leader", None)):
        case = await moves.move(
            world.sessions,
            case_id=case.id,
            move=move,
            actor=people[who],
            version=case.version,
            fields=given,
            clock=world.clock,
        )
    return case


async def test_from_the_draft_to_the_proposed_unit(world: World, workers: dict[str, Account]) -> None:
    dispatcher, leader = await world.client("dispatcher"), await world.client("leader")
    case = await _established(world)
    nobody = await _body(await dispatcher.get(f"{API}/cases/{case.id}/unit"))
    assert (nobody["unit"], nobody["basis"]) == (None, "none")
    draft = await _body(await dispatcher.post(f"{API}/routing/draft", json={}), 201)
    assert len(draft["problems"]) == len(DISTRICTS)
    answer = await dispatcher.post(f"{API}/routing/draft/publish", json={"revision": 1, "note": "x"})
    assert answer.status == 403
    refused = await _body(
        await leader.post(f"{API}/routing/draft/publish", json={"revision": 1, "note": "x"}), 422
    )
    assert refused["error"]["code"] == "unsound_rules"
    await _body(await dispatcher.delete(f"{API}/routing/draft", params={"revision": "1"}))
    assert await _publish(leader, *CATCH_ALLS, COVER | {"unit": "water", "ground": "供水设施"}) == 2
    found = await _body(await dispatcher.get(f"{API}/cases/{case.id}/unit"))
    assert (found["unit"], found["basis"], found["version"]) == ("water", "rule", 2)
    assert "上水井盖" in found["because"] and found["because_en"].startswith("Because the class")
    shown = await _body(await leader.get(f"{API}/routing/versions/2"))
    assert (shown["state"], shown["problems"], len(shown["rules"])) == ("published", [], len(DISTRICTS) + 1)
    assert shown["rules"][-1]["category_name"] == "上水井盖"
    heads = (await _body(await leader.get(f"{API}/routing")))["items"]
    assert [(one["version"], one["in_force"], one["published_by"]) for one in heads] == [(2, True, "Leader")]
    assert [entry.action for entry in await world.audit("routing:published")] == ["routing:published"]


async def test_a_draft_is_tried_and_changed(world: World, workers: dict[str, Account]) -> None:
    leader = await world.client("leader")
    await _publish(leader, *CATCH_ALLS, COVER | {"unit": "water"})
    case = await _established(world)
    moved = {"version": case.version, "inputs": {"unit": "water"}}
    await _body(
        await (await world.client("dispatcher")).post(f"{API}/cases/{case.id}/moves/dispatch", json=moved)
    )
    draft = await _body(await leader.post(f"{API}/routing/draft", json={}), 201)
    rule = draft["rules"][-1]
    path = f"{API}/routing/draft/rules/{rule['id']}"
    changed = await _body(
        await leader.put(path, json=COVER | {"unit": "roads", "revision": draft["revision"]})
    )
    assert changed["rules"][-1]["unit"] == "roads"
    late = await leader.put(path, json=COVER | {"unit": "water", "revision": draft["revision"]})
    assert late.status == 409
    tried = await _body(await leader.get(f"{API}/routing/versions/2/what-if", params={"days": "30"}))
    assert (tried["against"], tried["seen"], tried["moved"]) == (1, 1, 1)
    assert tried["flows"] == [{"before": "water", "after": "roads", "cases": 1}]
    assert tried["cases"][0]["case_id"] == case.id
    asked = {"edition": "2013", "kind": "部件", "code": "0101", "place": "210202"}
    now = await _body(await leader.get(f"{API}/routing/try", params=asked))
    then = await _body(await leader.get(f"{API}/routing/try", params=asked | {"version": "2"}))
    assert (now["unit"], then["unit"]) == ("water", "roads")
    for wrong, status in (({"place": "999999"}, 404), ({"at": "2026-11-23T00:00:00"}, 422)):
        assert (await leader.get(f"{API}/routing/try", params=wrong)).status == status
    revision = str(changed["revision"])
    gone = await _body(await leader.delete(path, params={"revision": revision}))
    assert len(gone["rules"]) == len(DISTRICTS)


async def test_what_came_back_is_reviewed_once(world: World, workers: dict[str, Account]) -> None:
    case = await _established(world)
    dispatcher, water = await world.client("dispatcher"), await world.client("water1")
    body = {"version": case.version, "inputs": {"unit": "water"}, "note": "说明"}
    sent = await _body(await dispatcher.post(f"{API}/cases/{case.id}/moves/dispatch", json=body))
    body = {"version": sent["version"], "note": "不是供水井盖"}
    await _body(await water.post(f"{API}/cases/{case.id}/moves/return", json=body))
    assert (await water.get(f"{API}/routing/returns")).status == 403
    (row,) = (await _body(await dispatcher.get(f"{API}/routing/returns")))["items"]
    assert (row["reason"], row["unit"], row["returned_by"]) == ("不是供水井盖", "water", "water1")
    path = f"{API}/routing/returns/{row['id']}/review"
    await _body(await dispatcher.post(path, json={"verdict": "rule", "note": "改规则"}))
    assert (await dispatcher.post(path, json={"verdict": "unit", "note": "再来"})).status == 409
    left = await _body(await dispatcher.get(f"{API}/routing/returns"))
    assert (left["items"], left["waiting"]) == ([], 0)
    async with world.sessions() as db:
        stored = await db.get_one(RoutingDecision, row["id"])
    assert (stored.verdict, stored.reviewed_by) == ("rule", workers["dispatcher"].id)


@pytest.mark.parametrize("who", ["water1", "inspector"])
async def test_links_are_the_centres(world: World, workers: dict[str, Account], who: str) -> None:
    case = await _established(world)
    client = await world.client(who)
    for path in (f"cases/{case.id}/links", f"cases/{case.id}/unit", "repeats/callers", "group-events"):
        assert (await client.get(f"{API}/{path}")).status == 403, path


async def test_links_of_a_case_and_repeats(world: World, workers: dict[str, Account]) -> None:
    first, second = await _established(world), await _established(world)
    seat, leader = await world.client("seat1"), await world.client("leader")
    body = {"version": first.version, "note": "全区停水"}
    await _body(await leader.post(f"{API}/cases/{first.id}/moves/declare_group", json=body))
    body = {"version": second.version, "inputs": {"into": first.number}}
    await _body(await seat.post(f"{API}/cases/{second.id}/moves/merge", json=body))
    links = await _body(await seat.get(f"{API}/cases/{first.id}/links"))
    assert (links["is_group"], links["reports_total"]) == (True, 1)
    assert [one["number"] for one in links["reports"]] == [second.number]
    back = await _body(await seat.get(f"{API}/cases/{second.id}/links"))
    assert back["into"]["id"] == first.id
    (event,) = (await _body(await seat.get(f"{API}/group-events")))["items"]
    assert (event["note"], event["reports"], event["case"]["id"]) == ("全区停水", 1, first.id)
    for client, shown in ((seat, "138****1234"), (leader, CALLER)):
        (row,) = (await _body(await client.get(f"{API}/repeats/callers")))["items"]
        assert (row["label"], row["count"], len(row["cases"])) == (shown, 2, 2)
    assert (await _body(await seat.get(f"{API}/repeats/places")))["items"] == []
    assert (await seat.get(f"{API}/cases/999/links")).status == 404
