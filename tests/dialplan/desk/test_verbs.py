"""Every button of a seat, on a real switch: who hears whom afterwards."""

from __future__ import annotations

import asyncio

import pytest

from ivr.ledger import legs_queries
from ivr.ledger.tables import Call
from ivr.reconciliation import queue_log
from ivr.reconciliation.reconcile import reconcile_call
from tests.dialplan.desk.conftest import CODE, NUMBER, PARK_S, QUEUE, RING_S
from tests.dialplan.seat_faults.conftest import Conversation, conversation
from tests.instance import HotlineInstance
from tests.seat.caller import Speaking
from tests.seat.devices import Phone
from tests.seat.seat import Seat, to_directory, to_queue, to_seat
from tests.seat.voices import COLLEAGUE, EXTERNAL, SEAT
from tests.waiting import poll


async def _ended(talk: Conversation) -> Call:
    return await talk.row()


async def _back(talk: Conversation, seat: Seat, after_s: float = 0.0) -> None:
    """The seat is free, and `after_s` later the caller is with it again."""
    await seat.device.idle()
    if after_s:
        await asyncio.sleep(after_s - 1)
        assert talk.heard.without(SEAT, talk.heard.seconds - 1, talk.heard.seconds), "too early"
    await seat.device.talking()
    await talk.hears(SEAT)


async def test_hold_and_back(house: HotlineInstance, seat: Seat) -> None:
    async with conversation(house, seat) as talk:
        for _ in range(2):
            await seat.press("hold")
            begin = talk.heard.seconds + 0.4
            await asyncio.sleep(1.5)
            heard = talk.heard
            assert heard.silences(begin, heard.seconds - 0.3) == [], heard.story()
            assert len(heard.without(SEAT, begin, heard.seconds)) >= 4, heard.story()
            await seat.press("resume")
            await talk.hears(SEAT)
        await seat.press("hangup")
    row = await _ended(talk)
    assert (row.outcome, row.seat) == ("answered", "1001")
    # The queue's own book: one talk, from the answer to the end, whatever happened in between.
    log = (house.settings.asterisk_dir / "log" / "queue_log").read_text()
    ends = [line for line in log.splitlines() if f"|{row.id}|" in line and "|COMPLETE" in line]
    assert len(ends) == 1, log
    assert int(ends[0].split("|")[6]) >= 4, ends


async def test_blind_to_a_seat(house: HotlineInstance, seat: Seat, colleague: Seat) -> None:
    async with conversation(house, seat) as talk:
        colleague.device.fresh()
        await seat.press("transfer", to_seat(colleague))
        await seat.device.idle()
        await talk.hears(COLLEAGUE)
        await colleague.press("hangup")
    assert (await _ended(talk)).outcome == "answered"


async def test_blind_to_nobody_comes_back(house: HotlineInstance, seat: Seat) -> None:
    async with conversation(house, seat) as talk:
        await seat.press("transfer", {"kind": "seat", "value": "1003"})
        await _back(talk, seat)
        await seat.press("hangup")


async def test_blind_outside_and_nobody_there(house: HotlineInstance, seat: Seat) -> None:
    async with house.carrier.called(answers=False) as callee, conversation(house, seat) as talk:
        await seat.press("transfer", to_directory(CODE))
        await _back(talk, seat, RING_S)
        assert callee.rang == [f"{NUMBER} {house.settings.sip.did}"]
        await seat.press("hangup")


async def test_ask_first_then_hand_over(house: HotlineInstance, seat: Seat, colleague: Seat) -> None:
    async with conversation(house, seat) as talk:
        colleague.device.fresh()
        await seat.press("consult", to_seat(colleague))
        await colleague.device.talking()
        await colleague.call("hold", status=409)
        await seat.press("swap")
        await talk.hears(SEAT)
        await seat.press("swap")
        await seat.press("complete")
        await talk.hears(COLLEAGUE)
        await colleague.press("hangup")
    assert (await _ended(talk)).outcome == "answered"


async def test_ask_a_queue_and_hand_over_to_who_answers(
    house: HotlineInstance, seat: Seat, serving: Seat
) -> None:
    async with conversation(house, seat) as talk:
        serving.device.fresh()
        # Longer than the second below which a talk is but the way to what follows.
        await talk.hears(SEAT)
        await asyncio.sleep(1)
        await seat.press("consult", to_queue(QUEUE))
        await serving.device.talking()
        await seat.press("complete")
        await talk.hears(COLLEAGUE)
        await seat.device.idle()
        await serving.device.hang_up()
    row = await _ended(talk)
    assert (row.outcome, row.seat, row.queue, row.hung_up_by) == ("answered", "1001", "general", "seat")
    async with house.sessions() as session:
        legs = await legs_queries.legs_of(session, row.id)
    held = [(leg.holder, leg.state) for leg in legs.call if leg.holder_kind == "seat"]
    assert held == [("1001", "talk"), ("1001", "consult"), ("1002", "talk")]
    report = await reconcile_call(house.sessions, queue_log.path(house.settings), row.id)
    assert (report.difference_s, report.difference_calls) == (0, 0), report.differences


