"""What is told of a seat is what the switch does with it, through a day's work and through crashes."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import select

from ivr.seats.tables import SeatState
from tests.carrier import PhoneCall
from tests.dialplan.presence.conftest import WRAP_UP_S, Desk
from tests.instance import HotlineInstance
from tests.waiting import poll


async def _ask_for_a_seat(call: PhoneCall) -> None:
    await call.hear(0.3)
    await call.press("0")


async def _history(house: HotlineInstance, since: datetime, least: int) -> list[SeatState]:
    """The seat's rows since then, `least` of them besides ringing: they are written after they are told."""
    query = select(SeatState).where(SeatState.extension == "1001", SeatState.started_at >= since)
    while True:
        async with house.sessions() as session:
            rows = list(await session.scalars(query.order_by(SeatState.id)))
        if len([row for row in rows if row.state != "ringing"]) >= least:
            return rows
        await asyncio.sleep(0.05)


async def test_a_call_and_its_wrap_up(house: HotlineInstance, desk: Desk) -> None:
    await desk.take_phone()
    await desk.ask("log-in", device="phone")
    ready = await desk.becomes("ready", device="phone")
    assert ready["queues"] == ["general", "emergency", "english"]
    assert ready["devices"] == [{"kind": "browser", "reachable": False}, {"kind": "phone", "reachable": True}]
    known = await house.known_calls()
    async with house.carrier.dial(caller="13800000077", hang_up_after_s=4) as call:
        await _ask_for_a_seat(call)
        talking = await desk.becomes("talking")
        await call.over()
    row = await house.next_call(known, lambda c: c.ended_at is not None)
    assert (talking["call"]["call_id"], talking["call"]["queue"]) == (row.id, "general")
    wrapping = await desk.becomes("wrap_up", reason="wrapup")
    end = datetime.fromisoformat(wrapping["until"])
    assert abs((end - datetime.fromisoformat(wrapping["since"])).total_seconds() - WRAP_UP_S) < 0.7
    await desk.ask("wrap-up", extend_s=60)
    longer = await desk.becomes("wrap_up", until=(end + timedelta(seconds=60)).isoformat())
    assert longer["since"] == wrapping["since"]
    await desk.ask("wrap-up/end")
    await desk.becomes("ready")
    rows = await _history(house, datetime.fromisoformat(ready["since"]), 4)
    assert [one.state for one in rows if one.state != "ringing"] == ["ready", "talking", "wrap_up", "ready"]
    assert all(left.ended_at == right.started_at for left, right in pairwise(rows))
    assert {one.account_id for one in rows} == {ready["account_id"]}
    assert next(one.call_id for one in rows if one.state == "talking") == row.id


async def test_a_missed_ring_pauses_until_the_person_is_back(house: HotlineInstance, desk: Desk) -> None:
    await desk.take_phone(answers=False)
    await desk.ask("log-in", device="phone")
    await desk.becomes("ready")
    async with house.carrier.dial(hang_up_after_s=6) as call:
        await _ask_for_a_seat(call)
        await desk.becomes("ringing")
        await desk.becomes("paused", reason="missed")
        await call.over()
    await desk.ask("ready")
    await desk.becomes("ready")


async def test_a_ring_the_caller_cut_short_is_not_missed(house: HotlineInstance, desk: Desk) -> None:
    """The caller's whole patience is five seconds; the seat is there for the last two only."""
    await desk.take_phone(answers=False)
    await desk.ask("log-in", device="phone")
    await desk.ask("pause", reason="rest")
    paused = await desk.becomes("paused", reason="rest")
    assert not paused["over_limit"]
    async with house.carrier.dial(hang_up_after_s=9) as call:
        await _ask_for_a_seat(call)
        await asyncio.sleep(3.5)
        await desk.ask("ready")
        await desk.becomes("ringing")
        await desk.becomes("ready")
        await call.over()
    assert (await desk.now())["state"] == "ready"


async def test_two_devices_are_one_seat(house: HotlineInstance, desk: Desk) -> None:
    """It talks on the telephone: its browser is not rung, though it is the one logged in."""
    await desk.take_phone()
    await desk.browser.start()
    await desk.ask("log-in", device="browser")
    both = [{"kind": "browser", "reachable": True}, {"kind": "phone", "reachable": True}]
    await desk.becomes("ready", device="browser", devices=both)
    own = asyncio.create_task(desk.phone.dial("*90"))
    await desk.becomes("talking", device="browser")
    async with house.carrier.dial(hang_up_after_s=3) as call:
        await _ask_for_a_seat(call)
        await call.over()
    assert desk.browser.rings == 0
    await desk.phone.command("hangup")
    await own
    await desk.phone.log_in()
    await desk.becomes("ready", device="phone")


async def test_a_browser_that_is_gone_gives_way_to_the_telephone(house: HotlineInstance, desk: Desk) -> None:
    await desk.take_phone()
    await desk.browser.start()
    await desk.ask("log-in", device="browser")
    await desk.becomes("ready", device="browser")
    await desk.ask("pause", reason="rest")
    await desk.browser.stop()
    moved = await desk.becomes("paused", device="phone", reason="rest")
    assert moved["queues"] == ["general", "emergency", "english"]
    await desk.ask("ready")
    await desk.browser.start()
    await desk.becomes("ready", device="browser")


async def test_a_seat_without_any_device_is_unreachable(desk: Desk) -> None:
    await desk.browser.start()
    await desk.ask("log-in", device="browser")
    await desk.becomes("ready")
    await desk.browser.stop()
    await desk.becomes("unreachable", device="browser")
    await desk.browser.start()
    await desk.becomes("ready")


async def test_true_again_after_the_exchange_was_away(house: HotlineInstance, desk: Desk) -> None:
    """The call ended meanwhile: the wrap-up comes all the same, and ends."""
    await desk.take_phone()
    await desk.phone.log_in()
    await desk.becomes("ready", device="phone")
    async with house.carrier.dial(hang_up_after_s=4) as call:
        await _ask_for_a_seat(call)
        talking = await desk.becomes("talking")
        await asyncio.to_thread(house.control.stop_part, "exchange")
        await call.over()
    assert (await desk.now())["call"] == talking["call"], "nobody looks"
    await asyncio.to_thread(house.control.start_part, "exchange")
    await desk.becomes("wrap_up")
    await desk.becomes("ready", WRAP_UP_S + 3)


async def test_true_again_after_the_switch_was_started_anew(house: HotlineInstance, desk: Desk) -> None:
    """It remembers who was in which queue, and why paused; the wrap-up's end is remembered by us."""
    await desk.browser.start()
    await desk.ask("log-in", device="browser")
    await desk.ask("pause", reason="meal")
    before = await desk.becomes("paused", reason="meal")
    await desk.browser.stop()
    await asyncio.to_thread(house.control.stop_part, "asterisk")
    await asyncio.to_thread(house.control.start_part, "asterisk")
    await desk.becomes("unreachable", 20.0, reason="meal")
    await poll(lambda: "fully booted" in house.asterisk("core waitfullybooted"), "the switch is there again")
    await desk.browser.start()
    after = await desk.becomes("paused", 20.0, reason="meal", queues=before["queues"])
    assert (after["device"], after["until"]) == ("browser", before["until"])
