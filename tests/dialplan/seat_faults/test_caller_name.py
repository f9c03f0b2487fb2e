"""A caller's name of 300 characters with markup in it goes nowhere."""

from __future__ import annotations

import json

from tests.dialplan.seat_faults.conftest import conversation
from tests.instance import HotlineInstance
from tests.seat.devices import Phone
from tests.seat.seat import Seat

_MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>${SHELL(id)}&amp;{{7*7}}'--"
NAME = (_MARKUP * 4)[:300]


async def test_the_seat_gets_the_call_and_no_markup(house: HotlineInstance, seat: Seat) -> None:
    assert isinstance(seat.device, Phone) and len(NAME) == 300
    who = f'"{NAME}" <sip:13800001234@127.0.0.2>'
    async with conversation(house, seat, who=who) as talk:
        pop = await seat.get("/seats/me/pop")
        calls = await seat.get("/calls?live=true")
        live = await seat.get("/seats/live")
        await seat.device.hang_up()
    row = await talk.row()
    assert (row.caller, row.outcome) == ("13800001234", "answered")
    assert pop["caller"].endswith("1234")
    for told in (pop, calls, live, row.caller_raw, seat.device.phone.output()):
        text = told if isinstance(told, str) else json.dumps(told)
        assert not any(sign in text for sign in ("<script", "onerror", "SHELL(", "{{7")), text[:500]
