"""What is recorded of hold, consultation and whisper when policy says otherwise than as delivered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from recorder.legs import Side
from recorder.tables import Recording
from tests.conftest import poll
from tests.dialplan.recording.conftest import Studio, now
from tests.seat.judge import Track, archived
from tests.seat.seat import to_seat
from tests.seat.voices import CALLER, COLLEAGUE, SEAT, SUPERVISOR

EDGE_S = 0.6


async def _side(studio: Studio, call_id: str) -> tuple[dict[str, Any], Track, Track]:
    """The one recording beside the call's, once it is there."""

    async def is_there() -> bool:
        sides = (await studio.recording(call_id))["sides"]
        return bool(sides) and sides[0]["audio_url"] is not None

    await studio.tracks(call_id)
    await poll(is_there, "the side recording is archived", 60)
    [side] = (await studio.recording(call_id))["sides"]
    name = f"{call_id}-{side['kind']}-"
    async with studio.hotline.sessions() as session:
        row = await session.scalar(select(Recording).where(Recording.call_id.startswith(name)))
    assert row is not None
    said, heard = (archived(studio.hotline.settings, row, one) for one in Side)
    return side, said, heard


async def test_a_caller_on_hold_is_left_out(alone: Studio) -> None:
    async with alone.talking("13911120011") as (call, row):
        await call.hear(1)
        held = now(call)
        await alone.seat.call("hold")
        await call.hear(2.4)
        resumed = now(call)
        await alone.seat.call("resume")
        await call.hear(1.8)
        await alone.seat.device.hang_up()
        await call.over()
    said, heard = await alone.tracks(row.id)
    for track in (said, heard):
        assert len(track.silences(held + EDGE_S, resumed - 0.2)) >= 6, track.story()
    assert said.without(CALLER, resumed + EDGE_S, said.seconds - 0.3) == [], said.story()
    assert heard.without(SEAT, resumed + EDGE_S, resumed + 1.6) == [], heard.story()
    assert abs(said.seconds - now(call)) < 0.8
    [gap] = (await alone.recording(row.id))["gaps"]
    assert (gap["why"], gap["by"]) == ("hold", "1001")


async def test_a_consultation_is_recorded_apart(alone: Studio) -> None:
    async with alone.talking("13911120012") as (call, row):
        await alone.seat.call("consult", target=to_seat(alone.colleague))
        await alone.colleague.device.talking()
        await call.hear(2.4)
        await alone.seat.call("cancel")
        await alone.colleague.device.idle()
        await call.hear(1.6)
        await alone.seat.device.hang_up()
        await call.over()
    side, said, heard = await _side(alone, row.id)
    assert side["kind"] == "consult" and 0 < side["from_s"] < now(call)
    assert said.seconds_of(SEAT) > 1.4 and said.seconds_of(CALLER) == 0, said.story()
    assert heard.seconds_of(COLLEAGUE) > 1.4 and heard.seconds_of(CALLER) < 0.5, heard.story()
    _, whole = await alone.tracks(row.id)
    apart = side["from_s"] + EDGE_S, side["from_s"] + side["duration_s"] - EDGE_S
    assert whole.strangers([], *apart) == [], whole.story()


async def test_a_whisper_is_recorded_apart_and_listening_is_not(alone: Studio) -> None:
    async with alone.talking("13911120013") as (call, row):
        await alone.leader.ask("/supervision", {"extension": "1001", "mode": "listen"})
        await alone.leader.device.talking()
        await call.hear(0.8)
        async with alone.leader.client.patch("/api/v1/supervision", json={"mode": "whisper"}) as answer:
            assert answer.status == 200, await answer.text()
        await call.hear(2.0)
        async with alone.leader.client.delete("/api/v1/supervision") as answer:
            assert answer.status == 204, await answer.text()
        await call.hear(0.8)
        await alone.seat.device.hang_up()
        await call.over()
    side, said, heard = await _side(alone, row.id)
    assert side["kind"] == "whisper" and side["duration_s"] < 5
    assert said.seconds_of(SUPERVISOR) > 1.2, said.story()
    assert heard.seconds_of(CALLER) > 1.0 and heard.seconds_of(SEAT) > 1.0, heard.story()
    _, whole = await alone.tracks(row.id)
    apart = side["from_s"] + EDGE_S, side["from_s"] + side["duration_s"] - EDGE_S
    assert whole.strangers([SEAT], *apart) == [], whole.story()
