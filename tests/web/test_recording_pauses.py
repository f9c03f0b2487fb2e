"""A seat pauses its recording: what is written down, what the switch is told, and how long it lasts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ivr.switch.errors import SwitchUnavailableError
from ivr.switch.lines import ChannelLine
from recorder.capture.tables import RecordingGap
from tests.web.world import Client, World
from web.floor import FLOOR

CALL = "h1-100.1"
CITIZEN, SEAT = "PJSIP/trunk-demo-00000001", "PJSIP/1001-00000002"
API = "/api/v1/seats/me/call/recording"


def line(name: str, unique: str, bridge: str = "b", context: str = "hl-queue") -> ChannelLine:
    return ChannelLine(name, True, bool(bridge), CALL, unique, context, "s", "", bridge, "Up")


TALKING = [line(CITIZEN, CALL), line(SEAT, "h1-100.2")]


@pytest.fixture
async def seat(world: World) -> Client:
    """Seat 1001 talks with a citizen."""
    world.switch.lines_up = list(TALKING)
    return await world.client("seat1")


async def _gap(world: World) -> RecordingGap:
    async with world.sessions() as db:
        [row] = await db.scalars(select(RecordingGap))
    return row


async def _say(client: Client, paused: bool) -> dict[str, Any]:
    answer = await client.post(API, json={"paused": paused})
    assert answer.status == 200, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def test_paused_and_resumed_by_the_seat(world: World, seat: Client) -> None:
    said = await _say(seat, True)
    until = world.clock.now() + timedelta(seconds=world.settings.recording.pause_max_s)
    assert said["paused"] and said["until"][:19] == until.isoformat()[:19]
    assert world.switch.orders == [("setvar", CITIZEN, "HL_MUTED", "bank"), ("mute both", CITIZEN, True)]
    assert (await (await seat.get(API)).json())["paused"]
    world.clock.advance(timedelta(seconds=5))
    assert not (await _say(seat, False))["paused"]
    assert world.switch.orders[2:] == [("mute both", CITIZEN, False), ("setvar", CITIZEN, "HL_MUTED", "")]
    row = await _gap(world)
    assert (row.call_id, row.why, row.extension, row.ended_by) == (CALL, "bank", "1001", "seat")
    assert row.ended_at == row.began_at + timedelta(seconds=5)
    assert [entry.subject for entry in await world.audit("recording:paused")] == [f"call:{CALL}"]
    assert [entry.subject for entry in await world.audit("recording:resumed")] == [f"call:{CALL}"]


async def test_pausing_twice_is_one_pause_and_resuming_nothing_does_nothing(
    world: World, seat: Client
) -> None:
    await _say(seat, False)
    assert world.switch.orders == []
    first, second = await _say(seat, True), await _say(seat, True)
    assert first == second
    assert (await _gap(world)).ended_at is None


async def test_it_ends_by_itself(world: World, seat: Client) -> None:
    await _say(seat, True)
    keeper = world.app[FLOOR].pauses
    await keeper.look()
    assert (await _gap(world)).ended_at is None
    world.clock.advance(timedelta(seconds=world.settings.recording.pause_max_s))
    await keeper.look()
    assert world.switch.orders[-2:] == [("mute both", CITIZEN, False), ("setvar", CITIZEN, "HL_MUTED", "")]
    assert (await _gap(world)).ended_by == "limit"
    assert not (await (await seat.get(API)).json())["paused"]


async def test_nothing_is_muted_that_could_not_be_written_down(
    world: World, seat: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("the trail is full")

    monkeypatch.setattr("core.audit.record", broken)
    assert (await seat.post(API, json={"paused": True})).status == 500
    assert world.switch.orders == []


async def test_a_switch_that_is_away_leaves_no_pause_behind(world: World, seat: Client) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise SwitchUnavailableError

    world.switch.mute_recording = refuse  # type: ignore[method-assign]
    assert (await seat.post(API, json={"paused": True})).status == 503
    assert (await _gap(world)).ended_at is not None


async def test_only_who_talks_with_a_citizen_can_pause(world: World, seat: Client) -> None:
    world.switch.lines_up = [line(CITIZEN, CALL, "", "hl-held"), line(SEAT, "h1-100.2", "", "hl-desk")]
    assert (await seat.post(API, json={"paused": True})).status == 409
    world.switch.lines_up = []
    assert (await seat.post(API, json={"paused": True})).status == 409
    assert await world.audit("recording:paused") == []


async def test_gaps_are_on_the_calls_timeline(world: World) -> None:
    call = await world.add_call(seat="1001")
    await world.add_recording(call)
    assert call.answered_at is not None
    at = call.answered_at
    async with world.sessions.begin() as db:
        for began, ended, why in ((20, 22, "missing"), (3, 8, "bank")):
            gap = RecordingGap(call_id=call.id, why=why, extension="1001" if why == "bank" else "")
            gap.began_at, gap.ended_at = at + timedelta(seconds=began), at + timedelta(seconds=ended)
            gap.until_at = at + timedelta(seconds=60)
            db.add(gap)
    found = await (await (await world.client("leader")).get(f"/api/v1/calls/{call.id}")).json()
    assert found["recording"]["gaps"] == [
        {"from_s": 3.0, "to_s": 8.0, "why": "bank", "side": "both", "by": "1001"},
        {"from_s": 20.0, "to_s": 22.0, "why": "missing", "side": "both", "by": ""},
    ]
    assert found["recording"]["sides"] == []
