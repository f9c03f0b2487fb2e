"""The list of call-backs over the API."""

from __future__ import annotations

from core.settings import Callback as Rules
from ivr.callbacks.book import CallbackBook
from ivr.ledger.tables import Outcome
from tests.web.world import CALLER, World

OTHER = "13900005678"


async def _two(world: World) -> tuple[int, int]:
    """A caller who was missed, and one who asked in a call that a seat's colleague took over."""
    book = CallbackBook(world.sessions, Rules(), world.clock)
    missed = await book.miss(await world.add_call(outcome=Outcome.ABANDONED, queue="general"))
    call = await world.add_call(seat="1002")
    asked = await book.ask(
        number=OTHER, queue="general", joined_at=world.clock.now(), call_id=call.id, language="en"
    )
    assert missed is not None
    return missed, asked


async def test_the_list(world: World) -> None:
    missed, asked = await _two(world)
    leader, seat = await world.client("leader"), await world.client("seat1")
    page = await (await leader.get("/api/v1/callbacks")).json()
    assert [(one["id"], one["kind"], one["number"]) for one in page["items"]] == [
        (asked, "requested", OTHER),
        (missed, "missed", CALLER),
    ]
    assert {one["state"] for one in page["items"]} == {"waiting"}
    masked = await (await seat.get("/api/v1/callbacks?state=waiting")).json()
    assert [one["number"] for one in masked["items"]] == ["139****5678", CALLER]
    assert (await (await seat.get("/api/v1/callbacks?state=done")).json())["items"] == []
    assert (await seat.get("/api/v1/callbacks?state=lost")).status == 422


async def test_a_leader_cancels_and_takes_up_again(world: World) -> None:
    _, asked = await _two(world)
    leader = await world.client("leader")
    cancelled = await leader.post(f"/api/v1/callbacks/{asked}/cancel", json={"note": "市民来电撤销"})
    assert (await cancelled.json())["state"] == "cancelled"
    assert (await leader.post(f"/api/v1/callbacks/{asked}/cancel", json={})).status == 409
    again = await leader.post(f"/api/v1/callbacks/{asked}/retry", json={})
    assert (await again.json())["state"] == "waiting"
    [entry] = await world.audit("callback:cancelled")
    assert (entry.subject, entry.detail) == (f"callback:{asked}", {"note": "市民来电撤销"})
    assert len(await world.audit("callback:retried")) == 1


async def test_who_may_not(world: World) -> None:
    _, asked = await _two(world)
    seat, leader = await world.client("seat1"), await world.client("leader")
    assert (await seat.post(f"/api/v1/callbacks/{asked}/cancel", json={})).status == 403
    assert (await seat.post(f"/api/v1/callbacks/{asked}/retry", json={})).status == 403
    assert (await leader.post("/api/v1/callbacks/999/retry", json={})).status == 404
    assert (await (await world.client()).get("/api/v1/callbacks")).status == 401


async def test_a_longer_list_takes_no_more_queries(world: World) -> None:
    leader = await world.client("leader")
    await _two(world)
    async with world.counting() as few:
        await leader.get("/api/v1/callbacks")
    book = CallbackBook(world.sessions, Rules(), world.clock)
    for n in range(5):
        call = await world.add_call(outcome=Outcome.ABANDONED)
        call.caller = f"1370000000{n}"
        await book.miss(call)
    async with world.counting() as many:
        await leader.get("/api/v1/callbacks")
    assert len(many) == len(few)