async def test_ask_a_queue_where_nobody_is_free(house: HotlineInstance, seat: Seat, serving: Seat) -> None:
    """The seat hears the queue's music; it gives up, or leaves its caller the place."""
    await serving.ask("/seats/me/pause", {"reason": "rest"})
    async with conversation(house, seat) as talk:
        await seat.press("consult", to_queue(QUEUE))
        await poll(lambda: _waits(house, "1001"), "the seat waits in the queue")
        await seat.press("cancel")
        await talk.hears(SEAT)
        await seat.press("consult", to_queue(QUEUE))
        await poll(lambda: _waits(house, "1001"), "the seat waits in the queue again")
        await seat.press("complete")
        await seat.device.idle()
        await poll(lambda: _waits(house, "trunk-"), "its caller waits there instead")
        serving.device.fresh()
        await serving.ask("/seats/me/ready")
        await serving.device.talking()
        await talk.hears(COLLEAGUE)
        await serving.device.hang_up()
    assert (await _ended(talk)).outcome == "answered"


def _waits(house: HotlineInstance, who: str) -> bool:
    return f"PJSIP/{who}" in house.asterisk("queue", "show", f"q-{QUEUE}").partition("Callers:")[2]


async def test_ask_first_and_cancel(house: HotlineInstance, seat: Seat, colleague: Seat) -> None:
    async with conversation(house, seat) as talk:
        colleague.device.fresh()
        await seat.press("consult", to_seat(colleague))
        await colleague.device.talking()
        await asyncio.sleep(1.5)  # baresip does not say that a call is over that lasted no second
        await seat.press("cancel")
        await talk.hears(SEAT)
        await colleague.device.idle()
        await seat.press("hangup")


async def test_whom_one_asks_hangs_up(house: HotlineInstance, seat: Seat, colleague: Seat) -> None:
    async with conversation(house, seat) as talk:
        colleague.device.fresh()
        await seat.press("consult", to_seat(colleague))
        await colleague.device.talking()
        await colleague.device.hang_up()
        await talk.hears(SEAT)
        await seat.press("hangup")


async def test_the_caller_gives_up_meanwhile(house: HotlineInstance, seat: Seat, colleague: Seat) -> None:
    async with conversation(house, seat, hang_up_after_s=7):
        colleague.device.fresh()
        await seat.press("consult", to_seat(colleague))
        await colleague.device.talking()
    await asyncio.gather(seat.device.idle(), colleague.device.idle())


async def test_three_talk_and_the_seat_leaves(house: HotlineInstance, seat: Seat) -> None:
    line = lambda: Speaking(EXTERNAL)  # noqa: E731 - a class with its argument
    async with (
        house.carrier.called(hang_up_after_s=12, ear=line) as callee,
        conversation(house, seat) as talk,
    ):
        await seat.press("consult", to_directory(CODE))
        await poll(lambda: callee.line.heard > 0, "the district is on the line")
        await seat.press("conference")
        await talk.hears(SEAT)
        await talk.hears(EXTERNAL)
        await seat.press("leave")
        await seat.device.idle()
        await talk.hears(EXTERNAL)
        await callee.over()
    assert (await _ended(talk)).outcome == "answered"


async def test_parked_and_fetched(house: HotlineInstance, seat: Seat, colleague: Seat) -> None:
    async with conversation(house, seat) as talk:
        await seat.press("park")
        await seat.device.idle()
        [parked] = (await colleague.get("/parked"))["items"]
        assert parked["parked_by"] == "1001"
        colleague.device.fresh()
        await colleague.ask(f"/parked/{parked['call_id']}/retrieve")
        await talk.hears(COLLEAGUE)
        await colleague.press("hangup")


async def test_parked_and_forgotten_comes_back(house: HotlineInstance, seat: Seat) -> None:
    async with conversation(house, seat) as talk:
        await seat.press("park")
        await _back(talk, seat, PARK_S)
        await seat.press("hangup")


async def test_the_page_is_loaded_anew(house: HotlineInstance, seat: Seat) -> None:
    async with conversation(house, seat) as talk:
        await seat.press("away")
        await seat.device.idle()
        await seat.press("resume")
        await seat.device.talking()
        await talk.hears(SEAT)
        await seat.press("hangup")


@pytest.mark.parametrize("verb", ["resume", "complete", "cancel", "swap", "conference", "leave"])
async def test_what_cannot_be_done_now_is_refused_with_a_reason(
    house: HotlineInstance, seat: Seat, verb: str
) -> None:
    answer = await seat.call(verb, status=409)
    assert "没有" in answer["error"]["message"]


async def test_a_phones_own_transfer_key(house: HotlineInstance, seat: Seat, colleague: Seat) -> None:
    assert isinstance(seat.device, Phone)
    sip = house.settings.sip
    async with conversation(house, seat) as talk:
        colleague.device.fresh()
        await seat.device.phone.command("transfer", f"sip:1002@{sip.host}:{sip.port}")
        await talk.hears(COLLEAGUE)
        await colleague.press("hangup")


async def test_a_phones_own_transfer_key_to_the_directory(house: HotlineInstance, seat: Seat) -> None:
    assert isinstance(seat.device, Phone)
    sip = house.settings.sip
    line = lambda: Speaking(EXTERNAL)  # noqa: E731 - a class with its argument
    async with house.carrier.called(hang_up_after_s=4, ear=line), conversation(house, seat) as talk:
        await seat.device.phone.command("transfer", f"sip:*8{CODE}@{sip.host}:{sip.port}")
        await talk.hears(EXTERNAL)
