"""What the console and `/metrics` say of trunks and pools."""

from __future__ import annotations

from datetime import timedelta

from ivr.ledger.tables import Call, Outcome
from ivr.trunks import gauges
from ivr.trunks.gauges import Gauges, TrunkGauge
from ivr.trunks.tables import TrunkState
from tests.web.world import World


async def _refuse(world: World, name: str, pool: str, trunk: str = "demo", days_ago: int = 0) -> None:
    at = world.clock.now() - timedelta(days=days_ago)
    async with world.sessions.begin() as db:
        db.add(
            Call(
                id=name, trunk=trunk, started_at=at, ended_at=at, outcome=Outcome.BUSY, marks=[f"busy:{pool}"]
            )
        )


async def test_trunks_and_pools(world: World) -> None:
    leader = await world.client("leader")
    since = world.clock.now()
    one = TrunkGauge(TrunkState.DOWN, "it does not answer", since.isoformat(), used=3, peak=8)
    await gauges.write(world.redis, Gauges({"demo": one}, ivr=2, seats=1))
    await _refuse(world, "t1", "trunk")
    await _refuse(world, "t2", "ivr")
    await _refuse(world, "t3", "ivr", trunk="gone")
    await _refuse(world, "t4", "trunk", days_ago=1)
    async with world.sessions.begin() as db:
        at = {"started_at": since, "queued_at": since, "ended_at": since, "trunk": "demo"}
        db.add(Call(id="s1", outcome=Outcome.ABANDONED, **at))
        db.add(Call(id="s2", outcome=Outcome.ANSWERED, seat_answered_at=since, **at))
    said = await (await leader.get("/api/v1/trunks")).json()
    assert said["items"] == [
        {
            "name": "demo",
            "kind": "sip",
            "state": "down",
            "detail": "it does not answer",
            "limit": 90,
            "used": 3,
            "peak": 8,
            "refused_today": 2,
            "since": since.isoformat().replace("+00:00", "Z"),
        }
    ]
    assert said["pools"] == {
        "trunk": {"limit": 90, "used": 3, "refused_today": 1},
        "ivr": {"limit": 90, "used": 2, "refused_today": 2},
        "seats": {"limit": 2, "used": 1, "refused_today": 1},
    }
    numbers = (await (await leader.get("/metrics")).text()).splitlines()
    for row in (
        'hotline_trunk_up{trunk="demo"} 0.0',
        'hotline_trunk_used{trunk="demo"} 3.0',
        'hotline_trunk_refused_today{trunk="demo"} 2.0',
        'hotline_pool_refused_today{pool="ivr"} 2.0',
        'hotline_pool_limit{pool="trunk"} 90.0',
    ):
        assert row in numbers


async def test_a_silent_watch_makes_no_trunk_down(world: World) -> None:
    leader = await world.client("leader")
    said = await (await leader.get("/api/v1/trunks")).json()
    assert (said["items"][0]["state"], said["items"][0]["since"]) == ("unknown", None)
    assert "hotline_trunk_up{" not in await (await leader.get("/metrics")).text()


async def test_trunks_are_no_business_of_a_seat(world: World) -> None:
    seat = await world.client("seat1")
    assert (await seat.get("/api/v1/trunks")).status == 403
