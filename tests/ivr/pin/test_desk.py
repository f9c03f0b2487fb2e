"""Sending a citizen to key in digits: the recording is muted meanwhile, and never for longer."""

from __future__ import annotations

import pytest

from core.errors import ConflictError
from ivr.pin.desk import PinDesk, PinOver
from ivr.pin.talk import PinResult
from ivr.supervision.plan import Talk
from ivr.switch.errors import SwitchRefusedError
from ivr.switch.lines import ChannelLine
from ivr.switch.steering import Place
from web.fake_calls import FakeCalls

CALL = "h1-100.1"
CITIZEN, SEAT = "PJSIP/trunk-demo-00000001", "PJSIP/1001-00000002"
OPENED = [("mute", CITIZEN, False), ("setvar", CITIZEN, "HL_MUTED", "")]
OPENED = [("mute", CITIZEN, False), ("setvar", CITIZEN, "HL_MUTED", "")]


def _line(name: str, unique: str, context: str, bridge: str) -> ChannelLine:
    return ChannelLine(name, True, bool(bridge), CALL, unique, context, "s", "", bridge, "Up")


def _talk(context: str = "hl-queue", bridge: str = "b") -> Talk:
    return Talk(_line(SEAT, "h1-100.2", "from-seat", bridge), _line(CITIZEN, CALL, context, bridge))


class Bench:
    def __init__(self, switch: FakeCalls | None = None) -> None:
        self.switch = switch or FakeCalls()
        self.told: list[PinOver] = []
        self.desk = PinDesk(self.switch, self.told.append)


async def test_muted_first_then_sent() -> None:
    bench = Bench()
    await bench.desk.begin(_talk(), 42)
    assert bench.switch.orders[0] == ("mute", CITIZEN, True)
    assert bench.switch.orders[-1] == ("redirect", (CITIZEN, "hl-pin", "s"), (SEAT, "hl-pin-wait", "s"))
    assert bench.switch.variables == {
        (CITIZEN, "HL_MUTED"): "pin",
        (CITIZEN, "HL_BY"): "1001",
        (CITIZEN, "HL_PEER"): SEAT,
        (CITIZEN, "HL_PIN_CASE"): "42",
        (SEAT, "HL_PEER"): CITIZEN,
    }


async def test_opened_again_when_the_dialplan_says_so() -> None:
    bench = Bench()
    bench.switch.say(
        "UserEvent", userevent="HotlinePin", channel=CITIZEN, seat="1001", call=CALL, result="right"
    )
    await bench.desk.idle()
    assert bench.told == [PinOver("1001", CALL, PinResult.RIGHT)]
    assert bench.switch.orders == OPENED


async def test_other_events_of_the_dialplan_are_not_ours() -> None:
    bench = Bench()
    bench.switch.say("UserEvent", userevent="HotlineRing", channel=CITIZEN)
    await bench.desk.idle()
    assert (bench.told, bench.switch.orders) == ([], [])


class Refusing(FakeCalls):
    async def redirect(self, *places: Place) -> None:
        raise SwitchRefusedError


async def test_a_citizen_who_cannot_be_sent_is_recorded_on() -> None:
    bench = Bench(Refusing())
    with pytest.raises(SwitchRefusedError):
        await bench.desk.begin(_talk(), 42)
    assert ("mute", CITIZEN, False) in bench.switch.orders


async def test_nobody_is_taken_away_from_hold() -> None:
    bench = Bench()
    with pytest.raises(ConflictError):
        await bench.desk.begin(_talk("hl-held", bridge=""), 42)
    assert bench.switch.orders == []


async def test_the_seat_may_have_its_citizen_back() -> None:
    bench = Bench()
    await bench.desk.cancel(_talk("hl-pin", bridge=""))
    assert bench.switch.orders == [("redirect", (CITIZEN, "hl-pin", "cancelled"))]
    with pytest.raises(ConflictError):
        await bench.desk.cancel(_talk())


async def test_what_ended_while_nobody_listened_is_opened_once_connected() -> None:
    bench = Bench()
    still = ChannelLine("PJSIP/trunk-demo-00000007", True, False, "h1-7.7", "h1-7.7", "hl-pin", "s")
    bench.switch.lines_up = [_talk().citizen, still, _talk().seat]
    bench.switch.connected()
    await bench.desk.idle()
    assert bench.switch.orders == OPENED, "not who keys in digits just now"


async def test_a_pause_of_the_seat_is_left_alone() -> None:
    bench = Bench()
    bench.switch.variables[CITIZEN, "HL_MUTED"] = "bank"
    with pytest.raises(ConflictError):
        await bench.desk.begin(_talk(), 42)
    bench.switch.lines_up = [_talk().citizen]
    bench.switch.connected()
    await bench.desk.idle()
    assert bench.switch.orders == []
