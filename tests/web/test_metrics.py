"""/metrics counts what is in the tables, and keeps its labels few."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from ivr.ledger.tables import Outcome
from ivr.reconciliation.tables import Reconciliation
from recorder import gauges
from recorder.tables import RecordingState
from tests.conftest import RedisServer
from tests.web.live_world import presence
from tests.web.world import World
from web.live.keys import BOARD

Numbers = dict[tuple[str, tuple[str, ...]], float]


async def _read(world: World) -> Numbers:
    answer = await (await world.client()).get("/metrics")
    assert answer.status == 200
    families = text_string_to_metric_families(await answer.text())
    return {(s.name, tuple(s.labels.values())): s.value for family in families for s in family.samples}


async def test_the_tables_are_counted(world: World) -> None:
    waiting = await world.add_call(
        ended_at=None, outcome=Outcome.IN_PROGRESS, queue="general", queued_at=world.clock.now()
    )
    await world.add_call(ended_at=None, outcome=Outcome.IN_PROGRESS)
    answered = await world.add_call(seat="1001", queue="general")
    await world.add_case(answered)
    await world.add_recording(answered, RecordingState.VERIFIED)
    found = await _read(world)
    assert found["hotline_calls_today", ("answered",)] == 1
    assert found["hotline_calls_today", ("in_progress",)] == 2
    assert found["hotline_calls_today", ("abandoned",)] == 0
    assert found["hotline_calls_live", ()] == 2
    assert found["hotline_queue_waiting", ("general",)] == 1
    assert found["hotline_recordings", ("verified",)] == 1
    assert found["hotline_cases", ("draft",)] == 1
    assert found["hotline_part_up", ("web",)] == 1
    assert found["hotline_part_up", ("timers",)] == 0
    async with world.sessions.begin() as db:
        waiting.seat_answered_at = world.clock.now()
        await db.merge(waiting)
    assert (await _read(world))["hotline_queue_waiting", ("general",)] == 0


async def test_queues_and_seats_as_the_board_shows_them(world: World) -> None:
    queued = world.clock.now() - timedelta(seconds=30)
    more = {"queue": "general", "queued_at": queued}
    await world.add_call(ended_at=None, outcome=Outcome.IN_PROGRESS, **more)
    await world.add_call(seat="1001", seat_answered_at=queued, wait_s=4.0, **more)
    await presence(world, "1001", "talking")
    found = await _read(world)
    assert found["hotline_queue_longest_wait_seconds", ("general",)] == 30
    assert found["hotline_queue_rate_15s", ("general",)] == found["hotline_queue_rate_15s", ("all",)] == 0.5
    assert found["hotline_queue_connection_rate", ("general",)] == 1
    assert ("hotline_queue_rate_15s", ("english",)) not in found, "nobody asked for it"
    assert found["hotline_seats", ("talking",)] == found["hotline_seats", ("offline",)] == 1
    assert found["hotline_seats", ("ready",)] == 0
    assert found["hotline_alarms", ("part",)] > 0


async def test_the_last_day_reconciled(world: World) -> None:
    names = [f"hotline_reconciliation_{name}" for name in ("difference_seconds", "difference_calls")]
    at = "hotline_reconciliation_timestamp_seconds"
    assert (await _read(world))[at, ()] == 0
    now = world.clock.now()
    async with world.sessions.begin() as db:
        for number, difference_s in ((2, 1.5), (1, 99.0)):
            day = now.date() - timedelta(days=3 - number)
            db.add(
                Reconciliation(
                    day=day, at=now, calls=9, entries=9, difference_s=difference_s, difference_calls=number
                )
            )
    found = await _read(world)
    assert [found[name, ()] for name in names] == [1.5, 2]
    assert found[at, ()] == now.timestamp()


async def test_without_redis_the_rest_is_told(world: World, redis_server: RedisServer) -> None:
    assert ("hotline_seats", ("ready",)) in await _read(world)
    redis_server.stop()
    try:
        world.app[BOARD]._built = float("-inf")
        found = await _read(world)
    finally:
        await redis_server.start()
    assert found["hotline_part_up", ("redis",)] == 0
    assert found["hotline_calls_live", ()] == 0
    assert not [name for name, _ in found if name in ("hotline_seats", "hotline_queue_offered_today")]


async def test_the_recorders_disk(world: World) -> None:
    await gauges.publish(world.redis, gauges.Disk(123, 200, 1.5, 20, disk_alarm=True))
    found = await _read(world)
    assert found["hotline_recorder_free_mib", ()] == 123
    assert found["hotline_recorder_disk_alarm", ()] == 1


async def test_latency_is_kept_by_pattern_not_by_address(world: World) -> None:
    client = await world.client("seat1")
    for one in range(5):
        await client.get(f"/api/v1/calls/{one}")
    await client.request("BREW", "/pot")
    found = await _read(world)
    assert found["hotline_http_seconds_count", ("GET", "/api/v1/calls/{id}", "404")] == 5
    assert not [labels for _, labels in found if "BREW" in labels or "/pot" in labels]
