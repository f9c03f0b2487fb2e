"""A seat's calls: its own telephone first, then the citizen's; what is told, and what is left behind."""

from __future__ import annotations

import pytest

from core.errors import ConflictError
from ivr.outbound.dialler import DialResult, OutboundCall
from ivr.outbound.fakes import FakeDialler
from ivr.seat_calls.placing import SeatCall, SeatCalls, of_seat
from ivr.switch.lines import ChannelLine
from tests.waiting import poll
from web.fake_calls import FakeCalls

WANTED = SeatCall("1001", "13800001234")
CALL = "fake-1700000000.900000000"
#: As FakeCalls names the channel of a telephone that answered.
SEAT = "PJSIP/1001-0000000f"


class FakeBook:
    """The list of call-backs with one row; `taken`: somebody else has it."""

    def __init__(self, *, taken: bool = False) -> None:
        self.taken = taken
        self.results: list[tuple[int, str, DialResult]] = []

    async def begin(self, row_id: int, call_id: str) -> bool:
        return not self.taken

    async def dialled(self, row_id: int, call_id: str, result: DialResult) -> None:
        self.results.append((row_id, call_id, result))


class Bench:
    """Everything a seat's call touches, as fakes."""

    def __init__(self, result: DialResult = DialResult.ANSWERED, *, taken: bool = False) -> None:
        self.switch, self.dialler, self.book = FakeCalls(), FakeDialler(result), FakeBook(taken=taken)
        self.switch.devices = {"PJSIP/1001": "NOT_INUSE"}
        self.told: list[str] = []
        self.calls = SeatCalls(
            self.switch, self.dialler, self.book, lambda one: self.told.append(one.state), "12319"
        )

    async def call(self, wanted: SeatCall = WANTED) -> str:
        call_id = await self.calls.start(wanted)
        await self.calls.idle()
        return call_id


async def test_both_answer() -> None:
    bench = Bench()
    assert await bench.call() == CALL
    assert bench.switch.orders == [("ring", "PJSIP/1001", "hl-seat-call", "s", {"HL_PEER": CALL})]
    [dialled] = bench.dialler.dialled
    assert dialled == OutboundCall(
        number="13800001234",
        context="hl-seat-out",
        purpose="seat:1001",
        variables={"HL_PEER": SEAT, "HL_BY": "1001"},
        call_id=CALL,
    )
    assert bench.told == ["ringing_seat", "dialling", "talking"]


@pytest.mark.parametrize(
    ("result", "state", "hears"),
    [
        (DialResult.BUSY, "busy", "busy"),
        (DialResult.NO_ANSWER, "no_answer", "no_answer"),
        (DialResult.FAILED, "failed", "failed"),
        (DialResult.UNKNOWN, "failed", "failed"),
        (DialResult.NO_CHANNEL, "no_channel", "failed"),
    ],
)
async def test_the_seat_is_told_by_a_prompt_and_on_its_screen(
    result: DialResult, state: str, hears: str
) -> None:
    bench = Bench(result)
    await bench.call()
    assert bench.told[-1] == state
    assert bench.switch.orders[-1] == ("redirect", (SEAT, "hl-seat-call", hears))
    last = bench.calls.last("1001")
    assert last is not None and (last.call_id, last.state) == (CALL, state)


async def test_a_seat_that_does_not_answer_costs_the_citizen_nothing() -> None:
    bench = Bench()
    bench.switch.results.append("no_answer")
    await bench.call(SeatCall("1001", "13800001234", callback_id=7))
    assert bench.dialler.dialled == []
    assert bench.told == ["ringing_seat", "seat_no_answer"]
    assert bench.book.results == [(7, CALL, DialResult.NO_CHANNEL)], "no attempt is counted"


async def test_a_seat_that_hangs_up_meanwhile_gives_the_call_up() -> None:
    bench = Bench()
    bench.dialler.result = DialResult.NO_ANSWER
    bench.dialler.hold()
    call_id = await bench.calls.start(WANTED)
    await poll(lambda: bool(bench.dialler.dialled), "the citizen is dialled")
    bench.switch.say("Hangup", uniqueid=of_seat(call_id))
    await poll(lambda: ("hangup", call_id) in bench.switch.orders, "the citizen is hung up on")
    bench.dialler.let_go()
    await bench.calls.idle()
    assert bench.told == ["ringing_seat", "dialling", "cancelled"]


async def test_it_is_cancelled_on_the_screen() -> None:
    bench = Bench()
    bench.dialler.hold()
    call_id = await bench.calls.start(WANTED)
    with pytest.raises(ConflictError):
        await bench.calls.cancel("1002", call_id)
    await poll(lambda: bool(bench.dialler.dialled), "the citizen is dialled")
    bench.dialler.result = DialResult.NO_ANSWER
    await bench.calls.cancel("1001", call_id)
    assert bench.switch.orders[-1] == ("hangup", of_seat(call_id))
    bench.switch.say("Hangup", uniqueid=of_seat(call_id))
    bench.dialler.let_go()
    await bench.calls.idle()
    assert bench.told[-1] == "cancelled"
    with pytest.raises(ConflictError):
        await bench.calls.cancel("1001", call_id)


async def test_who_is_on_the_telephone_calls_nobody() -> None:
    bench = Bench()
    bench.switch.lines_up = [ChannelLine("PJSIP/1001w-00000001", True, True)]
    with pytest.raises(ConflictError):
        await bench.call()
    assert (bench.switch.orders, bench.told) == ([], [])


async def test_a_second_seat_that_takes_the_same_call_back_is_told() -> None:
    bench = Bench(taken=True)
    with pytest.raises(ConflictError, match="他人"):
        await bench.call(SeatCall("1001", "13800001234", callback_id=7))
    assert bench.switch.orders == []


async def test_the_list_of_call_backs_is_told_the_result() -> None:
    bench = Bench(DialResult.BUSY)
    await bench.call(SeatCall("1001", "13800001234", callback_id=7))
    assert bench.book.results == [(7, CALL, DialResult.BUSY)]


async def test_a_switch_that_goes_away_is_told() -> None:
    bench = Bench(DialResult.BUSY)
    bench.dialler.hold()
    await bench.calls.start(SeatCall("1001", "13800001234", callback_id=7))
    await poll(lambda: bool(bench.dialler.dialled), "the citizen is dialled")
    bench.switch.away = True
    bench.dialler.let_go()
    await bench.calls.idle()
    assert bench.told[-1] == "failed"
    assert bench.book.results[0] == (7, CALL, DialResult.BUSY)
