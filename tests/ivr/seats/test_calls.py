"""Which call a seat is in, from where its channels stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.seats.calls import Peer, SeatCall, Work, carried_on, work_of
from ivr.switch.lines import ChannelLine

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
CALL = "h-1.1"


def line(name: str, context: str = "from-seat", **more: str) -> ChannelLine:
    state, bridge = more.pop("state", "Up"), more.pop("bridgeid", "")
    rest = {"linkedid": CALL, "uniqueid": name, "application": "AppQueue"} | more
    return ChannelLine(
        name, state == "Up", bool(bridge), context=context, bridgeid=bridge, state=state, **rest
    )


def seat(number: str = "1001", context: str = "from-seat", **more: str) -> ChannelLine:
    return line(f"PJSIP/{number}-0000000a", context, **more)


def citizen(context: str = "hl-queue", **more: str) -> ChannelLine:
    rest = {"uniqueid": CALL, "application": "Queue"} | more
    return line("PJSIP/trunk-demo-00000001", context, **rest)


def work(*lines: ChannelLine, held: bool = False, of: str = "1001") -> Work:
    return work_of(of, lines, held, NOW)


def call(*lines: ChannelLine, held: bool = False, of: str = "1001") -> SeatCall:
    found = work(*lines, held=held, of=of).call
    assert found is not None and found.call_id == CALL
    return found


def test_nothing_and_nobody_else() -> None:
    assert work() == work(citizen()) == Work()
    assert work(seat(application="Playback")) == Work(is_busy=True)
    assert work(seat(context="hl-spy", application="ChanSpy"), citizen()) == Work(supervises=True)


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ([seat(state="Ringing"), citizen()], "ringing"),
        ([seat(bridgeid="b"), citizen(bridgeid="b")], "talking"),
        ([seat(context="hl-desk", bridgeid="w"), citizen("hl-held")], "hold"),
        ([seat(context="hl-consult", application="Dial"), citizen("hl-held")], "consult"),
        ([seat(context="hl-conf", bridgeid="k"), citizen("hl-conf", bridgeid="k")], "conference"),
        ([seat(context="hl-pin-wait"), citizen("hl-pin")], "pin"),
    ],
)
def test_a_call_with_a_citizen(lines: list[ChannelLine], state: str) -> None:
    assert (call(*lines).state, call(*lines).has_citizen) == (state, state not in ("ringing",))


def test_the_telephones_own_hold_key() -> None:
    talking = seat(bridgeid="b"), citizen(bridgeid="b")
    assert call(*talking, held=True).state == "hold"
    assert call(seat(state="Ringing"), citizen(), held=True).state == "ringing"


def test_consulting_and_being_consulted() -> None:
    lines = (
        seat(context="hl-consult", application="Dial", bridgeid="t"),
        seat("1002", bridgeid="t", application="AppDial"),
        citizen("hl-held"),
    )
    asking, asked = call(*lines), call(*lines, of="1002")
    assert (asking.state, asking.peer) == ("consult", Peer("seat", "1002", "1002", "talking"))
    assert (asked.state, asked.peer) == ("talking", Peer("seat", "1001", "1001", "talking"))
    assert asking.has_citizen and not asked.has_citizen
    rung = replace(lines[1], bridgeid="", is_bridged=False, is_up=False, state="Ringing")
    asking = call(replace(lines[0], bridgeid=""), rung, lines[2])
    assert asking.peer == Peer("seat", "1002", "1002", "ringing")


def test_somebody_outside_who_is_consulted_is_not_the_citizen() -> None:
    outside = line("PJSIP/trunk-demo-00000009", "from-trunk", bridgeid="t", application="AppDial")
    asking = call(seat(context="hl-consult", application="Dial", bridgeid="t"), outside, citizen("hl-held"))
    assert (asking.state, asking.peer) == ("consult", Peer("external", "", "外线", "talking"))


def test_two_seats_without_a_citizen() -> None:
    found = work(seat(linkedid="h-2.1", bridgeid="b"), seat("1002", linkedid="h-2.1", bridgeid="b")).call
    assert found is not None and found.peer == Peer("seat", "1002", "1002", "talking")
    assert not found.has_citizen


def test_a_call_the_seat_makes_stays_outbound() -> None:
    dialling = work(seat(context="hl-seat-call", linkedid="h-2.1", application="Wait")).call
    assert dialling is not None and (dialling.state, dialling.direction) == ("dialling", "outbound")
    talking = call(seat(context="hl-desk", bridgeid="b"), citizen("hl-join", bridgeid="b"))
    first = carried_on(talking, dialling, "")
    assert (first.state, first.direction) == ("talking", "outbound")
    held = call(seat(context="hl-desk"), citizen("hl-held"))
    assert carried_on(held, first, "").direction == "outbound"


def test_what_was_known_is_carried_on() -> None:
    ringing = carried_on(call(seat(state="Ringing"), citizen()), None, "general")
    assert ringing.queue == "general"
    later = work_of(
        "1001", [seat(bridgeid="b"), citizen(bridgeid="b")], False, NOW + timedelta(seconds=4)
    ).call
    assert later is not None
    talking = carried_on(later, ringing, "")
    assert (talking.queue, talking.since) == ("general", NOW + timedelta(seconds=4))
    assert carried_on(replace(later, since=NOW + timedelta(seconds=9)), talking, "").since == talking.since
    assert carried_on(replace(later, call_id="h-9.9"), talking, "").queue == ""


def test_there_and_back() -> None:
    told = replace(call(seat(bridgeid="b"), citizen(bridgeid="b")), queue="general")
    assert SeatCall.from_json(told.to_json()) == told
