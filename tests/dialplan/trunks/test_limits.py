"""Three pools, three limits: the call too many gets a proper busy, and is counted."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from ivr.ledger.tables import Call
from tests.carrier import Carrier, PhoneCall
from tests.dialplan.trunks.conftest import CITY, CITY_LIMIT, IVR_PORTS, SECOND, TrunkInstance
from tests.softphone import Softphone

HOLD_S = 5.0


async def _hold(
    stack: AsyncExitStack, carrier: Carrier, calls: int, seconds: float = HOLD_S
) -> list[PhoneCall]:
    """So many callers who have heard the hotline speak and stay on the line for `seconds`."""
    dials = [carrier.dial(hang_up_after_s=seconds) for _ in range(calls)]
    held = list(await asyncio.gather(*(stack.enter_async_context(one) for one in dials)))
    for call in held:
        await call.hear(0.5)
    return held


async def _busy(hotline: TrunkInstance, carrier: Carrier) -> Call:
    """One more call, refused; its row."""
    known = await hotline.known_calls()
    async with carrier.dial(refused_with=486) as call:
        await call.over(10)
    return await hotline.next_call(known, lambda c: c.outcome == "busy")


async def test_a_full_trunk_says_busy_and_another_does_not(trunked: TrunkInstance) -> None:
    leader = await trunked.log_in("leader")
    before = (await trunked.get(leader, "/api/v1/trunks"))["pools"]["trunk"]["refused_today"]
    city, second = Carrier(trunked.settings, CITY), Carrier(trunked.settings, SECOND)
    async with AsyncExitStack() as stack:
        held = await _hold(stack, city, CITY_LIMIT)
        row = await _busy(trunked, city)
        assert (row.trunk, row.answered_at, row.marks) == ("city", None, ["busy:trunk"])
        async with second.dial(hang_up_after_s=0.5) as call:
            await call.over(10)
        said = await trunked.get(leader, "/api/v1/trunks")
        assert said["pools"]["trunk"]["refused_today"] == before + 1
        [shown] = [one for one in said["items"] if one["name"] == "city"]
        assert (shown["limit"], shown["refused_today"] > 0) == (CITY_LIMIT, True)
        for call in held:
            await call.over()
        async with city.dial(hang_up_after_s=0.5) as call:  # the place is free as soon as it is left
            await call.over(10)
    await leader.close()


async def test_full_ivr_ports_say_busy_though_the_trunks_have_room(trunked: TrunkInstance) -> None:
    async with AsyncExitStack() as stack:
        held = await _hold(stack, Carrier(trunked.settings, CITY), 1)
        held += await _hold(stack, Carrier(trunked.settings, SECOND), IVR_PORTS - 1)
        row = await _busy(trunked, Carrier(trunked.settings, SECOND))
        assert (row.trunk, row.answered_at, row.marks) == ("second", None, ["busy:ivr"])
        for call in held:
            await call.over()


async def test_who_talks_to_a_seat_needs_no_ivr_port(trunked: TrunkInstance) -> None:
    phone = Softphone(trunked.settings, "1001", await trunked.seat_secret("1001"))
    second, known = Carrier(trunked.settings, SECOND), await trunked.known_calls()
    try:
        await phone.start(trunked.prompt("message-thanks"))
        await phone.log_in()
        async with AsyncExitStack() as stack:
            [talking] = await _hold(stack, second, 1, 2 * HOLD_S)
            await talking.press("0")
            await trunked.next_call(known, lambda c: c.seat_answered_at is not None)
            held = await _hold(stack, second, IVR_PORTS)
            row = await _busy(trunked, second)
            assert row.marks == ["busy:ivr"]
            for call in [talking, *held]:
                await call.over()
        await phone.dial("*12")
    finally:
        await phone.stop()
