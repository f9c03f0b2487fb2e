"""A seat is gone in mid-call without a word: its caller is told, waits a moment, and talks to another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from ivr.ledger import legs_queries
from ivr.reconciliation import queue_log
from ivr.reconciliation.reconcile import reconcile_call
from tests.browser.desk.driver import chromium
from tests.dialplan.seat_faults.conftest import conversation
from tests.instance import HotlineInstance
from tests.seat.browser import Desk
from tests.seat.devices import Device, Phone
from tests.seat.seat import Seat
from tests.seat.voices import COLLEAGUE, SEAT
from tests.waiting import poll


@pytest.fixture(params=["phone", "browser"])
async def mortal(house: HotlineInstance, request: pytest.FixtureRequest) -> AsyncIterator[Seat]:
    """Seat 1001 at work on either sort of device."""
    async with AsyncExitStack() as stack:
        device: Device = Phone(SEAT)
        if request.param == "browser":
            device = Desk(await stack.enter_async_context(chromium(house.settings, SEAT.alaw(1))), SEAT)
        seat = Seat(house, "1001", device)
        stack.push_async_callback(seat.end)
        await seat.begin()
        await seat.ask("/seats/me/log-in", {"device": device.kind})
        yield seat
        house.asterisk("channel", "request", "hangup", "all")
        await seat.ask("/seats/me/log-out")


async def test_network_gone_or_lid_closed_in_mid_call(
    house: HotlineInstance, mortal: Seat, colleague: Seat
) -> None:
    assert isinstance(colleague.device, Phone)
    async with conversation(house, mortal) as talk:
        await mortal.device.kill()
        await colleague.ask("/seats/me/log-in", {"device": "phone"})
        # The line is silent for a while, then the seat is waited for; a busy machine adds to both.
        await poll(lambda: "Call established" in colleague.device.phone.output(), "another seat answers", 60)
        await talk.hears(COLLEAGUE)
        await colleague.press("hangup")
    row = await talk.row()
    # The line that broke is not believed to break again: the second seat's hang-up ends the call.
    assert (row.outcome, row.seat, row.handed_to) == ("answered", "1001", ["1002"])
    async with house.sessions() as session:
        legs = await legs_queries.legs_of(session, row.id)
    told = [(leg.holder_kind, leg.holder, leg.state, leg.why) for leg in legs.call]
    lost = [at for at, leg in enumerate(told) if leg == ("seat", "1001", "hold", "lost")]
    taken = [at for at, leg in enumerate(told) if leg[:3] == ("seat", "1002", "talk")]
    waits = [at for at, leg in enumerate(told) if leg[:3] == ("queue", "general", "wait")]
    assert lost and taken and lost[0] < waits[-1] < taken[0], told
    report = await reconcile_call(house.sessions, queue_log.path(house.settings), row.id)
    assert (report.difference_s, report.difference_calls) == (0, 0), report.differences
