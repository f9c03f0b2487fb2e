"""What a seat is doing, read off channels as the switch lists them."""

from __future__ import annotations

from ivr.desk.situation import Situation, State, lost_callers, situation
from ivr.switch.lines import ChannelLine

CALL = "h1-1700000000.5"


def line(
    name: str, place: str, app: str, bridge: str = "", *, unique: str = "x", up: bool = True
) -> ChannelLine:
    context, _, exten = place.partition(",")
    state = "Up" if up else "Ringing"
    return ChannelLine(name, up, bool(bridge), CALL, unique, context, exten, app, bridge, state)


def caller(place: str = "hl-queue,wait", app: str = "Queue", bridge: str = "") -> ChannelLine:
    return line("PJSIP/trunk-demo-00000001", place, app, bridge, unique=CALL)


def seat(place: str = "from-seat,wait", app: str = "AppQueue", bridge: str = "") -> ChannelLine:
    return line("PJSIP/1001w-00000002", place, app, bridge)


def colleague(
    place: str = "from-seat,", app: str = "AppDial", bridge: str = "", up: bool = True
) -> ChannelLine:
    return line("PJSIP/1002-00000003", place, app, bridge, up=up)


def district(
    place: str = "from-trunk,", app: str = "AppDial", bridge: str = "", up: bool = True
) -> ChannelLine:
    return line("PJSIP/trunk-demo-00000004", place, app, bridge, up=up)


def _found(*lines: ChannelLine, extension: str = "1001") -> Situation:
    found = situation(lines, extension)
    assert found is not None
    assert found.call_id == CALL
    return found


def test_nobody_calls() -> None:
    assert situation([], "1001") is None
    assert situation([caller()], "1001") is None


def test_a_seat_that_rings_has_no_call_yet() -> None:
    ringing = line("PJSIP/1001-00000002", "from-seat,", "AppQueue", up=False)
    assert situation([caller(), ringing], "1001") is None


def test_talking_over_a_queue_and_over_a_bridge() -> None:
    assert _found(caller(bridge="b1"), seat(bridge="b1")).state is State.TALKING
    again = caller("hl-join,s", "Bridge", "b2"), seat("hl-desk,wait", "BridgeWait", "b2")
    assert _found(*again).state is State.TALKING


def test_held() -> None:
    found = _found(caller("hl-held,s", "MusicOnHold"), seat("hl-desk,wait", "BridgeWait", "w1"))
    assert (found.state, found.other) == (State.HELD, None)


def test_two_seats_that_hold_are_not_together() -> None:
    other = ChannelLine(
        "PJSIP/1002-7", True, True, "h1-1700000000.9", "y", "hl-desk", "wait", "BridgeWait", "w2"
    )
    found = _found(caller("hl-held,s", "MusicOnHold"), seat("hl-desk,wait", "BridgeWait", "w1"), other)
    assert found.state is State.HELD


def test_asking_somebody_who_rings_then_talks() -> None:
    held, asks = caller("hl-held,consult", "MusicOnHold"), seat("hl-consult,seat", "Dial")
    found = _found(held, asks, colleague(up=False))
    assert found.state is State.CONSULTING
    assert found.other is not None and not found.other.is_up
    talks = held, seat("hl-consult,seat", "Dial", "b3"), colleague(bridge="b3")
    assert _found(*talks).other == talks[2]
    assert _found(*talks, extension="1002").state is State.CONSULTED


def test_somebody_outside_is_never_taken_for_the_caller() -> None:
    held, asks = caller("hl-held,consult", "MusicOnHold"), seat("hl-consult,external", "Dial", "b3")
    for place, app, bridge in [
        ("from-trunk,", "AppDial", "b3"),
        ("hl-aside,s", "BridgeWait", "w9"),
        ("hl-conf,person", "ConfBridge", "c1"),
    ]:
        found = _found(district(place, app, bridge), held, asks)
        assert found.caller == held


def test_alternate() -> None:
    found = _found(
        caller("hl-join,s", "Bridge", "b2"),
        seat("hl-desk,wait", "BridgeWait", "b2"),
        district("hl-aside,s", "BridgeWait", "w9"),
    )
    assert found.state is State.ALTERNATE
    assert found.other is not None and found.other.context == "hl-aside"


def test_conference() -> None:
    three = (
        caller("hl-conf,caller", "ConfBridge", "c1"),
        seat("hl-conf,person", "ConfBridge", "c1"),
        district("hl-conf,person", "ConfBridge", "c1"),
    )
    assert _found(*three).state is State.CONFERENCE


def test_a_call_placed_for_a_seat_has_the_seats_linked_id() -> None:
    """The seat's device was rung first: its channel is the older one."""
    own = ChannelLine("PJSIP/1001-1", True, True, "h1-1.1", "h1-1.1", "hl-desk", "wait", "BridgeWait", "b")
    out = ChannelLine("PJSIP/trunk-demo-2", True, True, "h1-1.1", "h1-2.9", "hl-join", "s", "Bridge", "b")
    found = situation([own, out], "1001")
    assert found is not None
    assert (found.state, found.call_id) == (State.TALKING, "h1-2.9")


def test_callers_whose_seat_broke_off() -> None:
    waiting = caller("hl-held,lost", "MusicOnHold")
    assert lost_callers([waiting, caller("hl-held,s", "MusicOnHold")]) == [waiting]
