"""What callers hear while they wait, in which order they are served, and what their keys do."""

from __future__ import annotations

import asyncio

import pytest

from tests.dialplan.queues.conftest import Centre
from tests.waiting import poll


async def test_three_queues_in_which_nobody_answers(centre: Centre) -> None:
    """Side by side, because most of it is listening."""
    async with asyncio.TaskGroup() as queues:
        queues.create_task(_the_place_is_said_in_chinese(centre))
        queues.create_task(_who_waits_long_goes_before_a_higher_priority_that_came_late(centre))
        queues.create_task(_a_full_queue_is_told_and_two_is_a_message(centre))


async def _the_place_is_said_in_chinese(centre: Centre) -> None:
    number, dial = centre.number("near"), centre.hotline.carrier.dial
    async with dial(number=number, hang_up_after_s=40) as first:
        await centre.until_waiting("near", 1)
        async with dial(number=number, hang_up_after_s=40) as second:
            await centre.heard(second, "queue-position", "digits/2", "queue-position-end")
            await centre.heard(first, "queue-position-next")


async def _who_waits_long_goes_before_a_higher_priority_that_came_late(centre: Centre) -> None:
    """Ordinary (0) ages by one a second; one of priority 3, five seconds later, is put behind."""
    dial = centre.hotline.carrier.dial
    async with dial(number=centre.number("ripe"), hang_up_after_s=40) as early:
        [first] = await centre.until_waiting("ripe", 1)
        await early.hear(3)
        async with dial(number=centre.number("ripe", 3), hang_up_after_s=40):
            await centre.until_waiting("ripe", 2)
            await poll(lambda: centre.waiting("ripe")[0] == first, "who came first stands first again", 8)


async def _a_full_queue_is_told_and_two_is_a_message(centre: Centre) -> None:
    number, known = centre.number("small"), await centre.hotline.known_calls()
    dial = centre.hotline.carrier.dial
    async with dial(number=number, caller="13800000041", hang_up_after_s=40) as first:
        await centre.until_waiting("small", 1)
        async with dial(number=number, caller="13800000042", hang_up_after_s=40) as second:
            await centre.heard(second, "queue-full")
            assert len(centre.waiting("small")) == 1
            await first.press("2")
            await centre.heard(first, "message-intro")
            await centre.heard(second, "queue-full", "message-intro")
    row = await centre.hotline.next_call(
        known, lambda c: c.caller == "13800000041" and c.menu_path[-1]["step"] == "message"
    )
    assert row.queue == "small"
    assert [(step["step"], step["key"]) for step in row.menu_path] == [("queue", "2"), ("message", "")]


@pytest.mark.usefixtures("seats")
async def test_emergencies_first_flagged_callers_last(centre: Centre) -> None:
    known, dial = await centre.hotline.known_calls(), centre.hotline.carrier.dial
    async with (
        dial(number=centre.number("ripe", -5), caller="13800000001", hang_up_after_s=40) as flagged,
        dial(number=centre.number("ripe"), caller="13800000002", hang_up_after_s=40) as ordinary,
        dial(number=centre.number("ripe", 10), caller="13800000003", hang_up_after_s=40) as urgent,
    ):
        await asyncio.gather(*(call.hear(0.5) for call in (flagged, ordinary, urgent)))
        await centre.until_waiting("ripe", 3)
        order = await centre.callers("ripe")
        assert order == ["13800000003", "13800000002", "13800000001"]
        centre.join("ripe", "1001")
        row = await centre.hotline.next_call(known, lambda c: c.seat_answered_at is not None)
    assert (row.caller, row.queue, row.seat) == ("13800000003", "ripe", "1001")


@pytest.mark.usefixtures("seats")
async def test_nobody_of_the_queue_is_there_the_next_one_serves(centre: Centre) -> None:
    known = await centre.hotline.known_calls()
    centre.join("general", "1001")
    async with centre.hotline.carrier.dial(number=centre.number("lent"), hang_up_after_s=40):
        row = await centre.hotline.next_call(known, lambda c: c.seat_answered_at is not None)
    assert (row.queue, row.seat) == ("general", "1001")


@pytest.mark.usefixtures("seats")
async def test_a_queue_that_does_not_answer_in_time_hands_on(centre: Centre) -> None:
    """1002 serves it and is on the phone; two seconds later the general queue has the caller."""
    centre.join("lent", "1002")
    dial = centre.hotline.carrier.dial
    async with dial(number=centre.number("lent"), caller="13800000011", hang_up_after_s=40):
        known = await centre.hotline.known_calls()
        await poll(lambda: "In use" in centre.hotline.asterisk("queue show q-lent"), "1002 is talking")
        centre.join("general", "1001")
        async with dial(number=centre.number("lent"), caller="13800000012", hang_up_after_s=40) as call:
            row = await centre.hotline.next_call(
                known, lambda c: c.caller == "13800000012" and c.seat_answered_at is not None
            )
            await centre.heard(call, "queue-busy")
    assert (row.queue, row.seat) == ("general", "1001")
    assert row.wait_s > 2
