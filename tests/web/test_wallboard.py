"""The board on a wall: a token instead of a log-in, and no number in the clear."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.audit import Action
from tests.web.live_world import presence
from tests.web.world import World

WALL, TOKENS = "/api/v1/wallboard", "/api/v1/wallboard/tokens"


async def _look(world: World, token: str) -> int:
    client = await world.client()
    return (await client.get(WALL, headers={"Authorization": f"Bearer {token}"})).status


async def test_a_token_shows_the_board_until_it_is_revoked(world: World) -> None:
    leader = await world.client("leader")
    made = await (await leader.post(TOKENS, json={"label": "大厅", "days": 30})).json()
    assert await _look(world, made["token"]) == 200
    kept = (await (await leader.get(TOKENS)).json())["items"]
    assert [(one["label"], one["revoked_at"], "token" in one) for one in kept] == [("大厅", None, False)]
    for _ in range(2):
        assert (await leader.delete(f"{TOKENS}/{made['id']}")).status == 204
    assert await _look(world, made["token"]) == 401
    assert (
        len(await world.audit(Action.WALLBOARD_MADE)) == len(await world.audit(Action.WALLBOARD_REVOKED)) == 1
    )
    assert (await leader.delete(f"{TOKENS}/99")).status == 404


async def test_a_token_expires(world: World) -> None:
    leader = await world.client("leader")
    token = (await (await leader.post(TOKENS, json={"label": "大厅", "days": 1})).json())["token"]
    world.clock.advance(timedelta(hours=23))
    assert await _look(world, token) == 200
    world.clock.advance(timedelta(hours=2))
    assert await _look(world, token) == 401


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic x", "Bearer é"])
async def test_nobody_else_sees_it(world: World, header: str | None) -> None:
    client = await world.client("leader")  # a log-in is no token
    answer = await client.get(WALL, headers={} if header is None else {"Authorization": header})
    assert (answer.status, (await answer.json())["error"]["code"]) == (401, "wallboard_token")


async def test_a_seat_makes_none(world: World) -> None:
    seat = await world.client("seat1")
    assert (await seat.post(TOKENS, json={"label": "x"})).status == 403
    assert (await seat.get(TOKENS)).status == 403


async def test_outside_numbers_are_masked_on_the_wall(world: World) -> None:
    number = "13800007777"
    peer = {"kind": "external", "value": number, "label": number, "state": "talking"}
    await presence(world, "1001", "consult", {"call_id": "a", "with": peer})
    leader = await world.client("leader")
    token = (await (await leader.post(TOKENS, json={"label": "大厅"})).json())["token"]
    client = await world.client()
    text = await (await client.get(WALL, headers={"Authorization": f"Bearer {token}"})).text()
    assert number not in text and "138****7777" in text
