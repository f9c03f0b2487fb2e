"""Moving callers who wait."""

from __future__ import annotations

import pytest

from core.errors import ConflictError, NotFoundError
from ivr.supervision.waiting import move
from ivr.switch.lines import WaitingCaller
from web.fakes import FakeSwitch

FIRST = WaitingCaller("h1-1.1", 90.0, 12, "PJSIP/trunk-demo-00000001")
SECOND = WaitingCaller("h1-2.2", 10.0, 0, "PJSIP/trunk-demo-00000002")


@pytest.fixture
def switch() -> FakeSwitch:
    switch = FakeSwitch()
    switch.waiting = {"general": (FIRST, SECOND), "english": ()}
    return switch


async def test_to_the_front(switch: FakeSwitch) -> None:
    await move(switch, "general", SECOND.call_id, first=True)
    assert switch.orders == [
        ("setvar", SECOND.channel, "HL_PRIORITY", "13"),
        ("priority", "general", SECOND.channel, 13),
    ]


@pytest.mark.parametrize(("first", "priority"), [(False, []), (True, ["11"])])
async def test_to_another_queue(switch: FakeSwitch, first: bool, priority: list[str]) -> None:
    await move(switch, "general", SECOND.call_id, to="english", first=first)
    assert switch.orders == [
        *(("setvar", SECOND.channel, "HL_PRIORITY", one) for one in priority),
        ("setvar", SECOND.channel, "HL_MOVE_TO", "english"),
        ("withdraw", "general", SECOND.channel, "moved:english"),
    ]


async def test_who_is_not_there_any_more(switch: FakeSwitch) -> None:
    with pytest.raises(ConflictError):
        await move(switch, "english", SECOND.call_id, first=True)
    with pytest.raises(NotFoundError):
        await move(switch, "nowhere", SECOND.call_id, first=True)
    assert switch.orders == []
