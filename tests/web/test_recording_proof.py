"""The proof over the API: who sees it, and what it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from recorder.proof.seal import seal_due
from recorder.proof.tables import RecordingCheck
from recorder.tables import Recording, RecordingState
from tests.web.world import World

URL = "/api/v1/recordings/proof"


async def _proof(world: World, **query: str) -> dict[str, Any]:
    answer = await (await world.client("inspector")).get(URL, params=query)
    assert answer.status == 200
    body: dict[str, Any] = await answer.json()
    return body


async def _check(world: World, **values: Any) -> None:
    facts = {"took_s": 1.5, "quick": False, "recordings": 1, "objects": 1, "days": 2, "findings": 0} | values
    async with world.sessions.begin() as db:
        db.add(RecordingCheck(at=world.clock.now(), by_problem=facts.pop("by_problem", {}), **facts))


async def test_the_last_days_and_the_last_checks(world: World) -> None:
    assert await _proof(world) == {"length": 0, "days": [], "last_check": None, "last_full_check": None}
    async with world.sessions.begin() as db:
        row = Recording(call_id="hl-1.1", state=RecordingState.VERIFIED, created_at=world.clock.now())
        row.duration_s = 2.5
        db.add(row)
    world.clock.advance(timedelta(days=2))
    sealed = await seal_due(world.sessions, world.clock, timedelta(hours=4))
    await _check(world, root=sealed[-1].root)
    await _check(world, quick=True, findings=1, by_problem={"missing_object": 1}, first="对象缺失")
    found = await _proof(world)
    assert (found["length"], [one["number"] for one in found["days"]]) == (2, [2, 1])
    assert found["days"][0]["previous"] == found["days"][1]["root"] == sealed[0].root
    assert (found["days"][1]["entries"], found["days"][1]["seconds"]) == (1, 2.5)
    assert (found["last_check"]["findings"], found["last_check"]["by_problem"]) == (1, {"missing_object": 1})
    assert (found["last_full_check"]["findings"], found["last_full_check"]["root"]) == (0, sealed[1].root)
    assert len((await _proof(world, limit="1"))["days"]) == 1


@pytest.mark.parametrize(
    ("who", "status"), [("", 401), ("seat1", 403), ("leader", 403), ("inspector", 200), ("admin", 200)]
)
async def test_who_sees_it(world: World, who: str, status: int) -> None:
    assert (await (await world.client(who)).get(URL)).status == status
