"""The call list and page: order, pages, masking, bad input, and no query per row."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from yarl import URL

from ivr.ledger import store
from ivr.ledger.memory import Memory
from ivr.ledger.tables import Outcome
from tests.ivr.ledger.tables import call
from tests.web.world import CALLER, Client, World

CALLS = "/api/v1/calls"
MASKED = "138****1234"


async def _list(client: Client, **query: str) -> dict[str, Any]:
    answer = await client.get(CALLS, params=query)
    assert answer.status == 200, await answer.text()
    page: dict[str, Any] = await answer.json()
    return page


async def test_newest_first_page_by_page(world: World) -> None:
    calls = [await world.add_call() for _ in range(5)]
    client = await world.client("leader")
    seen: list[str] = []
    cursor = ""
    for expected in (2, 2, 1):
        page = await _list(client, limit="2", cursor=cursor)
        assert len(page["items"]) == expected
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"] or ""
    assert seen == [call.id for call in reversed(calls)]
    assert cursor == ""


async def test_a_call_that_arrives_between_pages_shifts_nothing(world: World) -> None:
    calls = [await world.add_call() for _ in range(3)]
    client = await world.client("leader")
    first = await _list(client, limit="2")
    await world.add_call()
    second = await _list(client, limit="2", cursor=first["next"])
    assert [item["id"] for item in second["items"]] == [calls[0].id]


async def test_calls_of_the_same_moment_are_not_lost_between_pages(world: World) -> None:
    calls = [await world.add_call() for _ in range(3)]
    async with world.sessions.begin() as db:
        for call in calls:
            call.started_at = datetime(2026, 11, 23, tzinfo=UTC)
            await db.merge(call)
    client = await world.client("leader")
    first = await _list(client, limit="1")
    second = await _list(client, limit="5", cursor=first["next"])
    assert {i["id"] for i in first["items"] + second["items"]} == {call.id for call in calls}


async def test_live_and_day(world: World) -> None:
    ended = await world.add_call()
    live = await world.add_call(ended_at=None, outcome=Outcome.IN_PROGRESS)
    # 15:59 UTC on the 22nd is still the 22nd in China, 16:00 is the 23rd.
    late, early = await world.add_call(), await world.add_call()
    async with world.sessions.begin() as db:
        late.started_at = datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)
        early.started_at = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
        await db.merge(late)
        await db.merge(early)
    client = await world.client("leader")

    async def ids(**query: str) -> set[str]:
        return {item["id"] for item in (await _list(client, **query))["items"]}

    assert await ids(live="true") == {live.id}
    assert await ids(live="false") == {ended.id, late.id, early.id}
    assert await ids(day="2026-11-22") == {late.id}
    assert await ids(day="2026-11-23") == {ended.id, live.id, early.id}
    assert len(await ids(live="", day="", cursor="")) == 4


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"live": "perhaps"}, "live"),
        ({"day": "yesterday"}, "day"),
        ({"day": "0001-01-01"}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"colour": "red"}, "colour"),
        ({"cursor": "garbage"}, "cursor"),
        ({"cursor": "x" * 300}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"cursor": base64.urlsafe_b64encode(b"2026-01-01T00:00:00+00:00 a\x00").decode()}, "cursor"),
        ({"cursor": base64.urlsafe_b64encode(b"0001-01-01T00:00:00+08:00 a").decode()}, "cursor"),
        ({"cursor": base64.urlsafe_b64encode(b"\xff\xff").decode()}, "cursor"),
    ],
)
async def test_garbage_names_its_field(world: World, query: dict[str, str], field: str) -> None:
    client = await world.client("leader")
    answer = await client.get(CALLS, params=query)
    assert answer.status == 422
    assert set((await answer.json())["error"]["fields"]) == {field}


@pytest.mark.parametrize("path", ["nobody", "a" * 65, "%00", "..%2f..%2fetc", "1%27%20OR%201=1"])
async def test_ids_that_cannot_be(world: World, path: str) -> None:
    client = await world.client("leader")
    answer = await client.get(URL(f"{CALLS}/{path}", encoded=True))
    assert answer.status == 404
    assert (await answer.json())["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("viewer", "seat", "outcome", "is_whole"),
    [
        ("seat1", "1001", Outcome.ANSWERED, True),
        ("seat1", "1002", Outcome.ANSWERED, False),
        ("seat1", "", Outcome.MESSAGE, True),
        ("seat1", "", Outcome.ABANDONED, True),
        ("seat1", "", Outcome.IN_PROGRESS, False),
        ("seat1", "", Outcome.HUNG_UP_IN_MENU, False),
        ("seat1", "1002", Outcome.MESSAGE, False),
        ("leader", "1002", Outcome.ANSWERED, True),
        ("admin", "1002", Outcome.ANSWERED, True),
    ],
)
async def test_who_sees_the_whole_number(
    world: World, viewer: str, seat: str, outcome: Outcome, is_whole: bool
) -> None:
    call = await world.add_call(seat=seat, outcome=outcome)
    case = await world.add_case(call)
    client = await world.client(viewer)
    for path in (CALLS, f"{CALLS}/{call.id}", "/api/v1/cases", f"/api/v1/cases/{case.id}"):
        text = await (await client.get(path)).text()
        assert (CALLER in text) == is_whole, path
        assert (MASKED in text) != is_whole, path


async def test_a_seat_that_was_handed_the_call_sees_and_hears_it(world: World) -> None:
    call = await world.add_call(seat="1002", handed_to=["1001"])
    await world.add_case(call)
    for viewer, is_theirs in (("seat1", True), ("seat2", True)):
        detail = await (await (await world.client(viewer)).get(f"{CALLS}/{call.id}")).json()
        assert (detail["caller"] == CALLER, detail["may_listen"]) == (is_theirs, is_theirs), viewer
    other = await world.add_call(seat="1002", handed_to=["1003"])
    detail = await (await (await world.client("seat1")).get(f"{CALLS}/{other.id}")).json()
    assert (detail["caller"], detail["may_listen"]) == (MASKED, False)


@pytest.mark.parametrize(
    ("viewer", "sees", "hears"), [("seat1", False, True), ("seat2", False, False), ("leader", True, True)]
)
async def test_a_confidential_call_shows_a_seat_no_digit(
    world: World, viewer: str, sees: bool, hears: bool
) -> None:
    call = await world.add_call(seat="1001", marks=["confidential"])
    case = await world.add_case(call)
    client = await world.client(viewer)
    for path in (CALLS, f"{CALLS}/{call.id}", "/api/v1/cases", f"/api/v1/cases/{case.id}"):
        text = await (await client.get(path)).text()
        assert (CALLER in text, "****" in text, MASKED in text) == (sees, not sees, False), path
    assert (await (await client.get(f"{CALLS}/{call.id}")).json())["may_listen"] is hears


async def test_nobodys_confidential_call_is_not_played_to_seats(world: World) -> None:
    call = await world.add_call(outcome=Outcome.MESSAGE, marks=["confidential"])
    detail = await (await (await world.client("seat1")).get(f"{CALLS}/{call.id}")).json()
    assert (detail["may_listen"], detail["caller"], detail["caller_raw"]) == (False, "****", "****")


async def test_a_call_we_placed(world: World) -> None:
    call = await world.add_call(direction="outbound", purpose="visit:12", visit="2", survey=1, priority=5)
    detail = await (await (await world.client("leader")).get(f"{CALLS}/{call.id}")).json()
    names = ("direction", "purpose", "visit", "survey", "priority", "language", "marks", "announcements")
    assert [detail[name] for name in names] == ["outbound", "visit:12", "2", 1, 5, "zh_CN", [], []]


async def test_a_withheld_number_stays_empty(world: World) -> None:
    call = await world.add_call(seat="1002")
    async with world.sessions.begin() as db:
        call.caller = call.caller_raw = ""
        await db.merge(call)
    client = await world.client("seat1")
    assert (await (await client.get(f"{CALLS}/{call.id}")).json())["caller"] == ""


async def test_a_call_with_everything(world: World) -> None:
    call = await world.add_call(seat="1001")
    case = await world.add_case(call)
    recording = await world.add_recording(call)
    detail = await (await (await world.client("seat1")).get(f"{CALLS}/{call.id}")).json()
    assert detail["case_id"] == case.id
    assert detail["menu_path"][0]["step"] == "greeting"
    assert detail["recording"]["audio_url"] == f"/api/v1/recordings/{recording.id}/audio"
    assert detail["recording"]["peaks"] == {"step_s": 0.1, "caller": [0, 255], "hotline": [7, 8]}
    assert detail["transcripts"][0]["is_test_model"] is True
    assert detail["transcripts"][0]["words"][0]["word"] == "路灯"


async def test_another_seats_words_are_as_private_as_its_sound(world: World) -> None:
    call = await world.add_call(seat="1002")
    recording = await world.add_recording(call)
    for viewer, hears in (("seat1", False), ("leader", True)):
        client = await world.client(viewer)
        detail = await (await client.get(f"{CALLS}/{call.id}")).json()
        assert detail["may_listen"] is hears
        assert bool(detail["transcripts"]) is hears
        assert bool(detail["recording"]["audio_url"]) is hears
        audio = await client.get(f"/api/v1/recordings/{recording.id}/audio")
        assert (audio.status == 403) is not hears


async def test_a_call_with_nothing(world: World) -> None:
    call = await world.add_call()
    detail = await (await (await world.client("leader")).get(f"{CALLS}/{call.id}")).json()
    assert (detail["recording"], detail["transcripts"], detail["case_id"]) == (None, [], None)


@pytest.mark.parametrize("path", [CALLS, "/api/v1/cases"])
async def test_three_rows_take_no_more_queries_than_one(world: World, path: str) -> None:
    client = await world.client("seat1")
    counts = []
    for more in (1, 2):
        for _ in range(more):
            await world.add_case(await world.add_call(seat="1001"))
        async with world.counting() as statements:
            page = await (await client.get(path)).json()
        counts.append((len(page["items"]), len(statements)))
    assert [rows for rows, _ in counts] == [1, 3]
    assert counts[0][1] == counts[1][1] <= 3


async def test_legs_of_a_call_in_progress_and_of_one_that_is_over(world: World) -> None:
    client, memory = await world.client("leader"), Memory()
    events = call("""
        0.0   CallArrived trunk=demo did=12319
        1.0   QueueJoined queue=general
        2.0   SeatRang seat=1001 channel=S
        4.0   SeatConnected seat=1001 channel=S bridge=b
        4.0   CallerBridged bridge=b
        9.0   CallerUnbridged bridge=b
        9.0   CallHeld seat=1001
        12.0  CallerLeft by=caller
        12.0  SeatHungUp seat=1001 by=caller channel=S
    """)
    told = []
    for batch in (events[:-2], events[-2:]):
        async with world.sessions.begin() as db:
            await store.apply(db, batch, "0411", memory)
        memory.keep()
        answer = await (await client.get(f"{CALLS}/c")).json()
        told.append([(leg["holder_kind"], leg["holder"], leg["state"]) for leg in answer["legs"]])
        last, seat = answer["legs"][-1], answer["seat_legs"][-1]
        assert (last["ended_at"] is None) == (answer["ended_at"] is None) == (seat["ended_at"] is None)
    in_progress = [("menu", "", "listen"), ("queue", "general", "wait"), ("seat", "1001", "talk")]
    assert told == [[*in_progress, ("seat", "1001", "hold")]] * 2
    assert (seat["seat"], seat["role"]) == ("1001", "owner")
    assert (seat["ring_s"], seat["talk_s"], seat["hold_s"], seat["idle_s"]) == (2, 5, 3, 0)
