"""At the door of a queue: hours, expected wait, the seat of last time; and all that without Python."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from ivr import speech
from ivr.ledger.tables import Call, Outcome
from ivr.queues.talk_times import EVERY_S
from tests.dialplan.queues.conftest import Centre, Phone


async def test_closed_is_said_and_a_message_taken(centre: Centre) -> None:
    known = await centre.hotline.known_calls()
    async with centre.hotline.carrier.dial(number=centre.number("day"), hang_up_after_s=13) as call:
        await centre.heard(call, "queue-closed", "message-intro", "beep")
        await centre.end_calls()
    row = await centre.hotline.next_call(known, lambda c: c.ended_at is not None)
    assert "closed" in row.marks
    assert row.queued_at is None, "nobody waited for a person"
    assert [step["step"] for step in row.menu_path] == ["message"]


async def test_closed_with_a_goodbye(centre: Centre) -> None:
    known = await centre.hotline.known_calls()
    async with centre.hotline.carrier.dial(number=centre.number("farewell")) as call:
        await call.over()
        await centre.heard(call, "queue-closed", "goodbye", seconds=1)
    row = await centre.hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (row.hung_up_by, row.menu_path[-1]["step"]) == ("hotline", "goodbye")


async def test_at_night_the_seat_on_duty_answers(centre: Centre, phone: Phone) -> None:
    await phone("1001")
    centre.join("general", "1001")
    known = await centre.hotline.known_calls()
    async with centre.hotline.carrier.dial(number=centre.number("night"), hang_up_after_s=9) as call:
        row = await centre.hotline.next_call(known, lambda c: c.seat_answered_at is not None)
        await centre.heard(call, "queue-night", seconds=1)
    assert (row.queue, row.seat) == ("general", "1001")
    assert "closed" in row.marks


async def test_the_expected_wait_is_said_in_chinese(centre: Centre, phone: Phone) -> None:
    """Talks of late took 100 s, and the only seat is talking: 两分钟, not 二分钟."""
    await _talked(centre, "near", 100)
    await phone("1001")
    centre.join("near", "1001")
    number, known = centre.number("near"), await centre.hotline.known_calls()
    async with centre.hotline.carrier.dial(number=number, caller="13800000022", hang_up_after_s=25):
        await centre.hotline.next_call(known, lambda c: c.seat_answered_at is not None)
        await asyncio.sleep(EVERY_S)  # by then every process has read the ledger again
        async with centre.hotline.carrier.dial(
            number=number, caller="13800000023", hang_up_after_s=15
        ) as waits:
            units = speech.speak("zh_CN", speech.minutes(2))
            await centre.heard(waits, "queue-busy", "queue-expected", *units)


async def _talked(centre: Centre, queue: str, talk_s: float) -> None:
    now = datetime.now(UTC)
    async with centre.hotline.sessions.begin() as session:
        session.add(
            Call(
                id=f"h-{queue}-talked",
                trunk="demo",
                started_at=now - timedelta(minutes=5),
                ended_at=now,
                queue=queue,
                talk_s=talk_s,
                outcome=Outcome.ANSWERED,
            )
        )


async def test_a_repeat_caller_is_put_through_to_the_seat_of_last_time(centre: Centre, phone: Phone) -> None:
    """Both seats are ready and the other has rested longer: leastrecent alone would choose that one."""
    for extension in ("1001", "1002"):
        await phone(extension)
    number, seats = centre.number("ripe"), []
    centre.join("ripe", "1001")
    for turn in range(2):
        known = await centre.hotline.known_calls()
        async with centre.hotline.carrier.dial(
            number=number, caller="13800000031", hang_up_after_s=2.5
        ) as call:
            await call.over()
        row = await centre.hotline.next_call(known, lambda c: c.ended_at is not None)
        seats.append(row.seat)
        assert (row.outcome, row.queue) == ("answered", "ripe"), turn
        assert row.wait_s < 2
        centre.join("ripe", "1002")
    assert seats == ["1001", "1001"]


async def test_a_seat_logs_in_to_the_queues_of_its_skills(centre: Centre, phone: Phone) -> None:
    seat = await phone("1003")
    await seat.log_in()
    lists = {
        name: "PJSIP/1003" in centre.hotline.asterisk(f"queue show q-{name}")
        for name in ("general", "emergency", "english", "dialect", "enterprise")
    }
    assert lists == {
        "general": True,
        "emergency": True,
        "english": True,
        "dialect": False,
        "enterprise": False,
    }
    assert "penalty 1" in centre.hotline.asterisk("queue show q-emergency")
    await seat.dial("*12")
    assert "PJSIP/1003" not in centre.hotline.asterisk("queue show q-english")


async def test_without_python_the_caller_waits_all_the_same(centre: Centre) -> None:
    """Even of a queue that is closed now: the dialplan does not know the calendar, a person is better."""
    centre.hotline.control.stop_part("agi")
    try:
        async with centre.hotline.carrier.dial(number=centre.number("day"), hang_up_after_s=14) as call:
            await centre.heard(call, "queue-wait")
            await centre.until_waiting("day", 1)
    finally:
        centre.hotline.control.start_part("agi")
