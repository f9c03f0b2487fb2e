"""Idempotency-Key: the same request twice is done once; ten megabytes are refused in words."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from core import repeats
from core.tables import IdempotencyKey
from tests.web.world import CALLER, Client, World
from ticketing.tables import Case, CaseHistory
from web.api.repeats import REPLAYED

FORM = {"kind": "complaint", "description": "路灯不亮", "district": "210202", "callback_number": CALLER}
NAMED = {"Idempotency-Key": "a1b2c3"}


@pytest.fixture
async def case(house: World) -> Case:
    return await house.add_case(await house.add_call(seat="1001"))


async def _register(client: Client, case: Case, status: int, **more: Any) -> dict[str, Any]:
    body = {"version": case.version, **FORM, **more}
    answer = await client.post(f"/api/v1/cases/{case.id}/moves/register", json=body, headers=NAMED)
    assert answer.status == status, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found | {REPLAYED: answer.headers.get(REPLAYED)}


async def _entries(house: World) -> int:
    async with house.sessions() as db:
        return await db.scalar(select(func.count()).select_from(CaseHistory)) or 0


async def test_the_first_answer_comes_again_and_nothing_is_done_twice(house: World, case: Case) -> None:
    seat = await house.client("seat1")
    first = await _register(seat, case, 200)
    again = await _register(seat, case, 200)
    assert (first.pop(REPLAYED), again.pop(REPLAYED)) == (None, "true")
    assert first == again
    assert await _entries(house) == 2
    refused = await _register(seat, case, 422, address="别处")
    assert refused["error"]["code"] == "key_reused"
    # Another person's request of that name is another request.
    late = await _register(await house.client("seat2"), case, 409)
    assert late["error"]["code"] == "conflict" and "Seat1" in late["error"]["message"]


async def test_two_at_once_get_the_same_answer(house: World, case: Case) -> None:
    seat = await house.client("seat1")
    one, two = await asyncio.gather(_register(seat, case, 200), _register(seat, case, 200))
    assert {one.pop(REPLAYED), two.pop(REPLAYED)} == {None, "true"}
    assert one == two
    assert await _entries(house) == 2


async def test_a_refusal_is_not_kept(house: World, case: Case) -> None:
    seat = await house.client("seat1")
    await _register(seat, case, 422, kind=None)
    assert (await _register(seat, case, 200))[REPLAYED] is None


async def test_who_broke_off_is_not_guessed_at(
    house: World, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "PATIENCE_S", 0.0)
    seat = await house.client("seat1")
    await _register(seat, case, 200)
    async with house.sessions.begin() as db:
        await db.execute(text("UPDATE idempotency_keys SET status = NULL, body = NULL"))
    told = await _register(seat, case, 409)
    assert told["error"]["code"] == "no_answer_yet"
    assert await _entries(house) == 2


async def test_answers_lie_sealed_and_are_forgotten_after_a_day(house: World, case: Case) -> None:
    await _register(await house.client("seat1"), case, 200)
    async with house.sessions() as db:
        row = await db.scalar(select(IdempotencyKey))
    assert row is not None and row.status == 200 and row.body
    assert NAMED["Idempotency-Key"] not in row.key and CALLER.encode() not in row.body
    await repeats.prune(house.sessions, house.clock.now() + timedelta(hours=23))
    async with house.sessions() as db:
        assert await db.scalar(select(func.count()).select_from(IdempotencyKey)) == 1
    await repeats.prune(house.sessions, house.clock.now() + timedelta(hours=25))
    async with house.sessions() as db:
        assert await db.scalar(select(func.count()).select_from(IdempotencyKey)) == 0


async def test_names_nobody_can_use(world: World) -> None:
    case = await world.add_case(await world.add_call(seat="1001"))
    seat = await world.client("seat1")
    for name in ("", "x" * 129, "a b", "路"):
        headers = {"Idempotency-Key": name}
        answer = await seat.patch(f"/api/v1/cases/{case.id}", json={"version": 1}, headers=headers)
        assert answer.status == 422, name
        assert "Idempotency-Key" in (await answer.json())["error"]["fields"]


async def test_ten_megabytes_of_text_are_refused_in_words(world: World) -> None:
    case = await world.add_case(await world.add_call(seat="1001"))
    seat = await world.client("seat1")
    body = io.BytesIO(json.dumps({"version": 1, "description": "x" * 10_000_000}).encode())
    headers = {"Content-Type": "application/json"}
    answer = await seat.patch(f"/api/v1/cases/{case.id}", data=body, headers=headers)
    assert answer.status == 413
    told = (await answer.json())["error"]
    assert told["code"] == "too_large" and "128 KB" in told["message"] and "没有保存" in told["message"]

    async def chunks() -> AsyncIterator[bytes]:  # without a length beforehand
        yield b'{"version": 1, "description": "'
        for _ in range(300):
            yield b"x" * 1024
        yield b'"}'

    answer = await seat.patch(f"/api/v1/cases/{case.id}", data=chunks(), headers=headers)
    assert answer.status == 413
    async with world.sessions() as db:
        assert (await db.get_one(Case, case.id)).version == case.version
