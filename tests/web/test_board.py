"""The live board: figures, seats, alarms; told to leaders when it changes, and to nobody else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from core.events import CallChanged
from ivr.board import waiting_room
from ivr.board.channel import ALARMS
from ivr.ledger.tables import Outcome
from ivr.reconciliation.tables import Reconciliation
from ivr.trunks import gauges
from ivr.trunks.gauges import Gauges, TrunkGauge
from ivr.trunks.tables import TrunkState
from recorder import gauges as recorder
from tests.conftest import RedisServer
from tests.web.live_world import listen, presence, running, told, told_nothing
from tests.web.schema import mistakes
from tests.web.world import World
from web.api.openapi import document
from web.api.table import GROUPS
from web.live import board as keeper
from web.live.alarms import Alarms
from web.services import SERVICES

BOARD = "/api/v1/board"


@pytest.fixture
async def live(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(keeper, "EVERY_S", 0.05)
    async with running(world):
        yield world


async def _board(world: World) -> dict[str, Any]:
    board: dict[str, Any] = await (await (await world.client("leader")).get(BOARD)).json()
    return board


async def test_leaders_only(world: World) -> None:
    assert (await (await world.client("seat1")).get(BOARD)).status == 403
    assert (await (await world.client("admin")).get(BOARD)).status == 200


async def test_it_is_as_documented_and_says_who_waits_masked(world: World) -> None:
    now = world.clock.now()
    await world.add_call(
        outcome=Outcome.IN_PROGRESS, ended_at=None, queue="general", queued_at=now - timedelta(seconds=40)
    )
    hidden = {"marks": ["confidential"], "queue": "general", "queued_at": now - timedelta(seconds=5)}
    await world.add_call(outcome=Outcome.IN_PROGRESS, ended_at=None, **hidden)
    await presence(world, "1001", "talking")
    board = await _board(world)
    schemas = document(GROUPS)
    assert mistakes(board, schemas["components"]["schemas"]["Board"], schemas) == []
    general = next(queue for queue in board["queues"] if queue["name"] == "general")
    assert [one["caller"] for one in general["waiting"]] == ["138****1234", "****"]
    assert (general["longest_wait_s"], general["talking"], general["ready"]) == (40.0, 1, 0)
    assert (board["total"]["waiting"], board["total"]["offered"]) == (2, 2)
    assert [(seat["extension"], seat["state"]) for seat in board["seats"]] == [
        ("1001", "talking"),
        ("1002", "offline"),
    ]
    assert [one["hour"] for one in board["hours"]] == list(range(10)), "09:30 in China"


async def test_who_is_back_in_a_queue_after_a_seat_waits_too(world: World) -> None:
    now = world.clock.now()
    fields = {"queue": "general", "queued_at": now, "seat_answered_at": now, "seat": "1001"}
    back = await world.add_call(outcome=Outcome.IN_PROGRESS, ended_at=None, **fields)
    gone = await world.add_call(**fields)
    place = {"queue": "english", "since": (now - timedelta(seconds=20)).isoformat()}
    await world.redis.hset(waiting_room.KEY, mapping={one.id: json.dumps(place) for one in (back, gone)})
    board = await _board(world)
    english = next(queue for queue in board["queues"] if queue["name"] == "english")
    assert [one["call_id"] for one in english["waiting"]] == [back.id]
    assert english["longest_wait_s"] == 20.0
    assert (board["total"]["waiting"], board["total"]["connection_rate"]) == (1, 1.0), "answered before"


async def test_channels_of_trunks_and_ivr(world: World) -> None:
    name = next(iter(world.settings.trunk_table))
    await gauges.write(world.redis, Gauges({name: TrunkGauge(TrunkState.UP, used=7)}, ivr=3))
    board = await _board(world)
    assert (board["trunk"], board["ivr"]) == ({"used": 7, "limit": 90}, {"used": 3, "limit": 90})


async def test_alarms_of_trunks_disk_parts_and_whoever_else_says_so(world: World) -> None:
    since = world.clock.now() - timedelta(hours=1)
    lockout = {"kind": "lockout:127.0.0.9", "text": "锁定", "text_en": "locked", "since": since.isoformat()}
    await world.redis.hset(ALARMS, mapping={lockout["kind"]: json.dumps(lockout), "bad": "{}"})
    await gauges.write(world.redis, Gauges({"demo": TrunkGauge(TrunkState.DOWN, since=since.isoformat())}))
    await recorder.publish(world.redis, recorder.Disk(12, 500, 0.5, 20, disk_alarm=True))
    alarms = {one["kind"]: one for one in (await _board(world))["alarms"]}
    assert {"lockout:127.0.0.9", "trunk:demo", "disk", "part:watcher"} <= alarms.keys()
    assert "part:redis" not in alarms
    assert alarms["lockout:127.0.0.9"]["text"] == "锁定"
    assert "12 MiB" in alarms["disk"]["text"]


async def test_ledger_and_queue_log_that_differ_are_an_alarm_until_a_day_agrees(world: World) -> None:
    async def alarm(day: int, difference_s: float) -> list[str]:
        fields = {"calls": 9, "entries": 9, "difference_calls": int(bool(difference_s)), "differences": []}
        row = Reconciliation(
            day=date(2026, 11, day), at=world.clock.now(), difference_s=difference_s, **fields
        )
        async with world.sessions.begin() as db:
            db.add(row)
        found = await Alarms(world.app[SERVICES]).now()
        return [one.text for one in found if one.kind == "reconciliation"]

    assert await alarm(20, 0.0) == []
    assert await alarm(21, 3.0) == ["2026-11-21 对账有差异：1 通，3 秒"]
    assert await alarm(22, 0.0) == []


async def test_a_redis_that_is_away_is_an_alarm(world: World, redis_server: RedisServer) -> None:
    redis_server.stop()
    try:
        kinds = {one.kind for one in await Alarms(world.app[SERVICES]).now()}
    finally:
        await redis_server.start()
    assert {"part:redis", "part:watcher", "part:agi"} <= kinds


async def test_leaders_are_told_of_a_change_and_seats_are_not(live: World) -> None:
    leader, seat = await listen(live, "leader"), await listen(live, "seat1")
    at = live.clock.now()
    call = await live.add_call(outcome=Outcome.IN_PROGRESS, ended_at=None, queue="general", queued_at=at)
    await live.bus.publish(CallChanged(at=at, call_id=call.id, ended=False))
    while (await told(leader, "board"))["board"]["total"]["waiting"] != 1:
        pass
    await presence(live, "1001", "paused")
    while (await told(leader, "board"))["board"]["total"]["paused"] != 1:
        pass
    await told_nothing(seat, "board")


async def test_nothing_new_is_not_told(live: World) -> None:
    leader = await listen(live, "leader")
    at = live.clock.now()
    call = await live.add_call(queue="general", queued_at=at)
    await live.bus.publish(CallChanged(at=at, call_id=call.id, ended=True))
    await told(leader, "board")
    live.clock.advance(timedelta(seconds=1))
    await live.bus.publish(CallChanged(at=at, call_id=call.id, ended=True))
    await told_nothing(leader, "board")


async def test_the_day_is_counted_only_when_a_call_changed(live: World) -> None:
    await _board(live)
    await presence(live, "1001", "ready")
    async with live.counting() as statements:
        await _board(live)
    assert not [one for one in statements if "FROM calls" in one]
    call = await live.add_call(queue="general", queued_at=live.clock.now())
    await live.bus.publish(CallChanged(at=live.clock.now(), call_id=call.id, ended=True))
    while (await _board(live))["total"]["offered"] != 1:
        pass
