"""What callers hear while they wait, in which order they are served, and what their keys do."""

from __future__ import annotations

from tests.dialplan.queues.conftest import Centre, Phone
from tests.waiting import poll


async def test_the_place_is_said_in_chinese(centre: Centre) -> None:
    number = centre.number("near")
    async with centre.hotline.carrier.dial(number=number, hang_up_after_s=14) as first:
        await first.hear(0.2)
        await centre.until_waiting("near", 1)
        async with centre.hotline.carrier.dial(number=number, hang_up_after_s=14) as second:
            await centre.heard(second, "queue-position", "digits/2", "queue-position-end")
            await centre.heard(first, "queue-position-next")


async def test_an_emergency_goes_before_who_came_earlier(centre: Centre, phone: Phone) -> None:
    seat, known = await phone("1001"), await centre.hotline.known_calls()
    dial = centre.hotline.carrier.dial
    async with dial(number=centre.number("near"), caller="13800000001", hang_up_after_s=14) as early:
        await early.hear(0.2)
        await centre.until_waiting("near", 1)
        urgent = centre.number("near", 10)
        async with dial(number=urgent, caller="13800000002", hang_up_after_s=12) as call:
            await call.hear(0.2)
            await centre.until_waiting("near", 2)
            centre.join("near", "1001")
            answered = await centre.hotline.next_call(known, lambda c: c.seat_answered_at is not None)
            assert answered.caller == "13800000002"
            await seat.command("hangup")
    assert (answered.queue, answered.seat) == ("near", "1001")


async def test_who_waits_long_goes_before_a_higher_priority_that_came_late(centre: Centre) -> None:
    """Ordinary (0) ages by one a second; a caller of priority 3 who comes six seconds later stands behind."""
    dial = centre.hotline.carrier.dial
    async with dial(number=centre.number("ripe"), hang_up_after_s=14) as early:
        await early.hear(0.2)
        [first] = await centre.until_waiting("ripe", 1)
        await early.hear(6)
        async with dial(number=centre.number("ripe", 3), hang_up_after_s=8) as late:
            await late.hear(0.2)
            await centre.until_waiting("ripe", 2)
            await poll(lambda: centre.waiting("ripe")[0] == first, "who came first stands first again", 5)


async def test_a_flagged_caller_stands_behind(centre: Centre) -> None:
    dial = centre.hotline.carrier.dial
    async with dial(number=centre.number("near", -5), hang_up_after_s=8) as flagged:
        await flagged.hear(0.2)
        [slow] = await centre.until_waiting("near", 1)
        async with dial(number=centre.number("near"), hang_up_after_s=6) as ordinary:
            await ordinary.hear(0.2)
            assert (await centre.until_waiting("near", 2))[1] == slow


async def test_two_while_waiting_is_a_message(centre: Centre) -> None:
    known = await centre.hotline.known_calls()
    async with centre.hotline.carrier.dial(number=centre.number("small"), hang_up_after_s=14) as call:
        await call.hear(0.2)
        await centre.until_waiting("small", 1)
        await call.press("2")
        await centre.heard(call, "message-intro", "beep")
        await centre.end_calls()
    row = await centre.hotline.next_call(known, lambda c: c.ended_at is not None)
    assert row.queue == "small"
    assert [step["step"] for step in row.menu_path][:2] == ["queue", "message"]


async def test_a_full_queue_is_told_and_a_message_taken(centre: Centre) -> None:
    number = centre.number("small")
    async with centre.hotline.carrier.dial(number=number, hang_up_after_s=16) as first:
        await first.hear(0.2)
        await centre.until_waiting("small", 1)
        async with centre.hotline.carrier.dial(number=number, hang_up_after_s=14) as second:
            await centre.heard(second, "queue-full", "message-intro", "beep")
        assert len(centre.waiting("small")) == 1


async def test_nobody_of_the_queue_is_there_the_next_one_serves(centre: Centre, phone: Phone) -> None:
    await phone("1001")
    known = await centre.hotline.known_calls()
    centre.join("general", "1001")
    async with centre.hotline.carrier.dial(number=centre.number("lent"), hang_up_after_s=8):
        row = await centre.hotline.next_call(known, lambda c: c.seat_answered_at is not None)
    assert (row.queue, row.seat) == ("general", "1001")


async def test_a_queue_that_does_not_answer_in_time_hands_on(centre: Centre, phone: Phone) -> None:
    """1002 serves it and is on the phone; two seconds later the general queue has the caller."""
    for extension in ("1001", "1002"):
        await phone(extension)
    centre.join("lent", "1002")
    dial = centre.hotline.carrier.dial
    async with dial(number=centre.number("lent"), caller="13800000011", hang_up_after_s=20) as busy:
        known = await centre.hotline.known_calls()
        await busy.hear(0.5)
        await poll(lambda: "In use" in centre.hotline.asterisk("queue show q-lent"), "1002 is talking")
        centre.join("general", "1001")
        async with dial(number=centre.number("lent"), caller="13800000012", hang_up_after_s=16) as call:
            row = await centre.hotline.next_call(
                known, lambda c: c.caller == "13800000012" and c.seat_answered_at is not None
            )
            await centre.heard(call, "queue-busy")
    assert (row.queue, row.seat) == ("general", "1001")
    assert row.wait_s > 2
