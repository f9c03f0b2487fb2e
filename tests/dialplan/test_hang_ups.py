"""The caller hangs up, wherever that may be."""

from __future__ import annotations

import pytest

from tests.instance import HotlineInstance

MOMENTS = {
    "at once": (0.05, "", "hung_up_in_menu"),
    "in the greeting": (1.5, "", "hung_up_in_menu"),
    "in the announcement of the wait": (2.0, "0", "abandoned"),
    "in the queue": (9.0, "0", "abandoned"),
    "in the message's introduction": (2.5, "2", "abandoned"),
    "after a wrong key": (2.5, "7", "hung_up_in_menu"),
}


@pytest.mark.parametrize("moment", MOMENTS)
async def test_hang_up(hotline: HotlineInstance, moment: str) -> None:
    after_s, keys, outcome = MOMENTS[moment]
    known = await hotline.known_calls()
    async with hotline.carrier.dial(hang_up_after_s=after_s) as call:
        if keys:
            await call.hear(0.5)
            await call.press(keys)
        await call.over()
        measured = call.talk_s
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert row.ended_at is not None and row.answered_at is not None
    assert (row.outcome, row.hung_up_by) == (outcome, "caller")
    assert row.queue == ("general" if keys == "0" else "")
    assert abs((row.ended_at - row.answered_at).total_seconds() - measured) < 1
