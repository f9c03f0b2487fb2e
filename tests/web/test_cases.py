"""Cases over the API: autosave, moves, versions, roles, wrong fields, masked numbers coming back."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.ledger.tables import Outcome
from tests.web.world import CALLER, Client, World
from ticketing.tables import Case

MASKED = "138****1234"
FORM = {
    "kind": "complaint",
    "description": "中山路 12 号路灯不亮",
    "district": "210202",
    "callback_number": CALLER,
}


async def _send(client: Client, method: str, path: str, status: int, **body: Any) -> dict[str, Any]:
    answer = await client.request(method, f"/api/v1/cases/{path}", json=body)
    assert answer.status == status, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


@pytest.fixture
async def case(world: World) -> Case:
    """The draft of a call that seat 1001 answered."""
    return await world.add_case(await world.add_call(seat="1001"))


async def test_from_draft_to_closed(world: World, case: Case) -> None:
    seat, leader = await world.client("seat1"), await world.client("leader")
    saved = await _send(seat, "PATCH", str(case.id), 200, version=case.version, kind="complaint")
    assert (saved["kind"], saved["stage"], saved["description"]) == ("complaint", "draft", "路灯不亮")
    assert [move["name"] for move in saved["moves"]] == ["register", "answer", "refuse", "void"]
    done = await _send(seat, "POST", f"{case.id}/moves/register", 200, version=saved["version"], **FORM)
    assert done["stage"] == "registered"
    assert len(done["number"]) == 19
    assert "establish" not in [move["name"] for move in done["moves"]]
    for move, stage in (("establish", "established"), ("close", "closed")):
        done = await _send(
            leader, "POST", f"{case.id}/moves/{move}", 200, version=done["version"], note="同意"
        )
        assert done["stage"] == stage
    assert [line["move"] for line in done["history"]] == ["open_draft", "register", "establish", "close"]
    assert [line["actor"] for line in done["history"]] == [None, "Seat1", "Leader", "Leader"]


async def test_the_slower_of_two_is_told_who_was_faster(world: World, case: Case) -> None:
    one, two = await world.client("seat1"), await world.client("seat2")
    await _send(one, "PATCH", str(case.id), 200, version=case.version, address="一")
    late = await _send(two, "PATCH", str(case.id), 409, version=case.version, address="二")
    assert late["error"]["code"] == "conflict"
    assert "Seat1" in late["error"]["message"]


async def test_roles_are_kept(world: World, case: Case) -> None:
    admin, seat = await world.client("admin"), await world.client("seat1")
    refused = await _send(admin, "POST", f"{case.id}/moves/register", 403, version=case.version, **FORM)
    assert refused["error"]["code"] == "role_not_allowed"
    await _send(seat, "POST", f"{case.id}/moves/establish", 403, version=case.version)


async def test_missing_and_overlong_fields_are_all_named(world: World, case: Case) -> None:
    seat = await world.client("seat1")
    path = f"{case.id}/moves/register"
    missing = await _send(seat, "POST", path, 422, version=case.version, description="")
    assert missing["error"]["fields"].keys() >= {"kind", "description", "district"}
    overlong = {"description": "长" * 4001, "address": "长" * 257, "reporter_name": "长" * 65}
    named = await _send(seat, "POST", path, 422, version=case.version, **FORM | overlong)
    assert named["error"]["fields"].keys() == overlong.keys()
    assert "4000" in named["error"]["fields"]["description"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "war"}, "kind"),
        ({"stage": "closed"}, "stage"),
        ({"number": "1"}, "number"),
        ({"confidential": "yes"}, "confidential"),
        ({"district": "999999"}, "district"),
        ({"district": "zhongshan"}, "district"),
        ({"description": "a\x00b"}, "description"),
        ({"address": "a\r\nb"}, "address"),
        ({"category": {"edition": "2013"}}, "category.kind"),
        ({"version": "x"}, "version"),
        ({"version": 2**40}, "version"),
    ],
)
async def test_a_wrong_field_is_named(world: World, case: Case, more: dict[str, Any], field: str) -> None:
    seat = await world.client("seat1")
    answer = await _send(seat, "PATCH", str(case.id), 422, **{"version": case.version} | more)
    told = answer["error"]["fields"][field]
    assert any("\u4e00" <= character <= "\u9fff" for character in told), told
    assert " or " not in told
    async with world.sessions() as db:
        assert (await db.get_one(Case, case.id)).version == case.version


@pytest.mark.parametrize(
    "path", ["0", "-1", "one", "999999", "99999999999999999999", "1.5", "1/moves/explode"]
)
async def test_ids_that_cannot_be(world: World, case: Case, path: str) -> None:
    seat = await world.client("seat1")
    method = "POST" if "moves" in path else "GET"
    answer = await seat.request(method, f"/api/v1/cases/{path}", json={"version": 1})
    assert answer.status == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("stage=lost", "stage"),
        ("cursor=x", "cursor"),
        ("limit=0", "limit"),
        ("cursor=9999999999999", "cursor"),
    ],
)
async def test_garbage_in_the_list(world: World, query: str, field: str) -> None:
    answer = await (await world.client("seat1")).get(f"/api/v1/cases?{query}")
    assert answer.status == 422
    assert field in (await answer.json())["error"]["fields"]


async def test_a_masked_number_that_comes_back_changes_nothing(world: World, case: Case) -> None:
    other = await world.client("seat2")
    seen = await _send(other, "GET", str(case.id), 200)
    assert seen["callback_number"] == MASKED
    saved = await _send(
        other, "PATCH", str(case.id), 200, version=seen["version"], callback_number=MASKED, address="新址"
    )
    assert (saved["callback_number"], saved["address"]) == (MASKED, "新址")
    async with world.sessions() as db:
        assert (await db.get_one(Case, case.id)).callback_number == CALLER


async def test_the_list_shows_an_excerpt_and_the_page_the_whole(world: World, case: Case) -> None:
    seat = await world.client("seat1")
    await _send(seat, "PATCH", str(case.id), 200, version=case.version, description="长" * 200)
    page = await (await seat.get("/api/v1/cases?stage=draft")).json()
    assert page["items"][0]["description"] == "长" * 80
    assert (await _send(seat, "GET", str(case.id), 200))["description"] == "长" * 200


async def test_a_confidential_case_keeps_the_number_it_does_not_show(world: World) -> None:
    """A seat whose page shows **** saves it back with the rest: that is no change."""
    call = await world.add_call(seat="1001", marks=["confidential"])
    case = await world.add_case(call)
    client = await world.client("seat1")
    shown = await (await client.get(f"/api/v1/cases/{case.id}")).json()
    body = {"version": shown["version"], "callback_number": shown["callback_number"], "address": "中山路"}
    answer = await client.patch(f"/api/v1/cases/{case.id}", json=body)
    assert answer.status == 200, await answer.text()
    whole = await (await (await world.client("leader")).get(f"/api/v1/cases/{case.id}")).json()
    assert (whole["callback_number"], whole["address"]) == (CALLER, "中山路")


async def test_the_number_of_a_case_made_confidential_is_its_own_seats(world: World) -> None:
    case = await world.add_case(await world.add_call(seat="1001"))
    nobodys = await world.add_case(await world.add_call(outcome=Outcome.ABANDONED))
    async with world.sessions.begin() as db:
        for one in (case, nobodys):
            one.confidential = True
            await db.merge(one)
    client = await world.client("seat1")

    async def number(case_id: int) -> str:
        found: str = (await (await client.get(f"/api/v1/cases/{case_id}")).json())["caller_number"]
        return found

    assert (await number(case.id), await number(nobodys.id)) == (CALLER, "****")
