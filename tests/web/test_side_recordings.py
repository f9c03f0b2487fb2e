"""What was recorded beside a call (旁录) is kept, held and heard as the call's own recording is."""

from __future__ import annotations

import pytest

from ivr.ledger.tables import CONFIDENTIAL, Call
from recorder.capture import sides
from recorder.tables import Recording
from tests.web.world import CALLER, World
from web.retention_facts import LedgerFacts

WHY = {"reason": "诉讼保全"}


async def _side_of(world: World, call: Call) -> Recording:
    """A consultation that began five seconds into `call`."""
    side_id = f"{call.id}-consult-{int(call.started_at.timestamp()) + 5}"
    await sides.note(world.sessions, side_id)
    return await world.add_recording(Call(id=side_id))


async def test_it_is_kept_as_long_as_its_call(world: World) -> None:
    call = await world.add_call(seat="1001", marks=["emergency"])
    case = await world.add_case(call)
    side = await _side_of(world, call)
    async with world.sessions() as db:
        facts = await LedgerFacts().of(db, [side.call_id, "hl-1.1-consult-1700000042"])
        both = await LedgerFacts().of(db, [call.id, side.call_id])
    assert list(facts) == [side.call_id]
    assert facts[side.call_id] == both[call.id] == both[side.call_id]
    found = facts[side.call_id]
    assert (found.call_id, found.case_id, found.numbers) == (call.id, case.id, {CALLER})


@pytest.mark.parametrize("scope", ["number", "case"])
async def test_what_holds_its_call_holds_it(world: World, scope: str) -> None:
    call = await world.add_call(seat="1001")
    case = await world.add_case(call)
    side = await _side_of(world, call)
    leader, admin = await world.client("leader"), await world.client("admin")
    target = {"number": CALLER, "case": str(case.id)}[scope]
    held = await leader.post("/api/v1/holds", json={"scope": scope, "target": target, **WHY})
    assert held.status == 201
    body = {"recording_ids": [side.id], "why": "已超期限"}
    assert (await admin.post("/api/v1/deletions", json=body)).status == 409
    lifted = await admin.post(f"/api/v1/holds/{(await held.json())['id']}/lift", json=WHY)
    assert lifted.status == 200
    assert (await admin.post("/api/v1/deletions", json=body)).status == 201


@pytest.mark.parametrize(("who", "status"), [("seat1", 200), ("seat2", 403), ("leader", 200), ("", 401)])
async def test_who_hears_the_call_hears_it(world: World, who: str, status: int) -> None:
    side = await _side_of(world, await world.add_call(seat="1001"))
    answer = await (await world.client(who)).get(f"/api/v1/recordings/{side.id}/audio")
    assert answer.status == status


async def test_a_confidential_calls_asks_for_a_reason_too(world: World) -> None:
    side = await _side_of(world, await world.add_call(seat="1001", marks=[CONFIDENTIAL]))
    answer = await (await world.client("leader")).get(f"/api/v1/recordings/{side.id}/audio")
    assert (answer.status, (await answer.json())["error"]["code"]) == (403, "reason_required")
