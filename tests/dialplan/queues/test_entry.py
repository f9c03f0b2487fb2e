"""At the door of a queue: hours, expected wait, the seat of last time; and all that without Python."""

from __future__ import annotations

import asyncio

import pytest

from ivr import speech
from tests.dialplan.queues.conftest import Centre
from tests.softphone import Softphone


@pytest.mark.usefixtures("seats")
async def test_closed_is_a_message_a_goodbye_or_the_seat_on_duty(centre: Centre) -> None:
    """Three queues side by side."""
    centre.join("general", "1001")
    async with asyncio.TaskGroup() as queues:
        queues.create_task(_a_message(centre))
        queues.create_task(_a_goodbye(centre))
        queues.create_task(_the_seat_on_duty(centre))


async def _a_message(centre: Centre) -> None:
    known, dial = await centre.hotline.known_calls(), centre.hotline.carrier.dial
    async with dial(number=centre.number("day"), caller="13800000051", hang_up_after_s=40) as call:
        await centre.heard(call, "queue-closed", "message-intro")
    row = await centre.hotline.next_call(known, lambda c: c.caller == "13800000051")
    assert "closed" in row.marks
    assert row.queued_at is None, "nobody waited for a person"
    assert [step["step"] for step in row.menu_path] == ["message"]


async def _a_goodbye(centre: Centre) -> None:
    known, dial = await centre.hotline.known_calls(), centre.hotline.carrier.dial
    async with dial(number=centre.number("farewell"), caller="13800000052") as call:
        await call.over()
        await centre.heard(call, "queue-closed", "goodbye", seconds=1)
    row = await centre.hotline.next_call(known, lambda c: c.caller == "13800000052" and bool(c.ended_at))
    assert (row.hung_up_by, row.menu_path[-1]["step"]) == ("hotline", "goodbye")


async def _the_seat_on_duty(centre: Centre) -> None:
    known, dial = await centre.hotline.known_calls(), centre.hotline.carrier.dial
    async with dial(number=centre.number("night"), caller="13800000053", hang_up_after_s=40) as call:
        row = await centre.hotline.next_call(known, lambda c: c.seat_answered_at is not None)
        await centre.heard(call, "queue-night", seconds=1)
    assert (row.caller, row.queue, row.seat) == ("13800000053", "general", "1001")
    assert "closed" in row.marks


@pytest.mark.usefixtures("seats")
async def test_the_expected_wait_is_said_in_chinese(centre: Centre) -> None:
    """Talks of late took 100 s, and the only seat is talking: 两分钟, not 二分钟."""
    centre.join("dialect", "1001")
    number, known = centre.number("dialect"), await centre.hotline.known_calls()
    dial = centre.hotline.carrier.dial
    async with dial(number=number, caller="13800000022", hang_up_after_s=40):
        await centre.hotline.next_call(known, lambda c: c.seat_answered_at is not None)
        async with dial(number=number, caller="13800000023", hang_up_after_s=40) as waits:
            units = speech.speak("zh_CN", speech.minutes(2))
            await centre.heard(waits, "queue-busy", "queue-expected", *units)


@pytest.mark.usefixtures("seats")
async def test_a_repeat_caller_is_put_through_to_the_seat_of_last_time(centre: Centre) -> None:
    """Both seats are ready and the other has rested longer: leastrecent alone would choose that one."""
    number, seats = centre.number("ripe"), []
    centre.join("ripe", "1001")
    for turn in range(2):
        known = await centre.hotline.known_calls()
        async with centre.hotline.carrier.dial(
            number=number, caller="13800000031", hang_up_after_s=2
        ) as call:
            await call.over()
        row = await centre.hotline.next_call(known, lambda c: c.ended_at is not None)
        seats.append(row.seat)
        assert (row.outcome, row.queue) == ("answered", "ripe"), turn
        assert row.wait_s < 2
        centre.join("ripe", "1002")
    assert seats == ["1001", "1001"]


async def test_a_seat_logs_in_to_the_queues_of_its_skills(centre: Centre) -> None:
    hotline, queues = centre.hotline, ("general", "emergency", "english", "dialect", "enterprise")
    seat = Softphone(hotline.settings, "1003", await hotline.seat_secret("1003"))

    def serves() -> list[str]:
        return [name for name in queues if "PJSIP/1003" in hotline.asterisk(f"queue show q-{name}")]

    try:
        await seat.start(hotline.prompt("message-thanks"))
        await seat.log_in()
        assert serves() == ["general", "emergency", "english"]
        assert "penalty 1" in hotline.asterisk("queue show q-emergency")
        await seat.dial("*12")
        assert serves() == []
    finally:
        await seat.stop()


async def test_without_python_the_caller_waits_all_the_same(centre: Centre) -> None:
    """Even in a queue that is closed now: the dialplan does not know the calendar, a person is better."""
    centre.hotline.control.stop_part("agi")
    try:
        async with centre.hotline.carrier.dial(number=centre.number("day"), hang_up_after_s=40) as call:
            await centre.heard(call, "queue-wait")
            await centre.until_waiting("day", 1)
    finally:
        centre.hotline.control.start_part("agi")
