"""The state of a seat from what the switch says, and events that change what is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ivr.seats.calls import SeatCall, Work
from ivr.seats.memory import Memory, News
from ivr.seats.missed import ShortRings
from ivr.seats.model import Member, SeatFacts, SeatLive, state_of
from ivr.switch.lines import QueueLine, SeatLine

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
CALL = SeatCall("h-1.1", "talking", "inbound", "general", NOW)
READY = SeatFacts({"PJSIP/1001": {"general": Member()}}, {"PJSIP/1001": "NOT_INUSE"})


def paused(reason: str) -> SeatFacts:
    return replace(READY, members={"PJSIP/1001": {"general": Member(0, reason)}})


@pytest.mark.parametrize(
    ("facts", "state", "reason"),
    [
        (SeatFacts(), "offline", ""),
        (READY, "ready", ""),
        (replace(READY, devices={}), "unreachable", ""),
        (replace(READY, devices={"PJSIP/1001": "UNAVAILABLE", "PJSIP/1001w": "NOT_INUSE"}), "ready", ""),
        (paused("wrapup"), "wrap_up", "wrapup"),
        (paused("outbound"), "outbound", "outbound"),
        (paused("Auto-Pause"), "paused", "missed"),
        (paused(""), "paused", ""),
        (replace(READY, work=Work(is_busy=True)), "talking", ""),
        (replace(READY, work=Work(supervises=True)), "supervising", ""),
        (replace(paused("rest"), work=Work(CALL)), "talking", "rest"),
        (SeatFacts(work=Work(CALL)), "talking", ""),
        (replace(READY, work=Work(replace(CALL, state="dialling"))), "outbound", ""),
    ],
)
def test_state(facts: SeatFacts, state: str, reason: str) -> None:
    assert state_of("1001", facts) == (state, reason)


def test_there_and_back() -> None:
    seat = SeatLive(
        "1001", "坐席", 3, "talking", NOW, "", "phone", (("browser", False),), ("general",), NOW, False, CALL
    )
    assert SeatLive.from_json(seat.to_json()) == seat


def _member(queue: str = "q-general", **more: str) -> dict[str, str]:
    return {
        "queue": queue,
        "interface": "PJSIP/1001",
        "penalty": "1",
        "paused": "0",
        "pausedreason": "",
    } | more


def test_places_follow_the_events() -> None:
    memory = Memory()
    memory.take([QueueLine("general", (SeatLine("PJSIP/1002", "ready", None, False, 0, 2),), ())], {})
    assert memory.members == {"1002": {"PJSIP/1002": {"general": Member(2)}}}
    assert memory.hear({"event": "QueueMemberAdded"} | _member()) is News.SEATS
    pause = _member(paused="1", pausedreason="rest")
    memory.hear({"event": "QueueMemberPause"} | pause)
    memory.hear({"event": "QueueMemberAdded"} | _member("seat-1001", interface="PJSIP/1001w"))
    facts = memory.facts("1001", Work())
    assert (facts.paused_as, facts.queues) == ("rest", ["general"])
    assert set(facts.members) == {"PJSIP/1001", "PJSIP/1001w"}
    memory.hear({"event": "QueueMemberRemoved"} | _member())
    memory.hear({"event": "QueueMemberRemoved"} | _member("seat-1001", interface="PJSIP/1001w"))
    assert "1001" not in memory.members
    assert memory.hear({"event": "QueueMemberRemoved"} | _member()) is News.SEATS, "told twice"
    stranger = _member(interface="Local/7@anywhere")
    assert memory.hear({"event": "QueueMemberAdded"} | stranger) is News.NOTHING


def test_channels_are_asked_for_only_when_a_telephone_is_used() -> None:
    memory = Memory()

    def device(name: str, state: str) -> News:
        return memory.hear({"event": "DeviceStateChange", "device": name, "state": state})

    assert device("PJSIP/1001", "NOT_INUSE") is News.SEATS
    assert device("PJSIP/1001", "RINGING") is News.CHANNELS
    assert device("PJSIP/1001", "NOT_INUSE") is News.CHANNELS
    assert device("PJSIP/1001", "UNAVAILABLE") is News.SEATS
    assert device("PJSIP/trunk-demo", "INUSE") is News.NOTHING
    assert memory.hear({"event": "Connected"}) is News.ALL


def test_who_was_rung_for_whom() -> None:
    memory = Memory()
    called = {"event": "AgentCalled", "interface": "PJSIP/1001w", "uniqueid": "h-1.1", "queue": "q-general"}
    assert memory.hear(called) is News.CHANNELS
    assert memory.rung["1001"] == ("h-1.1", "general")
    memory.hear(called | {"queue": "seat-1001"})
    assert memory.rung["1001"] == ("h-1.1", ""), "its own queue is none callers asked for"


def test_the_telephone_that_logs_in_is_wanted_from_then_on() -> None:
    memory = Memory()
    assert memory.hear({"event": "UserEvent", "userevent": "HotlineRing", "seat": "1001"}) is News.NOTHING
    memory.hear({"event": "UserEvent", "userevent": "HotlineSeat", "seat": "1001", "device": "1001"})
    assert memory.wishes == {"1001": "phone"}


def test_the_hold_key_until_it_is_let_go_or_the_call_is_over() -> None:
    memory = Memory()
    channel = {"channel": "PJSIP/1001-0000000a"}
    memory.hear({"event": "Hold"} | channel)
    assert memory.holds("1001") and not memory.holds("1002")
    memory.hear({"event": "Unhold"} | channel)
    assert not memory.holds("1001")
    memory.hear({"event": "Hold"} | channel)
    memory.hear({"event": "DeviceStateChange", "device": "PJSIP/1001", "state": "NOT_INUSE"})
    assert not memory.holds("1001")
    assert memory.hear({"event": "Hold", "channel": "PJSIP/trunk-demo-00000001"}) is News.NOTHING


def _ring(ringtime: int) -> dict[str, str]:
    return {
        "event": "AgentRingNoAnswer",
        "interface": "PJSIP/1001",
        "uniqueid": "h-1.1",
        "ringtime": str(ringtime),
    }


def test_a_ring_the_callers_patience_ended_is_not_missed() -> None:
    rings, left = ShortRings(15), {"event": "QueueCallerLeave", "uniqueid": "h-1.1"}
    rings.hear(_ring(2000), 100.0)
    assert (rings.innocent(100.1), rings.due()) == ([], [101.0])
    rings.hear(left, 100.2)
    assert rings.innocent(100.3) == ["1001"]
    assert rings.innocent(100.4) == []
    rings.hear(_ring(15000), 200.0)
    rings.hear(left, 200.1)
    assert rings.innocent(200.2) == [], "rung to the end"
    rings.hear(_ring(2000), 300.0)
    assert rings.innocent(301.0) == [] and rings.due() == [], "declined: the caller waits on"
