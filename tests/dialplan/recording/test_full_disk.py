"""The disk is full: callers are answered, the board says so, the call says what it lacks; then it goes on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from recorder.tables import Recording
from tests.conftest import poll
from tests.dialplan.recording.conftest import Studio, fill, now
from tests.seat.voices import CALLER, SEAT


async def test_nobody_is_turned_away_and_nothing_is_hidden(alone: Studio) -> None:
    if not alone.has_small_disk:
        pytest.skip("this machine does not let us make a disk of its own")
    spool = alone.hotline.settings.spool_dir

    async def alarm() -> bool:
        board = await alone.leader.get("/board")
        return any(one["kind"] == "disk:full" for one in board["alarms"])

    async def calm() -> bool:
        return not await alarm()

    filler = fill(spool)
    try:
        async with alone.talking("13911120021") as (call, row):
            # Longer than what a recording may lack.
            await call.hear(7)
            await alone.seat.device.hang_up()
            await call.over()
        assert alone.seat.device.phone.heard(), "they talked"
        await poll(alarm, "the board says that the disk is full", 40)
    finally:
        filler.unlink()
    await poll(lambda: _has_recording(alone, row.id), "the call says so", 60)
    found = await alone.recording(row.id)
    assert [gap["why"] for gap in found["gaps"]] == ["missing"], found["state"]
    async with alone.talking("13911120022") as (call, after):
        await call.hear(2)
        await alone.seat.device.hang_up()
        await call.over()
    said, heard = await alone.tracks(after.id)
    assert said.without(CALLER, 0.4, said.seconds - 0.3) == [] and heard.seconds_of(SEAT) > 1
    assert abs(said.seconds - now(call)) < 0.8
    assert (await alone.recording(after.id))["gaps"] == []
    await poll(calm, "the alarm is over", 40)


async def _has_recording(studio: Studio, call_id: str) -> bool:
    async with studio.hotline.sessions() as session:
        row = await session.scalar(select(Recording).where(Recording.call_id == call_id))
    return row is not None and row.state in ("damaged", "verified", "transcribed")
