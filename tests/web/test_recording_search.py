"""GET /recordings/search and saved searches: rights, masking, paging, mistakes."""

from __future__ import annotations

from typing import Any

import pytest

from core.audit import Action
from core.settings import Settings
from hotline.indexing import Indexing
from ivr.ledger.tables import CONFIDENTIAL
from recorder.tables import Recording
from tests.web.world import CALLER, World

SEARCH, SAVED = "/api/v1/recordings/search", "/api/v1/saved-searches"


async def add(world: World, **call: Any) -> Recording:
    """An indexed recording in which the caller says 路灯."""
    recording = await world.add_recording(await world.add_call(**call))
    await Indexing(Settings(), world.sessions, world.clock).put(recording.id)
    return recording


async def found(world: World, who: str, **params: Any) -> list[dict[str, Any]]:
    answer = await (await world.client(who)).get(SEARCH, params=params)
    assert answer.status == 200, await answer.text()
    items: list[dict[str, Any]] = (await answer.json())["items"]
    return items


async def ids(world: World, who: str, **params: Any) -> list[int]:
    return [one["recording_id"] for one in await found(world, who, **params)]


async def test_what_a_find_says(world: World) -> None:
    recording = await add(world, seat="1001", queue="general", survey=2)
    (one,) = await found(world, "leader", q="路灯", seat="1001", **{"from": "2026-01-01T00:00:00Z"})
    assert one["hits"] == [{"side": "caller", "at_s": 1.0, "text": "路灯", "marks": [[0, 2]]}]
    assert (one["recording_id"], one["call_id"], one["state"]) == (
        recording.id,
        recording.call_id,
        "transcribed",
    )
    assert (one["caller"], one["seat"], one["queue"], one["survey"]) == (CALLER, "1001", "general", 2)


async def test_everybody_finds_what_they_may_listen_to(world: World) -> None:
    own, other, nobodys = [(await add(world, seat=seat)).id for seat in ("1001", "1002", "")]
    secret = (await add(world, seat="", marks=[CONFIDENTIAL])).id
    assert await ids(world, "leader", q="路灯") == [secret, nobodys, other, own]
    assert await ids(world, "inspector", q="路灯") == [secret, nobodys, other, own]
    assert await ids(world, "seat1", q="路灯") == [nobodys, own]
    assert await ids(world, "seat1") == [nobodys, own]
    assert await ids(world, "seat1", seat="1002") == []
    assert await ids(world, "seat2") == [nobodys, other]


async def test_pages_are_full_whatever_is_hidden(world: World) -> None:
    for number in range(6):
        await add(world, seat=f"100{1 + number % 2}")
    client = await world.client("seat1")
    first = await (await client.get(SEARCH, params={"q": "路灯", "limit": 2})).json()
    assert len(first["items"]) == 2 and first["next"]
    params = {"q": "路灯", "limit": 2, "cursor": first["next"]}
    second = await (await client.get(SEARCH, params=params)).json()
    assert len(second["items"]) == 1 and second["next"] is None
    assert not {one["recording_id"] for one in first["items"]} & {
        one["recording_id"] for one in second["items"]
    }


async def test_numbers_are_found_as_far_as_they_are_seen(world: World) -> None:
    own = (await add(world, seat="1001")).id
    secret = (await add(world, seat="1001", marks=[CONFIDENTIAL])).id
    both = [secret, own]
    assert await ids(world, "leader", number=CALLER) == both
    assert await ids(world, "seat1", number=CALLER) == [own]
    assert await ids(world, "seat1", number=CALLER[-4:]) == [own]
    assert await ids(world, "inspector", number=CALLER) == []
    assert await ids(world, "inspector", number=CALLER[-4:]) == [own]
    shown = {one["recording_id"]: one["caller"] for one in await found(world, "seat1")}
    assert shown == {own: CALLER, secret: "****"}
    assert {one["caller"] for one in await found(world, "inspector")} == {"138****1234", "****"}


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"q": "灯"}, "q"),
        ({"number": "12"}, "number"),
        ({"cursor": "newest"}, "cursor"),
        ({"silence_min": "2"}, "silence_min"),
        ({"survey": "6"}, "survey"),
        ({"from": "yesterday"}, "from"),
        ({"from": "1999-01-01T00:00:00Z"}, "from"),
        ({"limit": "101"}, "limit"),
        ({"color": "red"}, "color"),
    ],
)
async def test_mistakes_are_named(world: World, params: dict[str, str], field: str) -> None:
    answer = await (await world.client("leader")).get(SEARCH, params=params)
    assert answer.status == 422
    assert field in (await answer.json())["error"]["fields"]


async def test_a_page_costs_the_same_however_many_finds(world: World) -> None:
    statements = []
    for number in (1, 3):
        for _ in range(number):
            await add(world, seat="1001")
        client = await world.client("leader")
        async with world.counting() as seen:
            await client.get(SEARCH, params={"q": "路灯"})
        statements.append(len(seen))
    assert statements[0] == statements[1]


async def test_searches_are_kept_for_oneself_and_by_leaders_for_all(world: World) -> None:
    seat, leader, other = [await world.client(name) for name in ("seat1", "leader", "seat2")]
    body = {"name": "夜间漏气", "query": {"q": "漏气", "min_s": 30, "from": "2026-11-01T00:00:00Z"}}
    mine = await (await seat.post(SAVED, json=body)).json()
    assert mine["query"]["q"] == "漏气" and mine["query"]["from"].startswith("2026-11-01")
    assert (mine["mine"], mine["shared"]) == (True, False)
    assert (await seat.post(SAVED, json=body | {"shared": True})).status == 403
    shared = await (await leader.post(SAVED, json=body | {"name": "共享", "shared": True})).json()
    listed = (await (await other.get(SAVED)).json())["items"]
    assert [(one["name"], one["mine"]) for one in listed] == [("共享", False)]
    assert (await other.delete(f"{SAVED}/{shared['id']}")).status == 404
    assert (await other.delete(f"{SAVED}/{mine['id']}")).status == 404
    assert (await leader.delete(f"{SAVED}/{mine['id']}")).status == 404
    assert (await seat.delete(f"{SAVED}/{mine['id']}")).status < 300
    assert (await (await world.client("admin")).delete(f"{SAVED}/{shared['id']}")).status < 300
    assert (await (await seat.get(SAVED)).json())["items"] == []
    saved = await world.audit(Action.SEARCH_SAVED)
    assert [entry.detail["name"] for entry in saved] == ["夜间漏气", "共享"]
    assert len(await world.audit(Action.SEARCH_REMOVED)) == 2


async def test_a_search_with_a_mistake_is_not_kept(world: World) -> None:
    client = await world.client("seat1")
    for body in (
        {"name": "", "query": {}},
        {"name": "a", "query": {"survey": 9}},
        {"name": "a", "query": {"x": 1}},
    ):
        assert (await client.post(SAVED, json=body)).status == 422
