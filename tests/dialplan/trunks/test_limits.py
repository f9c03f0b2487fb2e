"""Three pools, three limits: the call too many gets a proper busy, and is counted."""

from __future__ import annotations

from contextlib import AsyncExitStack

from ivr.ledger.tables import Call
from tests.carrier import Carrier, PhoneCall
from tests.dialplan.trunks.conftest import CITY, CITY_LIMIT, IVR_PORTS, SECOND, TrunkInstance

HOLD_S = 7.0


async def _hold(stack: AsyncExitStack, carrier: Carrier, calls: int) -> list[PhoneCall]:
    """So many callers who have heard the hotline speak and stay on the line for HOLD_S."""
    held = [await stack.enter_async_context(carrier.dial(hang_up_after_s=HOLD_S)) for _ in range(calls)]
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
        async with second.dial(hang_up_after_s=1) as call:
            await call.hear(0.5)
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
