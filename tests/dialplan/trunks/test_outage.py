"""A carrier that falls silent is an alarm; the hotline itself stays healthy."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from ivr.trunks.tables import TrunkOutage, TrunkStatus
from tests.dialplan.trunks.answerer import Answerer
from tests.dialplan.trunks.conftest import TrunkInstance


async def until_state(trunked: TrunkInstance, trunk: str, wanted: str) -> None:
    """Return when the watch has seen that."""
    async with asyncio.timeout(30):
        while True:
            async with trunked.sessions() as session:
                row = await session.get(TrunkStatus, trunk)
            if row is not None and row.state == wanted:
                return
            await asyncio.sleep(0.1)


async def test_an_outage_is_seen_told_and_over(trunked: TrunkInstance, carrier_of_city: Answerer) -> None:
    await until_state(trunked, "city", "up")
    carrier_of_city.is_alive = False
    await until_state(trunked, "city", "down")
    leader = await trunked.log_in("leader")
    items = {one["name"]: one for one in (await trunked.get(leader, "/api/v1/trunks"))["items"]}
    assert items["second"]["state"] == "unknown", "nobody may ask it: no alarm"
    assert (items["copper"]["state"], items["copper"]["detail"]) == ("down", "span 1 is not there")
    async with leader.get("/healthz") as answer:
        health = await answer.json()
        assert answer.status == 200, "a carrier's outage is no fault of a part"
    assert "trunks down: city" in health["parts"]["exchange"]["detail"]
    async with leader.get("/metrics") as answer:
        assert 'hotline_trunk_up{trunk="city"} 0.0' in (await answer.text()).splitlines()
    log = (trunked.state / "log" / "exchange.log").read_text(errors="replace")
    assert "ALARM: a trunk is down" in log
    assert "trunk=city" in log
    carrier_of_city.is_alive = True
    await until_state(trunked, "city", "up")
    async with trunked.sessions() as session:
        last = (await session.scalars(select(TrunkOutage).where(TrunkOutage.trunk == "city"))).all()[-1]
    assert last.ended_at is not None
    await leader.close()
