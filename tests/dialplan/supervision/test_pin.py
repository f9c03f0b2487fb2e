"""A citizen keys in what proves who they are: the seat hears music, the recording nothing of it."""

from __future__ import annotations

import asyncio
from typing import Any

from recorder.legs import Side
from tests.carrier import PhoneCall
from tests.conftest import poll
from tests.dialplan.supervision.conftest import Floor
from tests.seat.judge import Track, archived
from tests.seat.voices import CALLER, SEAT


async def _asked(floor: Floor, call_id: str) -> None:
    """The seat has sent its citizen to key in digits, and waits."""
    case = await floor.hotline.draft_of(call_id)
    await floor.seat.ask("/seats/me/call/menu", {"to": "pin", "case_id": case.id}, status=204)
    await poll(floor.hears_music, "the seat hears music")


async def _keys(call: PhoneCall, keys: str) -> None:
    """They may be pressed while the question is still being asked."""
    await call.hear(0.5)
    await call.press(keys)


async def _tracks(floor: Floor, call_id: str) -> tuple[Track, Track]:
    row = await floor.hotline.recording_of(call_id)
    settings = floor.hotline.settings
    return archived(settings, row, Side.CALLER), archived(settings, row, Side.HOTLINE)


def _muted(track: Track) -> list[float]:
    return track.without(CALLER, 0.4, track.seconds - 0.2)


async def test_the_seat_is_told_the_result_and_nothing_else(floor: Floor) -> None:
    floor.seat.device.fresh()
    async with floor.live() as news, floor.talking("13911110002") as (call, row):
        await _asked(floor, row.id)
        await _keys(call, "9999")
        await _keys(call, "0002")
        assert await _pin(news) == {"type": "pin", "call_id": row.id, "result": "right"}
        await poll(floor.is_joined, "they are together again")
        await call.hear(1.5)
        await floor.seat.device.hang_up()
        await call.over()
    said, _ = await _tracks(floor, row.id)
    muted = _muted(said)
    assert 0.4 < len(muted) * 0.2 < 8, "the keys are not recorded, what follows is"
    assert max(muted) < said.seconds - 2.5, said.story()
    heard = Track(floor.seat.device.phone.heard())
    assert heard.seconds_of(CALLER) > 0.6, heard.story()
    ended = await floor.hotline.next_call(set(), lambda c: c.id == row.id and c.ended_at is not None)
    assert [step["key"] for step in ended.menu_path if step["key"]] == ["0"], "no key is written down"


async def test_the_console_is_gone_when_it_is_over(floor: Floor) -> None:
    """The part exchange opens the recording."""
    floor.seat.device.fresh()
    async with floor.talking("13911110003") as (call, row):
        await _asked(floor, row.id)
        # In a thread: the citizen goes on speaking.
        await asyncio.to_thread(floor.hotline.control.stop_part, "web")
        try:
            await _keys(call, "0003")
            await poll(floor.is_joined, "they are together again")
            await call.hear(1.5)
            await floor.seat.device.hang_up()
            await call.over()
        finally:
            await asyncio.to_thread(floor.hotline.control.start_part, "web")
    said, heard = await _tracks(floor, row.id)
    assert said.without(CALLER, said.seconds - 3.0, said.seconds - 0.4) == [], said.story()
    assert abs(len(call.line.sound) / 8000 - said.seconds) < 1, "as long as the citizen heard us"
    assert abs(heard.seconds - said.seconds) < 0.1
    assert heard.seconds_of(SEAT) > 1, heard.story()
    await floor.until_served()


async def test_a_seat_that_hangs_up_meanwhile_is_rung_again(floor: Floor) -> None:
    floor.seat.device.fresh()
    async with floor.talking("13911110004") as (call, row):
        await _asked(floor, row.id)
        await floor.seat.device.hang_up()
        await poll(floor.seat_is_gone, "the seat is gone")
        await _keys(call, "0004")
        await floor.seat.device.talking()
        await call.hear(0.5)
        await floor.seat.device.hang_up()
        await call.over()
    ended = await floor.hotline.next_call(set(), lambda c: c.id == row.id and c.ended_at is not None)
    assert ended.outcome == "answered"


async def _pin(news: Any) -> Any:
    async with asyncio.timeout(15):
        while (said := await news.receive_json())["type"] != "pin":
            pass
    return said
