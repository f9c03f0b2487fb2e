"""Screen pops: what a seat is told of who rings, to whom, and that a page loaded again finds it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from core.events import CallChanged, CaseOpened
from core.tables import Account
from ivr.board import ringing
from ivr.board.channel import LIVE
from ivr.board.ringing import Ring
from ivr.house.tables import Flag, FlagState
from ivr.ledger.tables import Outcome
from tests.conftest import RedisServer
from tests.web.live_world import listen, presence, running, told, told_nothing
from tests.web.schema import mistakes
from tests.web.world import CALLER, World
from ticketing.tables import Case, Place
from web.api.openapi import document
from web.api.table import GROUPS
from web.live.keys import HUB

POP = "/api/v1/seats/me/pop"
MASKED = "138****1234"


@pytest.fixture
async def live(world: World) -> AsyncIterator[World]:
    async with running(world):
        yield world


def _ring(world: World, call_id: str, seat: str = "1001", **more: str) -> Ring:
    at = (world.clock.now() + timedelta(seconds=20)).isoformat()
    fields = {"why": "queue", "queue": "general", "caller": CALLER, "rang_at": at}
    return Ring(seat=seat, call_id=call_id, **{**fields, **more})


async def _presence(world: World, seat: str, call_id: str, state: str, **call: Any) -> None:
    await presence(world, seat, state, {"call_id": call_id, **call})


async def test_the_seat_that_rings_is_told_and_nobody_else(live: World) -> None:
    mine, other = await listen(live, "seat1"), await listen(live, "seat2")
    leader = await listen(live, "leader")
    call = await live.add_call(ended_at=None, outcome=Outcome.IN_PROGRESS, queue="general", priority=3)
    await ringing.began(live.redis, _ring(live, call.id))
    pop = (await told(mine, "pop"))["pop"]
    assert (pop["call_id"], pop["why"], pop["queue"], pop["priority"]) == (call.id, "queue", "general", 3)
    assert pop["place"] == "北京市"
    assert pop["menu_path"][0]["step"] == "greeting"
    schemas = document(GROUPS)
    assert mistakes(pop, schemas["components"]["schemas"]["Pop"], schemas) == []
    await told_nothing(other, "pop")
    await told_nothing(leader, "pop")


async def test_the_number_is_masked_until_the_seat_has_answered(live: World) -> None:
    mine, other = await listen(live, "seat1"), await listen(live, "seat2")
    call = await live.add_call(ended_at=None, outcome=Outcome.IN_PROGRESS)
    await ringing.began(live.redis, _ring(live, call.id))
    assert (await told(mine, "pop"))["pop"]["caller"] == MASKED
    await _presence(live, "1001", call.id, "ringing")
    await told_nothing(mine, "pop")
    await _presence(live, "1001", call.id, "talking")
    assert (await told(mine, "pop"))["pop"]["caller"] == CALLER
    await told_nothing(other, "pop")


async def test_a_confidential_caller_stays_unknown_to_the_seat(live: World) -> None:
    mine = await listen(live, "seat1")
    earlier = await live.add_call(seat="1001", survey_asked=True, survey=1)
    await live.add_case(earlier)
    call = await live.add_call(ended_at=None, marks=["confidential"], seat="1001")
    await ringing.began(live.redis, _ring(live, call.id))
    pop = (await told(mine, "pop"))["pop"]
    assert (pop["caller"], pop["place"], pop["flag"], pop["survey"]) == ("****", "", None, None)
    assert pop["earlier_calls"] == pop["earlier_cases"] == []
    await _presence(live, "1001", call.id, "talking")
    await told_nothing(mine, "pop")


async def _register(world: World, case: Case, stage: str, street: str) -> None:
    async with world.sessions.begin() as db:
        changes = {"stage": stage, "district": street[:6], "street": street}
        await db.execute(update(Case).where(Case.id == case.id).values(**changes))


async def _street(world: World) -> str:
    async with world.sessions() as db:
        return str(await db.scalar(select(Place.code).where(Place.level == 4).limit(1)))


async def test_what_the_house_knows_of_the_caller(live: World) -> None:
    street = await _street(live)
    earlier = [await live.add_call(seat="1001", survey_asked=True, survey=level) for level in (2, 5)]
    old = await live.add_case(earlier[0])
    await _register(live, old, "closed", street)
    stranger = await live.add_call(caller="13900005678", seat="1002")
    nearby = await live.add_case(stranger)
    await _register(live, nearby, "registered", street)
    async with live.sessions.begin() as db:
        now = live.clock.now()
        flag = {"number": CALLER, "reason": "反复骚扰", "path": "announcement", "proposed_by": 1}
        times = {"created_at": now, "expires_at": now + timedelta(days=1)}
        db.add(Flag(state=FlagState.ACTIVE, **flag, **times))
    queued = live.clock.now() + timedelta(seconds=5)
    call = await live.add_call(ended_at=None, outcome=Outcome.IN_PROGRESS, queued_at=queued)
    draft = await live.add_case(call)
    await ringing.began(live.redis, _ring(live, call.id))
    answer = await (await live.client("seat1")).get(POP)
    pop = await answer.json()
    assert [one["id"] for one in pop["earlier_calls"]] == [earlier[1].id, earlier[0].id]
    assert [one["id"] for one in pop["earlier_cases"]] == [old.id]
    assert [(one["id"], one["caller_number"]) for one in pop["open_nearby"]] == [(nearby.id, "139****5678")]
    assert pop["survey"] == {"asked": 2, "mean": 3.5, "last": 5}
    assert (pop["flag"]["path"], pop["flag"]["reason"]) == ("announcement", "反复骚扰")
    assert (pop["wait_s"], pop["case_id"]) == (15.0, draft.id)


async def test_it_pops_before_the_ledger_has_a_row_and_is_completed(live: World) -> None:
    mine = await listen(live, "seat1")
    await live.add_call(seat="1001")
    at = live.clock.now() + timedelta(seconds=2)
    await ringing.began(live.redis, _ring(live, f"hl-{int(at.timestamp())}.2"))
    early = (await told(mine, "pop"))["pop"]
    assert (early["caller"], early["earlier_calls"], early["wait_s"]) == (MASKED, [], 0.0)
    call = await live.add_call(ended_at=None, outcome=Outcome.IN_PROGRESS)
    assert call.id == early["call_id"]
    await live.bus.publish(CallChanged(at=at, call_id=call.id, ended=False))
    later = (await told(mine, "pop"))["pop"]
    assert (later["call_id"], len(later["earlier_calls"]), later["case_id"]) == (call.id, 1, None)
    case = await live.add_case(call)
    await live.bus.publish(CaseOpened(at=at, case_id=case.id, call_id=call.id))
    assert (await told(mine, "pop"))["pop"]["case_id"] == case.id


async def test_a_page_loaded_again_finds_its_pop_until_it_is_over(live: World) -> None:
    client = await live.client("seat1")
    assert (await client.get(POP)).status == 204
    call = await live.add_call(ended_at=None, outcome=Outcome.IN_PROGRESS)
    await ringing.began(live.redis, _ring(live, call.id, why="transfer", queue=""))
    assert (await (await client.get(POP)).json())["why"] == "transfer"
    assert (await (await live.client("seat2")).get(POP)).status == 204
    assert (await (await live.client("leader")).get(POP)).status == 204
    await ringing.ended(live.redis, _ring(live, call.id), in_vain=True)
    assert (await client.get(POP)).status == 204


async def test_a_talk_that_is_over_leaves_its_pop_for_the_work_after_it(live: World) -> None:
    """A call that was handed on, say: the ledger calls another seat its own."""
    call = await live.add_call(seat="1002")
    await ringing.began(live.redis, _ring(live, call.id))
    await ringing.ended(live.redis, _ring(live, call.id), in_vain=False)
    pop = await (await (await live.client("seat1")).get(POP)).json()
    assert (pop["call_id"], pop["caller"]) == (call.id, CALLER)
    assert 0 < await live.redis.ttl(ringing.KEY + "1001") <= ringing.AFTER_S


async def test_who_is_no_longer_rung_istold(live: World) -> None:
    mine, other = await listen(live, "seat1"), await listen(live, "seat2")
    await ringing.began(live.redis, _ring(live, "a"))
    await ringing.ended(live.redis, _ring(live, "a"), in_vain=True)
    assert (await told(mine, "pop_over")) == {"type": "pop_over", "call_id": "a"}
    await told_nothing(other, "pop", "pop_over")


async def test_a_call_back_says_so(live: World) -> None:
    call = await live.add_call(ended_at=None, direction="outbound", purpose="callback:7")
    await ringing.began(live.redis, _ring(live, call.id))
    assert (await (await (await live.client("seat1")).get(POP)).json())["why"] == "callback"


async def test_other_seats_do_not_see_whom_a_seat_consults(live: World) -> None:
    mine, other = await listen(live, "seat1"), await listen(live, "seat2")
    leader = await listen(live, "leader")
    number = "13800007777"
    peer = {"kind": "external", "value": number, "label": number, "state": "talking"}
    await _presence(live, "1001", "a", "consult", **{"with": peer})
    values = [(await told(one, "presence"))["seat"]["call"]["with"]["value"] for one in (mine, other, leader)]
    assert values == [number, "138****7777", number]


async def test_what_is_for_some_seats_reaches_their_consoles_only(live: World) -> None:
    mine, other = await listen(live, "seat1"), await listen(live, "seat2")
    await live.redis.publish(
        LIVE, json.dumps({"type": "pin", "to": ["1001"], "call_id": "a", "result": "right"})
    )
    assert await told(mine, "pin") == {"type": "pin", "call_id": "a", "result": "right"}
    await told_nothing(other, "pin")


async def test_who_takes_another_seat_gets_that_seats_pops(live: World) -> None:
    listening = await listen(live, "seat1")
    async with live.sessions.begin() as db:
        account = (await db.scalars(select(Account).where(Account.username == "seat1"))).one()
        account.extension = "1002"
    live.app[HUB].moved(account)
    await ringing.began(live.redis, _ring(live, "old", seat="1001"))
    await ringing.began(live.redis, _ring(live, "new", seat="1002"))
    assert (await told(listening, "pop"))["pop"]["call_id"] == "new"
    await told_nothing(listening, "pop")


async def test_after_redis_was_away_the_ring_is_told_again(live: World, redis_server: RedisServer) -> None:
    mine = await listen(live, "seat1")
    redis_server.stop()
    await redis_server.start()
    await live.redis.set(ringing.KEY + "1001", json.dumps(asdict(_ring(live, "missed"))))
    assert (await told(mine, "pop", seconds=10))["pop"]["call_id"] == "missed"


@pytest.mark.parametrize("text", ["no json", "[]", "{}", '{"type":"ring"}', '{"type":"presence","seat":{}}'])
async def test_nonsense_does_not_end_the_feed(live: World, text: str) -> None:
    mine = await listen(live, "seat1")
    await live.redis.publish(LIVE, text)
    await live.redis.publish(LIVE, '{"type":"help","to":["1001"]}')
    assert await told(mine, "help") == {"type": "help"}
