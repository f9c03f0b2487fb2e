"""News of cases for who works on cases alone: their own, masked, and when one leaves them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse
from sqlalchemy import select, update

from core.events import CallChanged, CaseMoved
from core.tables import Account, Role, Unit
from tests.web.world import World
from ticketing import moves
from ticketing.tables import Case
from web.live.keys import HUB

LIVE = "/api/v1/live"


@pytest.fixture
async def live(world: World) -> AsyncIterator[World]:
    """A world whose hub runs; seat2 is the roads', inspector the parks', admin a dispatcher's account."""
    async with world.sessions.begin() as db:
        db.add_all(Unit(code=code, name=code, district="210202") for code in ("roads", "parks"))
        await db.flush()
        for name, role, unit in (
            ("seat2", Role.DEPARTMENT, "roads"),
            ("inspector", Role.DEPARTMENT, "parks"),
            ("admin", Role.DISPATCHER, None),
        ):
            change = update(Account).where(Account.username == name)
            await db.execute(change.values(role=role, unit=unit, extension=None))
    running = asyncio.create_task(world.app[HUB].run())
    await asyncio.sleep(0)
    yield world
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def _move(live: World, case: Case, name: str, username: str, **given: Any) -> Case:
    async with live.sessions() as db:
        actor = await db.scalar(select(Account).where(Account.username == username))
    fields = {"kind": "complaint", "district": "210202"} if name == "register" else None
    moved = await moves.move(
        live.sessions,
        case_id=case.id,
        move=name,
        actor=actor,
        version=case.version,
        fields=fields,
        given=given,
        note="说明",
        clock=live.clock,
    )
    await live.bus.publish(CaseMoved(at=live.clock.now(), case_id=case.id, move=name))
    return moved


async def _next(listening: ClientWebSocketResponse) -> dict[str, Any]:
    message: dict[str, Any] = await listening.receive_json(timeout=20)
    return message


async def test_units_hear_of_their_own_cases_and_of_those_that_leave_them(live: World) -> None:
    roads, parks, dispatcher = [
        await (await live.client(name)).ws_connect(LIVE) for name in ("seat2", "inspector", "admin")
    ]
    call = await live.add_call(seat="1001")
    await live.bus.publish(CallChanged(at=live.clock.now(), call_id=call.id, ended=False))
    case = await live.add_case(call)
    heard = []
    for name, username, given in (
        ("register", "seat1", {}),
        ("establish", "leader", {}),
        ("dispatch", "admin", {"unit": "roads"}),
        ("return", "seat2", {}),
        ("dispatch", "admin", {"unit": "parks"}),
    ):
        case = await _move(live, case, name, username, **given)
        heard.append(await _next(dispatcher))
        assert heard[-1]["case"]["stage"] == case.stage
    assert heard[0]["case"]["caller_number"] == "138****1234"
    first, gone = await _next(roads), await _next(roads)
    assert (first["type"], first["case"]["unit"]) == ("case", "roads")
    assert gone == {"type": "case_gone", "case_id": case.id}
    only = await _next(parks)
    assert (only["type"], only["case"]["unit"]) == ("case", "parks")
    # Nothing else came to anybody: the next thing they hear is the next thing that happens to them.
    await _move(live, case, "return", "inspector")
    assert (await _next(parks))["type"] == "case_gone"
    assert (await _next(dispatcher))["case"]["stage"] == "established"
