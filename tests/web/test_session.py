"""Logging in and out: what the cookie is like, and what a wrong password meets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import ClientResponse

from core.audit import Action
from core.tables import Account
from tests.web.world import PASSWORD, Client, World

SESSION = "/api/v1/session"


async def _try(client: Client, username: str, password: str) -> ClientResponse:
    return await client.post(SESSION, json={"username": username, "password": password})


async def test_log_in_sets_a_cookie_no_script_and_no_other_site_can_use(world: World) -> None:
    client = await world.client()
    answer = await _try(client, "seat1", PASSWORD)
    cookie = answer.cookies["hotline_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert not cookie["secure"]
    assert len(cookie.value) >= 40
    assert await answer.json() == {
        "id": 1,
        "username": "seat1",
        "display_name": "Seat1",
        "role": "seat",
        "extension": "1001",
        "inspects": False,
    }
    assert (await (await client.get(SESSION)).json())["username"] == "seat1"


async def test_behind_tls_the_cookie_is_secure(world: World) -> None:
    client = await world.client()
    body = {"username": "seat1", "password": PASSWORD}
    answer = await client.post(SESSION, json=body, headers={"X-Forwarded-Proto": "https"})
    assert answer.cookies["hotline_session"]["secure"]


async def test_each_log_in_has_a_new_key_and_the_old_one_is_dead(world: World) -> None:
    client = await world.client()
    first = (await _try(client, "seat1", PASSWORD)).cookies["hotline_session"].value
    second = (await _try(client, "seat1", PASSWORD)).cookies["hotline_session"].value
    assert first != second
    other = await world.client()
    assert (await other.get(SESSION, cookies={"hotline_session": first})).status == 401
    assert (await other.get(SESSION, cookies={"hotline_session": second})).status == 200


async def test_a_planted_key_is_not_taken_over(world: World) -> None:
    client = await world.client()
    body = {"username": "seat1", "password": PASSWORD}
    answer = await client.post(SESSION, json=body, cookies={"hotline_session": "planted"})
    assert answer.cookies["hotline_session"].value != "planted"
    assert not await world.redis.exists("hotline_session_planted")


async def test_log_out_ends_the_session_for_every_copy_of_the_key(world: World) -> None:
    client = await world.client()
    key = (await _try(client, "seat1", PASSWORD)).cookies["hotline_session"].value
    answer = await client.delete(SESSION)
    assert answer.status == 204
    assert answer.cookies["hotline_session"].value == ""
    thief = await world.client()
    assert (await thief.get(SESSION, cookies={"hotline_session": key})).status == 401
    assert not await world.redis.keys("hotline_session_*")
    assert len(await world.audit(Action.SESSION_CLOSED)) == 1


async def test_logging_out_twice_is_no_mistake(world: World) -> None:
    client = await world.client("seat1")
    assert [(await client.delete(SESSION)).status for _ in range(2)] == [204, 204]


@pytest.mark.parametrize("username", ["seat1", "nobody"])
async def test_ten_wrong_passwords(world: World, username: str) -> None:
    client = await world.client()
    answers = [await _try(client, username, "wrong") for _ in range(10)]
    assert [answer.status for answer in answers] == [401] * 5 + [429] * 5
    refused = (await answers[0].json())["error"]
    assert refused["code"] == "wrong_password"
    locked = (await answers[9].json())["error"]
    assert locked["code"] == "account_locked"
    assert locked["minutes"] == 15
    assert "15 分钟" in locked["message"]
    assert answers[9].headers["Retry-After"] == "900"
    assert len(await world.audit(Action.SESSION_REFUSED_LOCKED)) == 5


async def test_nothing_says_whether_a_user_exists(world: World) -> None:
    client = await world.client()

    async def seen(username: str) -> list[tuple[int, str]]:
        answers = [await _try(client, username, "wrong") for _ in range(7)]
        return [(answer.status, await answer.text()) for answer in answers]

    assert await seen("seat1") == await seen("nobody")


async def test_the_lock_ends(world: World) -> None:
    client = await world.client()
    for _ in range(6):
        await _try(client, "seat1", "wrong")
    assert (await _try(client, "seat1", PASSWORD)).status == 429
    world.clock.advance(timedelta(minutes=16))
    assert (await _try(client, "seat1", PASSWORD)).status == 200


async def test_an_account_that_is_gone_is_logged_out(world: World) -> None:
    client = await world.client("admin")
    async with world.sessions.begin() as db:
        account = await db.get(Account, 4)
        assert account is not None
        account.role = "seat"
    assert (await (await client.get(SESSION)).json())["role"] == "seat", "a changed role counts at once"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"username", "password"}),
        ({"username": "a" * 65, "password": "b" * 257}, {"username", "password"}),
        ({"username": 1, "password": None}, {"username", "password"}),
        ({"username": "a", "password": "b", "role": "administrator"}, {"role"}),
        ({"username": "a\x00", "password": "b"}, {"username"}),
    ],
)
async def test_wrong_fields_are_each_named(world: World, body: object, fields: set[str]) -> None:
    answer = await (await world.client()).post(SESSION, json=body)
    assert answer.status == 422
    error = (await answer.json())["error"]
    assert error["code"] == "invalid"
    assert set(error["fields"]) == fields
