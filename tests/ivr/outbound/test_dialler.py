"""The dialler over a switch that answers as told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta

import pytest

from core.clock import FixedClock
from core.settings import Outbound, Settings, Sip
from core.trunks import E1Trunk, SipTrunk
from ivr.outbound.dialler import STALE_S, DialResult, OutboundCall, SwitchDialler
from ivr.outbound.routes import routes
from ivr.switch.ami import SwitchRefusedError, SwitchUnavailableError
from ivr.switch.lines import QueueLine

SETTINGS = Settings.model_construct(sip=Sip(trunk_channels=12), outbound=Outbound(inbound_reserve=10))
CALL = OutboundCall("+8613800001234", "hl-callback", "callback:7", {"HL_CALLBACK_ID": "7"})


class FakeSwitch:
    """Answers every originate with `word`, or raises it."""

    def __init__(self) -> None:
        self.word: str | Exception = "answered"
        self.words: list[str] = []
        self.placed: list[dict[str, object]] = []
        self.in_use: dict[str, str] = {}
        self.rings = asyncio.Semaphore(0)
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def originate(self, channel: str, context: str, **fields: object) -> str:
        self.placed.append({"channel": channel, "context": context, **fields})
        self.rings.release()
        await self.may_answer.wait()
        if isinstance(self.word, Exception):
            raise self.word
        return self.words.pop(0) if self.words else self.word

    async def lines(self) -> tuple[QueueLine, ...]:
        if isinstance(self.word, SwitchUnavailableError):
            raise self.word
        return ()

    async def channels(self) -> Mapping[str, str]:
        return self.in_use


@pytest.fixture
def switch() -> FakeSwitch:
    return FakeSwitch()


@pytest.fixture
def dialler(switch: FakeSwitch, clock: FixedClock) -> SwitchDialler:
    return SwitchDialler(SETTINGS, switch, clock, "h123456")


async def test_a_call_goes_out_on_the_trunk_with_our_number(
    switch: FakeSwitch, dialler: SwitchDialler
) -> None:
    assert await dialler.dial(CALL) is DialResult.ANSWERED
    [placed] = switch.placed
    assert (placed["channel"], placed["context"]) == ("PJSIP/13800001234@trunk-demo", "hl-callback")
    assert (placed["caller_id"], placed["ring_s"]) == ("12319", 30)
    assert placed["variables"] == {
        "HL_DIALLED": "13800001234",
        "GROUP(trunk)": "demo",
        "HL_CALLBACK_ID": "7",
    }
    assert re.fullmatch(r"h123456-[0-9]{10}\.9[0-9]{8}", str(placed["call_id"]))


@pytest.mark.parametrize("word", ["answered", "busy", "no_answer", "failed"])
async def test_what_became_of_it(switch: FakeSwitch, dialler: SwitchDialler, word: str) -> None:
    switch.word = word
    assert await dialler.dial(CALL) == word


@pytest.mark.parametrize("number", ["", "16812345", "12345", "13800001234&PJSIP/1002"])
async def test_a_number_that_is_not_allowed_is_not_dialled(
    switch: FakeSwitch, dialler: SwitchDialler, number: str
) -> None:
    call = OutboundCall(number, "hl-callback", "callback:7")
    assert await dialler.dial(call) is DialResult.REFUSED
    assert not switch.placed


async def test_inbound_calls_keep_their_channels(switch: FakeSwitch, dialler: SwitchDialler) -> None:
    """Twelve channels, ten kept: two calls ring, the third waits for its turn."""
    switch.may_answer.clear()
    async with asyncio.TaskGroup() as group:
        rings = [group.create_task(dialler.dial(CALL)) for _ in range(2)]
        await switch.rings.acquire()
        await switch.rings.acquire()
        assert await dialler.dial(CALL) is DialResult.NO_CHANNEL
        switch.may_answer.set()
    assert [ring.result() for ring in rings] == ["answered", "answered"]
    switch.in_use = {f"PJSIP/trunk-demo-{n:08x}": f"h-{n}" for n in range(2)}
    await dialler.look()
    assert await dialler.dial(CALL) is DialResult.NO_CHANNEL


async def test_a_call_that_is_seen_already_counts_once(switch: FakeSwitch, dialler: SwitchDialler) -> None:
    switch.may_answer.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(dialler.dial(CALL))
        await switch.rings.acquire()
        switch.in_use = {"PJSIP/trunk-demo-00000001": str(switch.placed[0]["call_id"])}
        await dialler.look()
        assert dialler.free_channels() == 1
        switch.may_answer.set()


async def test_nothing_is_free_on_a_switch_that_was_not_looked_at(
    dialler: SwitchDialler, clock: FixedClock
) -> None:
    assert dialler.free_channels() == 0
    await dialler.look()
    assert dialler.free_channels() == 2
    clock.advance(timedelta(seconds=STALE_S + 1))
    assert dialler.free_channels() == 0


async def test_a_switch_that_went_away_may_have_rung_the_phone(
    switch: FakeSwitch, dialler: SwitchDialler
) -> None:
    await dialler.look()
    switch.word = SwitchUnavailableError()
    assert await dialler.dial(CALL) is DialResult.UNKNOWN
    assert len(switch.placed) == 1, "never a second time"


async def test_a_switch_that_is_away_rings_nobody(
    switch: FakeSwitch, dialler: SwitchDialler, clock: FixedClock
) -> None:
    switch.word = SwitchUnavailableError()
    assert await dialler.dial(CALL) is DialResult.NO_CHANNEL
    assert not switch.placed


async def test_a_refusal_of_the_switch_is_a_failure(switch: FakeSwitch, dialler: SwitchDialler) -> None:
    await dialler.look()
    switch.word = SwitchRefusedError("no")
    assert await dialler.dial(CALL) is DialResult.FAILED


async def test_the_next_trunk_is_tried_when_one_fails(switch: FakeSwitch, clock: FixedClock) -> None:
    trunks = {
        "second": SipTrunk(addresses=["192.0.2.2"], order=5),
        "first": SipTrunk(addresses=["192.0.2.1"], order=1),
        "lines": E1Trunk(spans=[1], order=9),
    }
    settings = SETTINGS.model_copy(update={"trunks": trunks})
    channels = [route.channel for route in routes(settings, "13800001234")]
    assert channels == [
        "PJSIP/13800001234@trunk-first",
        "PJSIP/13800001234@trunk-second",
        "DAHDI/g1/13800001234",
    ]
    switch.words = ["failed", "busy"]
    dialler = SwitchDialler(settings, switch, clock, "h123456")
    assert await dialler.dial(CALL) is DialResult.BUSY
    assert [placed["channel"] for placed in switch.placed] == channels[:2]


async def test_a_full_trunk_is_passed_over(switch: FakeSwitch, clock: FixedClock) -> None:
    trunks = {
        "first": SipTrunk(addresses=["192.0.2.1"], order=1, channels=2),
        "second": SipTrunk(addresses=["192.0.2.2"], order=5, channels=20),
    }
    switch.in_use = {f"PJSIP/trunk-first-{n:08x}": f"h-{n}" for n in range(2)}
    dialler = SwitchDialler(SETTINGS.model_copy(update={"trunks": trunks}), switch, clock, "h123456")
    assert await dialler.dial(CALL) is DialResult.ANSWERED
    assert [placed["channel"] for placed in switch.placed] == ["PJSIP/13800001234@trunk-second"]


@pytest.mark.parametrize("number", ["", "12", "13800001234@evil", "1380000,1234", "a" * 11])
def test_no_route_is_made_of_anything_but_digits(number: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        routes(SETTINGS, number)
