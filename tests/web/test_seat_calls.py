"""A seat's own calls over the API: whom it may call, what is written down, what it is told."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from core.settings import Callback as Rules
from ivr.callbacks.book import CallbackBook
from ivr.callbacks.tables import Callback
from ivr.ledger.tables import CONFIDENTIAL, Outcome
from ivr.switch.lines import ChannelLine
from tests.web.test_supervision import CALL, CITIZEN, SEAT, TALKING
from tests.web.world import CALLER, World
from ticketing.tables import Case
from web.floor import FLOOR

API = "/api/v1/seats/me/calls"


@pytest.fixture(autouse=True)
def devices(world: World) -> None:
    world.switch.devices = {"PJSIP/1001": "NOT_INUSE", "PJSIP/1002": "NOT_INUSE"}


async def _post(world: World, who: str = "seat1", **body: Any) -> tuple[int, Any]:
    answer = await (await world.client(who)).post(API, json=body)
    await world.app[FLOOR].calls.idle()
    return answer.status, await answer.json()


def _dialled(world: World) -> list[object]:
    return [order[1] for order in world.switch.orders if order[0] == "originate"]


async def test_a_number(world: World) -> None:
    status, said = await _post(world, number="13900005678")
    assert status == 200
    assert _dialled(world) == ["PJSIP/13900005678@trunk-demo"]
    ring, dial = world.switch.orders
    assert ring[:4] == ("ring", "PJSIP/1001", "hl-seat-call", "s")
    assert dial[2:4] == ("hl-seat-out", said["call_id"])
    [entry] = await world.audit("seat:called")
    assert (entry.subject, entry.detail) == ("seat:1001", {"whom": "number", "number": "139****5678"})
    last = await (await world.client("seat1")).get(API)
    assert await last.json() == {"call_id": said["call_id"], "state": "talking"}


@pytest.mark.parametrize("number", ["16812345", "110", "0085212345678", "abc", "13800001234;1", "4001234567"])
async def test_a_number_that_is_not_allowed(world: World, number: str) -> None:
    status, said = await _post(world, number=number)
    assert (status, said["error"]["code"]) == (422, "number_not_allowed")
    assert (_dialled(world), await world.audit("seat:called")) == ([], [])


@pytest.mark.parametrize("body", [{}, {"number": "13900005678", "call_id": "x"}, {"case_id": 0}])
async def test_exactly_one_of_them(world: World, body: dict[str, Any]) -> None:
    assert (await _post(world, **body))[0] == 422


async def test_a_caller_and_a_reporter(world: World) -> None:
    call = await world.add_call(seat="1002")
    case = await world.add_case(call)
    assert (await _post(world, call_id=call.id))[0] == 200
    assert (await _post(world, "seat2", case_id=case.id))[0] == 200
    assert _dialled(world) == [f"PJSIP/{CALLER}@trunk-demo"] * 2
    assert [one.detail["whom"] for one in await world.audit("seat:called")] == [
        f"call:{call.id}",
        f"case:{case.id}",
    ]
    assert (await _post(world, call_id="no-such-call"))[0] == 404
    assert (await _post(world, case_id=999))[0] == 404


async def test_who_asked_to_stay_unknown_is_called_by_nobody(world: World) -> None:
    call = await world.add_call(seat="1001", marks=[CONFIDENTIAL])
    hidden = await world.add_case(await world.add_call(seat="1002"))
    async with world.sessions.begin() as db:
        await db.execute(update(Case).where(Case.id == hidden.id).values(confidential=True))
    assert (await _post(world, call_id=call.id))[0] == 403
    assert (await _post(world, case_id=hidden.id))[0] == 403
    assert _dialled(world) == []


async def test_a_withheld_number_cannot_be_called(world: World) -> None:
    call = await world.add_call(seat="1001")
    async with world.sessions.begin() as db:
        await db.execute(update(type(call)).where(type(call).id == call.id).values(caller=""))
    assert (await _post(world, call_id=call.id))[0] == 409


async def _callback(world: World) -> int:
    book = CallbackBook(world.sessions, Rules(), world.clock)
    row_id = await book.miss(await world.add_call(outcome=Outcome.ABANDONED, queue="general"))
    assert row_id is not None
    return row_id


async def _row(world: World, row_id: int) -> Callback:
    async with world.sessions() as db:
        row = await db.get(Callback, row_id)
    assert row is not None
    return row


async def test_a_call_back_is_one_seats_at_a_time(world: World) -> None:
    row_id = await _callback(world)
    status, said = await _post(world, callback_id=row_id)
    assert status == 200
    row = await _row(world, row_id)
    assert (row.state, row.attempt_call_id, row.result) == ("dialling", said["call_id"], "answered")
    world.switch.lines_up = []
    status, said = await _post(world, "seat2", callback_id=row_id)
    assert (status, said["error"]["message"]) == (409, "这条回拨已由他人处理或正在呼叫，请刷新列表。")


async def test_a_call_back_to_somebody_busy_is_on_the_list_again(world: World) -> None:
    row_id = await _callback(world)
    world.switch.results.extend(["answered", "busy"])
    assert (await _post(world, callback_id=row_id))[0] == 200
    row = await _row(world, row_id)
    assert (row.state, row.attempts, row.result) == ("waiting", 1, "busy")
    assert world.switch.orders[-1] == ("redirect", ("PJSIP/1001-0000000f", "hl-seat-call", "busy"))


async def test_who_may_not(world: World) -> None:
    assert (await _post(world, "admin", number="13900005678"))[0] == 403
    world.switch.lines_up = [ChannelLine(SEAT, True, True)]
    assert (await _post(world, number="13900005678"))[0] == 409
    assert _dialled(world) == []


MENU = "/api/v1/seats/me/call/menu"


async def test_a_citizen_is_sent_to_rate(world: World) -> None:
    world.switch.lines_up = list(TALKING)
    seat = await world.client("seat1")
    assert (await seat.post(MENU, json={"to": "survey"})).status == 204
    assert world.switch.orders == [
        ("setvar", CITIZEN, "HL_SURVEYED", ""),
        ("redirect", (CITIZEN, "hl-survey", "s")),
        ("hangup", SEAT),
    ]
    [entry] = await world.audit("caller:asked")
    assert (entry.subject, entry.detail) == (f"call:{CALL}", {"to": "survey"})


async def test_a_citizen_is_sent_to_prove_who_they_are(world: World) -> None:
    case = await world.add_case(await world.add_call(seat="1001"))
    world.switch.lines_up = list(TALKING)
    seat = await world.client("seat1")
    assert (await seat.post(MENU, json={"to": "pin", "case_id": case.id})).status == 204
    assert world.switch.orders[0] == ("mute", CITIZEN, True)
    assert world.switch.orders[-1] == ("redirect", (CITIZEN, "hl-pin", "s"), (SEAT, "hl-pin-wait", "s"))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"to": "pin"}, 422),
        ({"to": "survey", "case_id": 1}, 422),
        ({"to": "pin", "case_id": 999}, 404),
        ({"to": "seat"}, 409),
        ({"to": "elsewhere"}, 422),
    ],
)
async def test_what_makes_no_sense(world: World, body: dict[str, Any], status: int) -> None:
    world.switch.lines_up = list(TALKING)
    assert (await (await world.client("seat1")).post(MENU, json=body)).status == status
    assert [order for order in world.switch.orders if order[0] in ("mute", "redirect")] == []


async def test_without_a_call_nobody_is_sent(world: World) -> None:
    assert (await (await world.client("seat1")).post(MENU, json={"to": "survey"})).status == 409


async def test_the_result_comes_to_the_seat_and_to_nobody_else(world: World) -> None:
    one, other = await world.client("seat1"), await world.client("seat2")
    async with one.ws_connect("/api/v1/live") as mine, other.ws_connect("/api/v1/live") as theirs:
        world.switch.say(
            "UserEvent", userevent="HotlinePin", channel=CITIZEN, seat="1001", call=CALL, result="right"
        )
        assert await mine.receive_json(timeout=2) == {"type": "pin", "call_id": CALL, "result": "right"}
        await world.app[FLOOR].pins.idle()
        with pytest.raises(TimeoutError):
            await theirs.receive(timeout=0.1)
