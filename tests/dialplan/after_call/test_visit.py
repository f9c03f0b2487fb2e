"""A case is closed: the hotline calls the citizen, who says what the result is worth."""

from __future__ import annotations

from typing import Any

import aiohttp
from sqlalchemy import select

from core.clock import SystemClock
from ivr.ledger.tables import Call
from ivr.prompts.audio import audioop
from ivr.visits.tables import Visit
from tests.instance import HotlineInstance
from tests.softphone import Softphone
from ticketing import drafts

CITIZEN = "13912345678"


async def _close_a_case(asking: HotlineInstance, call_id: str) -> int:
    """As people do: a draft, registered, established, closed."""
    case, _ = await drafts.open_draft(
        asking.sessions, call_id=call_id, caller_number=CITIZEN, transcript="路灯不亮", clock=SystemClock()
    )
    client = await asking.log_in("leader")
    async with client:
        fields = {"kind": "report", "description": "路灯不亮", "district": "210202"}
        moved = await _move(client, case.id, "register", case.version, **fields)
        for name in ("establish", "close"):
            moved = await _move(client, case.id, name, moved["version"])
    return case.id


async def _move(client: aiohttp.ClientSession, case_id: int, name: str, version: int, **more: str) -> Any:
    body = {"version": version, **more}
    async with client.post(f"/api/v1/cases/{case_id}/moves/{name}", json=body) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def _visited(asking: HotlineInstance, case_id: int, state: str) -> Visit:
    query = select(Visit).where(Visit.case_id == case_id, Visit.state == state)
    found: Visit = await asking._row(query, f"visit of case {case_id} is {state}", 20)
    return found


async def _stage(asking: HotlineInstance, case_id: int) -> dict[str, Any]:
    client = await asking.log_in("leader")
    async with client:
        found: dict[str, Any] = await asking.get(client, f"/api/v1/cases/{case_id}")
    return found


async def test_not_satisfied_at_all_the_case_goes_back(asking: HotlineInstance) -> None:
    known = await asking.known_calls()
    async with asking.carrier.called() as phone:
        case_id = await _close_a_case(asking, "hl-visited.1")
        await phone.hear(0.1)
        await phone.say(asking.prompt("beep"))  # a word, and then they listen
        await asking.next_call(known, lambda c: any(step["step"] == "visit" for step in c.menu_path))
        await phone.hear(1)
        await phone.press("5")
        await phone.over()
        assert [rang.split()[0] for rang in phone.rang] == [CITIZEN]
    row: Call = await asking.next_call(known, lambda c: c.ended_at is not None)
    visit = await _visited(asking, case_id, "done")
    assert (row.direction, row.purpose, row.caller) == ("outbound", f"visit:{visit.id}", CITIZEN)
    assert (row.outcome, row.visit, row.hung_up_by) == ("visited", "5", "hotline")
    assert (visit.result, visit.attempts, visit.call_id) == ("5", 1, row.id)
    case = await _stage(asking, case_id)
    assert case["stage"] == "established"
    last = case["history"][-1]
    assert (last["move"], last["actor"], last["note"]) == ("reopen", None, "结果回访：市民非常不满意")
    assert (await asking.recording_of(row.id)).duration_s > 1


async def test_a_person_is_wanted(asking: HotlineInstance, desk: Softphone) -> None:
    known = await asking.known_calls()
    async with asking.carrier.called() as phone:
        case_id = await _close_a_case(asking, "hl-visited.2")
        await asking.next_call(known, lambda c: any(step["step"] == "visit" for step in c.menu_path))
        await phone.hear(1)
        await phone.press("0")
        await asking.next_call(known, lambda c: c.seat == "1001")
        await desk.command("hangup")
        await phone.over()
    row = await asking.next_call(known, lambda c: c.ended_at is not None)
    assert (row.outcome, row.direction, row.seat, row.survey_asked) == ("answered", "outbound", "1001", False)
    assert (await _visited(asking, case_id, "done")).result == "person"
    assert (await _stage(asking, case_id))["stage"] == "closed"


async def test_busy_the_next_attempt_comes_later(asking: HotlineInstance) -> None:
    async with asking.carrier.called(status=486) as phone:
        case_id = await _close_a_case(asking, "hl-visited.3")
        await phone.over()
    query = select(Visit).where(Visit.case_id == case_id, Visit.state == "due", Visit.attempts == 1)
    visit: Visit = await asking._row(query, "the visit is due again", 20)
    assert visit.result == "busy"
    assert visit.next_at > SystemClock().now()


def _without_a_pause(alaw: bytes) -> bytes:
    """Speech as a machine speaks it: on and on."""
    frames = [alaw[at : at + 160] for at in range(0, len(alaw), 160)]
    return b"".join(frame for frame in frames if audioop.rms(audioop.alaw2lin(frame, 2), 2) > 400)


async def test_a_mailbox_is_not_spoken_to(asking: HotlineInstance) -> None:
    known = await asking.known_calls()
    async with asking.carrier.called() as phone:
        case_id = await _close_a_case(asking, "hl-visited.4")
        await asking.next_call(known, lambda c: c.answered_at is not None)
        await phone.say(_without_a_pause(asking.prompt("visit-call-ask"))[: 4 * 8000])
        await phone.over()
    row = await asking.next_call(known, lambda c: c.ended_at is not None)
    assert (row.visit, row.outcome, row.menu_path) == ("machine", "failed", [])
    query = select(Visit).where(Visit.case_id == case_id, Visit.state == "due", Visit.attempts == 1)
    assert (await asking._row(query, "the visit is due again", 20)).result == "machine"
