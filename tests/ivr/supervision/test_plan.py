"""Who talks with whom, read from the switch's channels."""

from __future__ import annotations

import pytest

from core.errors import ConflictError
from ivr.supervision import plan
from ivr.supervision.devices import device_of
from ivr.switch.lines import ChannelLine

CALL, SPY_ID = "h1-100.1", "h1-101.3"


def line(
    name: str, linked: str = CALL, unique: str = "", context: str = "", bridge: str = "b"
) -> ChannelLine:
    return ChannelLine(name, True, bool(bridge), linked, unique or linked, context, "s", "", bridge, "Up")


CITIZEN = line("PJSIP/trunk-demo-00000001")
SEAT = line("PJSIP/1001w-00000002", unique="h1-100.2")
CONSULTED = line("PJSIP/trunk-demo-00000005", unique="h1-100.5")
LEADER = line("PJSIP/1900-00000003", SPY_ID, context="hl-spy", bridge="")


def test_the_talk_of_a_seat_is_with_the_citizen_and_nobody_else() -> None:
    talk = plan.talk_of([CONSULTED, LEADER, SEAT, CITIZEN], "1001")
    assert (talk.seat, talk.citizen, talk.call_id) == (SEAT, CITIZEN, CALL)
    assert talk.is_together


def test_in_a_call_the_seat_placed_its_own_line_is_the_older_one() -> None:
    citizen = line("PJSIP/trunk-demo-00000001", "h1-99.9-seat", "h1-99.9", "hl-join")
    called_in = line("PJSIP/trunk-demo-00000004", "h1-99.9-seat", "h1-102.4", "from-trunk")
    seat = line("PJSIP/1001-00000002", "h1-99.9-seat", context="hl-desk")
    talk = plan.talk_of([called_in, seat, citizen], "1001")
    assert (talk.citizen, talk.call_id) == (citizen, "h1-99.9")


@pytest.mark.parametrize("lines", [[], [CITIZEN], [SEAT], [SEAT, line("PJSIP/trunk-demo-9", "h1-9.9")]])
def test_a_seat_without_a_citizen_has_no_talk(lines: list[ChannelLine]) -> None:
    with pytest.raises(ConflictError):
        plan.talk_of(lines, "1001")


def test_on_hold_they_are_apart() -> None:
    held = line("PJSIP/trunk-demo-00000001", bridge="", context="hl-held")
    waiting = line("PJSIP/1001-00000002", unique="h1-100.2", bridge="", context="hl-desk")
    assert not plan.talk_of([held, waiting], "1001").is_together


def test_whom_a_leader_listens_with() -> None:
    assert plan.watching([SEAT, LEADER], "1900") is LEADER
    assert plan.watching([SEAT], "1900") is None
    plan.check_free([LEADER], "1900")
    with pytest.raises(ConflictError):
        plan.check_free([SEAT], "1001")


def test_taking_over_moves_both_and_leaves_nobody_alone() -> None:
    talk = plan.talk_of([SEAT, CITIZEN], "1001")
    order = plan.take_over(talk, leader="1900", peer=LEADER.name)
    assert [(p.channel, p.context) for p in order.places] == [
        (CITIZEN.name, "hl-take-over"),
        (SEAT.name, "hl-freed"),
    ]
    assert order.variables[CITIZEN.name] == {"HL_PEER": LEADER.name, "HL_BY": "1900", "HL_TAKEN_FROM": "1001"}
    assert order.variables[LEADER.name] == {"HL_PEER": CITIZEN.name}


@pytest.mark.parametrize(
    ("states", "wanted", "device"),
    [
        ({"PJSIP/1001": "NOT_INUSE", "PJSIP/1001w": "NOT_INUSE"}, "", "PJSIP/1001w"),
        ({"PJSIP/1001": "NOT_INUSE", "PJSIP/1001w": "NOT_INUSE"}, "phone", "PJSIP/1001"),
        ({"PJSIP/1001": "NOT_INUSE", "PJSIP/1001w": "UNAVAILABLE"}, "browser", "PJSIP/1001"),
        ({"PJSIP/1001w": "NOT_INUSE"}, "phone", "PJSIP/1001w"),
    ],
)
def test_the_device_in_use_is_rung_if_it_is_there(states: dict[str, str], wanted: str, device: str) -> None:
    assert device_of(states, "1001", wanted) == device


def test_nobody_is_rung_without_a_device() -> None:
    with pytest.raises(ConflictError):
        device_of({"PJSIP/1001": "UNAVAILABLE"}, "1001")
