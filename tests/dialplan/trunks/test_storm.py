"""A hundred callers a second who hang up at once: before the answer, or as soon as it came."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.carrier import CARRIER
from tests.dialplan.trunks.storm import Manner, Storm
from tests.instance import HotlineInstance

CALLS, A_SECOND = 100, 100
#: Who cancels may be too late: the answer was on its way. Who comes when all lines are taken hears busy.
FINALS: dict[Manner, set[int]] = {"cancel": {487, 200, 486}, "bye": {200, 486}}


@pytest.mark.parametrize("manner", FINALS)
async def test_hang_ups_leave_nothing_behind(
    hotline: HotlineInstance, manner: Manner, poll: Callable[..., Awaitable[None]]
) -> None:
    known = await hotline.known_calls()
    loop = asyncio.get_running_loop()
    _, storm = await loop.create_datagram_endpoint(
        lambda: Storm(hotline.settings, CARRIER, manner), local_addr=(CARRIER, 0)
    )
    async with asyncio.timeout(30):
        await storm.place(CALLS, A_SECOND)
    storm.close()
    finals = {caller.final for caller in storm.callers.values()}
    assert finals <= FINALS[manner], finals

    async def is_idle() -> bool:
        said = await asyncio.to_thread(hotline.asterisk, "core show channels count")
        return "0 active channels" in said

    async def is_written() -> bool:
        new = [row for row in await hotline.calls() if row.id not in known]
        return len(new) == CALLS and all(row.ended_at for row in new)

    await poll(is_idle, "no channel is left")
    await poll(is_written, "every call has a complete row")
    rows = [row for row in await hotline.calls() if row.id not in known]
    assert {row.hung_up_by for row in rows if row.answered_at} <= {"caller"}
    answered = sum(caller.final == 200 for caller in storm.callers.values())
    busy = sum(caller.final == 486 for caller in storm.callers.values())
    assert sum(row.outcome == "busy" for row in rows) == busy
    assert sum(row.answered_at is not None for row in rows) >= answered
    leader = await hotline.log_in("leader")
    health = await hotline.get(leader, "/healthz")
    assert health["status"] == "up"
    await leader.close()
    async with hotline.carrier.dial(hang_up_after_s=0.5) as call:
        await call.over()
