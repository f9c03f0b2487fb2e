"""Survey figures and result visits over the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ivr.callbacks.tables import Callback
from ivr.ledger.tables import Outcome
from ivr.visits.tables import Visit, VisitState
from tests.web.world import CALLER, Client, World


async def _summary(client: Client, **query: str) -> dict[str, Any]:
    answer = await client.get("/api/v1/surveys/summary", params=query)
    assert answer.status == 200, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def test_summary_counts_levels_and_seats(world: World) -> None:
    for seat, survey in (("1001", 1), ("1001", 5), ("1001", None), ("1002", 1)):
        await world.add_call(seat=seat, survey_asked=True, survey=survey)
    await world.add_call(seat="1002")
    found = await _summary(await world.client("leader"))
    assert (found["asked"], found["answered"]) == (4, 3)
    assert [(one["label"], one["count"]) for one in found["levels"]] == [
        ("非常满意", 2),
        ("满意", 0),
        ("基本满意", 0),
        ("不满意", 0),
        ("非常不满意", 1),
    ]
    assert [(one["seat"], one["asked"], one["answered"]) for one in found["by_seat"]] == [
        ("1001", 3, 2),
        ("1002", 1, 1),
    ]
    own = await _summary(await world.client("seat1"))
    assert own["asked"] == 4
    assert [one["seat"] for one in own["by_seat"]] == ["1001"]


async def test_a_period_is_days_in_china(world: World) -> None:
    moments = datetime(2026, 11, 22, 15, 59, tzinfo=UTC), datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    for at in moments:
        call = await world.add_call(survey_asked=True, survey=2)
        async with world.sessions.begin() as db:
            call.started_at = at
            await db.merge(call)
    client = await world.client("leader")

    async def asked(**query: str) -> int:
        return int((await _summary(client, **query))["asked"])

    assert await asked() == 2
    assert await asked(**{"from": "2026-11-23"}) == 1
    assert await asked(to="2026-11-22") == 1
    assert await asked(**{"from": "2026-11-22", "to": "2026-11-23"}) == 2
    answer = await client.get("/api/v1/surveys/summary", params={"from": "yesterday"})
    assert answer.status == 422
    assert (await answer.json())["error"]["fields"].keys() == {"from"}


async def _visit(world: World, case_id: int, number: str, **more: Any) -> Visit:
    at = world.clock.now()
    given: dict[str, Any] = {"state": VisitState.DUE, "next_at": at} | more
    given.setdefault("closed_at", at)
    visit = Visit(case_id=case_id, case_number="2102002026112300001", number=number, **given)
    visit.created_at = at
    async with world.sessions.begin() as db:
        db.add(visit)
    return visit


async def test_visits_newest_first_with_masked_numbers(world: World) -> None:
    call = await world.add_call(seat="1002")
    case = await world.add_case(call)
    await _visit(world, case.id, CALLER)
    done = {"state": VisitState.DONE, "result": "5", "closed_at": world.clock.now() + timedelta(days=1)}
    await _visit(world, 99, CALLER, **done)
    page = await (await (await world.client("leader")).get("/api/v1/visits")).json()
    assert [(one["case_id"], one["state"], one["result"]) for one in page["items"]] == [
        (99, "done", "5"),
        (case.id, "due", ""),
    ]
    assert page["items"][0]["next_at"] is None
    assert {one["number"] for one in page["items"]} == {CALLER}
    client = await world.client("seat1")
    due = await (await client.get("/api/v1/visits", params={"state": "due"})).json()
    assert [one["number"] for one in due["items"]] == ["138****1234"]
    assert CALLER not in await (await client.get("/api/v1/visits")).text()


async def test_a_visits_call_shows_the_case_it_is_about(world: World) -> None:
    case = await world.add_case(await world.add_call())
    visit = await _visit(world, case.id, CALLER)
    call = await world.add_call(direction="outbound", purpose=f"visit:{visit.id}")
    client = await world.client("leader")
    assert (await (await client.get(f"/api/v1/calls/{call.id}")).json())["case_id"] == case.id


async def test_a_call_back_shows_the_case_of_the_call_it_was_asked_for_in(world: World) -> None:
    asked = await world.add_call(outcome=Outcome.CALLBACK)
    case = await world.add_case(asked)
    at = world.clock.now()
    row = Callback(kind="requested", number=CALLER, queue="general", call_id=asked.id)
    row.joined_at = row.created_at = row.expires_at = at
    async with world.sessions.begin() as db:
        db.add(row)
    call = await world.add_call(direction="outbound", purpose=f"callback:{row.id}")
    lost = await world.add_call(direction="outbound", purpose="callback:999")
    client = await world.client("leader")
    found = {one["id"]: one["case_id"] for one in (await (await client.get("/api/v1/calls")).json())["items"]}
    assert found == {asked.id: case.id, call.id: case.id, lost.id: None}
