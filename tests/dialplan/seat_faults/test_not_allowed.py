"""A seat cannot put a caller through to a number nobody allowed."""

from __future__ import annotations

import asyncio

from tests.dialplan.seat_faults.conftest import conversation
from tests.instance import HotlineInstance
from tests.seat.seat import Seat
from tests.seat.voices import SEAT

#: A premium-rate number, a foreign one, the hotline itself, injections, and nothing at all.
NUMBERS = [
    "16812345678",
    "0014155550100",
    "12319",
    "84301234@10.0.0.1",
    "1\r\nAction: Logoff",
    "1,hl-spy",
    "",
]


async def test_the_console_is_refused_and_the_talk_goes_on(house: HotlineInstance, seat: Seat) -> None:
    async with conversation(house, seat) as talk:
        for number in NUMBERS:
            for verb in ("transfer", "consult"):
                body = {"target": {"kind": "number", "value": number}}
                answer = await seat.call(verb, status=422, **body)
                assert answer["error"]["code"] in ("number_not_allowed", "invalid"), answer
        await asyncio.sleep(1)
        await talk.hears(SEAT)
        await seat.device.hang_up()
    row = await talk.row()
    assert (row.outcome, row.seat, row.forwarded_to) == ("answered", "1001", "")
