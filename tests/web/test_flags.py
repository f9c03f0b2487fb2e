"""Flagging a number over the API: proposed by one person, reviewed by another, never shown whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.web.schema import mistakes
from tests.web.world import CALLER, Client, World

FLAGS = "/api/v1/flags"


def _form(world: World, **more: Any) -> dict[str, Any]:
    until = world.clock.now() + timedelta(days=7)
    return {"reason": "反复辱骂", "path": "slow_queue", "expires_at": until.isoformat()} | more


async def _propose(client: Client, world: World, **more: Any) -> tuple[int, Any]:
    answer = await client.post(FLAGS, json=_form(world, **more))
    return answer.status, await answer.json()


async def test_the_life_of_a_flag(house: World) -> None:
    call = await house.add_call(seat="1001", queue="general")
    seat, leader = await house.client("seat1"), await house.client("leader")
    status, made = await _propose(seat, house, call_id=call.id)
    assert (status, made["state"], made["number"], made["proposed_by"]) == (
        201,
        "proposed",
        "138****1234",
        "Seat1",
    )
    assert made["may_review"] is False
    [waiting] = (await (await leader.get(FLAGS, params={"state": "proposed"})).json())["items"]
    assert waiting["may_review"] is True
    review = {"approve": True, "note": "已核实"}
    reviewed = await (await leader.post(f"{FLAGS}/{made['id']}/review", json=review)).json()
    assert (reviewed["state"], reviewed["reviewed_by"]) == ("active", "Leader")
    ended = await leader.post(f"{FLAGS}/{made['id']}/end", json={"note": "已和解"})
    assert (await ended.json())["state"] == "ended"
    text = await (await seat.get(FLAGS)).text()
    assert CALLER not in text
    for action in ("flag:proposed", "flag:reviewed:approved", "flag:ended"):
        [entry] = await house.audit(action)
        assert entry.subject == f"flag:{made['id']}"


async def test_it_expires_in_answers_too(house: World) -> None:
    leader = await house.client("leader")
    _, made = await _propose(await house.client("seat1"), house, number=CALLER)
    await leader.post(f"{FLAGS}/{made['id']}/review", json={"approve": True})
    house.clock.advance(timedelta(days=7))
    [row] = (await (await leader.get(FLAGS)).json())["items"]
    assert (row["state"], row["ended_at"] is None) == ("expired", False)


async def test_seats_do_not_review_and_nobody_reviews_their_own(house: World) -> None:
    leader, seat = await house.client("leader"), await house.client("seat2")
    _, made = await _propose(leader, house, number=CALLER)
    for client in (leader, seat):
        answer = await client.post(f"{FLAGS}/{made['id']}/review", json={"approve": True})
        assert answer.status == 403
    admin = await house.client("admin")
    refused = await admin.post(f"{FLAGS}/{made['id']}/review", json={"approve": False, "note": "证据不足"})
    assert (await refused.json())["state"] == "refused"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"number": "anonymous"}, "number"),
        ({"number": "138****1234"}, "number"),
        ({}, "body"),
        ({"number": CALLER, "expires_at": "2027-11-23T00:00:00Z"}, "expires_at"),
        ({"number": CALLER, "expires_at": "0001-01-01T00:00:00+14:00"}, "expires_at"),
        ({"number": CALLER, "expires_at": "2026-11-30T00:00:00"}, "expires_at"),
        ({"number": CALLER, "path": "drop"}, "path"),
    ],
)
async def test_what_cannot_be_flagged_is_told_in_chinese(
    world: World, more: dict[str, Any], field: str
) -> None:
    status, answer = await _propose(await world.client("seat1"), world, **more)
    assert status == 422
    assert list(answer["error"]["fields"]) == [field]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer["error"]["fields"][field])


async def test_a_seat_flags_from_its_own_calls_only(house: World) -> None:
    call = await house.add_call(seat="1002", queue="general")
    client = await house.client("seat1")
    assert (await _propose(client, house, call_id=call.id))[0] == 403
    assert (await _propose(client, house, call_id="hl-0.0"))[0] == 404
    await _propose(client, house, number=CALLER)
    assert (await _propose(await house.client("seat2"), house, number="+86" + CALLER))[0] == 409


async def test_answers_are_as_documented(house: World) -> None:
    leader = await house.client("leader")
    document = await (await leader.get("/api/v1/openapi.json")).json()
    _, made = await _propose(leader, house, number=CALLER)
    listed = await (await leader.get(FLAGS)).json()
    for answer, method, status in ((made, "post", "201"), (listed, "get", "200")):
        responses = document["paths"][FLAGS][method]["responses"]
        assert mistakes(answer, responses[status]["content"]["application/json"]["schema"], document) == []
