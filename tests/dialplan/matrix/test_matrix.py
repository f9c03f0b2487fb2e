"""Transfers lose no time and no sound: every way a call changes hands.

Each test looks at one side of the same calls: what the test did is in the story's diary, what the house wrote
down in the evidence, and the carrier's own measure comes from SIPp.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ivr.ledger.legs import LegOfCall, LegOfSeat
from ivr.prompts.audio import audioop
from tests.dialplan.matrix.conftest import Tell
from tests.dialplan.matrix.scenarios import SCENARIOS
from tests.seat.diary import NEAR, caller_missing, gaps
from tests.seat.judge import Track

#: From the answer to the first packet recorded, and from the last one to the hang-up; more on a busy machine.
EDGES_S = 0.6
#: Windows of 0.2 s in which a voice may break off: a busy machine loses packets on their way to the switch.
LOST_PACKETS = 1
pytestmark = [pytest.mark.parametrize("kind", ["phone"]), pytest.mark.parametrize("name", SCENARIOS)]


async def test_each_second_has_the_right_holder(tell: Tell, name: str, kind: str) -> None:
    story, found = await tell(name, kind)
    assert found.call.ended_at is not None
    assert gaps(found.legs, found.call.started_at, found.call.ended_at) == []
    assert story.diary.wrong_holders(found.legs) == [], _legs(found.legs)


async def test_each_seat_was_there_when_it_was(tell: Tell, name: str, kind: str) -> None:
    story, found = await tell(name, kind)
    assert story.diary.wrong_seats(found.seat_legs) == [], _seats(found.seat_legs)
    near = NEAR.total_seconds()
    for seat in {seat for turn in story.diary.turns for seat in turn.seats}:
        mine = [leg for leg in found.seat_legs if leg.seat == seat and leg.role == "owner"]
        for state in ("talk", "hold", "consult"):
            counted = sum(getattr(leg, f"{state}_s") for leg in mine)
            assert abs(counted - story.diary.seconds("seat", seat, state)) < 2 * near, (seat, state)
    for leg in found.seat_legs:
        parts = (
            leg.ring_s,
            leg.talk_s,
            leg.hold_s,
            leg.consult_s,
            leg.conference_s,
            leg.supervise_s,
            leg.idle_s,
        )
        assert sum(parts) == pytest.approx((leg.ended_at - leg.ring_at).total_seconds(), abs=0.01)


async def test_the_queue_counts_it_once_and_right(tell: Tell, name: str, kind: str) -> None:
    story, found = await tell(name, kind)
    call, near = found.call, NEAR.total_seconds()
    assert (call.outcome, call.queue, call.seat) == ("answered", story.queue, story.first_seat)
    assert abs(call.wait_s - story.diary.seconds("queue", story.queue, "wait")) < near
    assert call.hung_up_by in (story.hung_up_by, "")


async def test_no_second_is_missing_on_either_track(tell: Tell, name: str, kind: str) -> None:
    """Silence where somebody speaks fails (one window of 0.2 s is allowed).

    The citizen's voice may be torn, with sound still there, for less than half a second in the whole call:
    packets that a busy machine brought late, at a change of hands and at other times.
    """
    story, found = await tell(name, kind)
    assert found.recorded_s == pytest.approx(found.talk_s, abs=EDGES_S)
    assert found.caller.seconds == pytest.approx(found.hotline.seconds, abs=0.1)
    assert found.caller.seconds == pytest.approx(found.talk_s, abs=EDGES_S)
    assert found.call.answered_at is not None
    missing = await asyncio.to_thread(caller_missing, found.caller)
    assert len(missing) <= LOST_PACKETS, (missing, found.caller.story())
    wrong = await asyncio.to_thread(story.diary.wrong_sounds, found.hotline, found.call.answered_at)
    assert len(wrong) <= LOST_PACKETS, (wrong, found.hotline.story())


async def test_the_recording_is_what_the_caller_heard(tell: Tell, name: str, kind: str) -> None:
    story, found = await tell(name, kind)
    heard = Track(audioop.alaw2lin(story.ear, 2))
    voices = {voice for turn in story.diary.turns for voice in turn.heard or ()}
    for voice in voices:
        assert abs(heard.seconds_of(voice) - found.hotline.seconds_of(voice)) < 0.7, voice.name


async def test_asterisks_own_log_agrees(tell: Tell, name: str, kind: str) -> None:
    _, found = await tell(name, kind)
    assert found.report.entries > 0
    assert (found.report.difference_s, found.report.difference_calls) == (0, 0), found.report.differences


async def test_the_carrier_measured_the_same(tell: Tell, name: str, kind: str) -> None:
    story, found = await tell(name, kind)
    assert found.talk_s == pytest.approx(story.measured_s, abs=1)
    if story.outside_s is not None:
        written = [leg for leg in found.legs if leg.holder_kind == "external" and leg.state != "ring"]
        assert written, _legs(found.legs)


def _legs(legs: Sequence[LegOfCall]) -> str:
    rows = (f"{leg.started_at:%T.%f} {leg.holder_kind} {leg.holder} {leg.state} {leg.why}" for leg in legs)
    return "\n".join(rows)


def _seats(legs: Sequence[LegOfSeat]) -> str:
    return "\n".join(f"{leg.started_at} {leg.ended_at} {leg.seat} {leg.role}" for leg in legs)
