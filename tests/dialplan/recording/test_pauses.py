"""A seat pauses the recording: silence on both tracks, as long as before, never longer than allowed."""

from __future__ import annotations

import asyncio

from core.clock import SystemClock
from recorder.capture.gaps import GapBook
from tests.conftest import poll
from tests.dialplan.recording.conftest import PAUSE_S, Studio, now
from tests.seat.voices import CALLER, SEAT

#: From the order to the sound, and what one window of the judge is long.
EDGE_S = 0.5


async def test_a_pause_is_silence_on_both_tracks_and_marked(alone: Studio) -> None:
    async with alone.talking("13911120001") as (call, row):
        await call.hear(1.5)
        began = now(call)
        await alone.pause(True)
        await call.hear(2.4)
        resumed = now(call)
        await alone.pause(False)
        await call.hear(1.8)
        await alone.seat.device.hang_up()
        await call.over()
    said, heard = await alone.tracks(row.id)
    for track in (said, heard):
        assert len(track.silences(began + EDGE_S, resumed - EDGE_S)) >= 6, track.story()
        assert track.strangers([], began + EDGE_S, resumed - EDGE_S) == [], track.story()
    assert said.without(CALLER, 0.4, began - 0.2) == [], said.story()
    assert said.without(CALLER, resumed + EDGE_S, said.seconds - 0.3) == [], said.story()
    assert heard.without(SEAT, resumed + EDGE_S, resumed + 1.6) == [], heard.story()
    assert abs(said.seconds - now(call)) < 0.8 and abs(heard.seconds - said.seconds) < 0.1
    [gap] = (await alone.recording(row.id))["gaps"]
    assert (gap["why"], gap["by"], gap["side"]) == ("bank", "1001", "both")
    assert abs(gap["from_s"] - began) < 1 and abs(gap["to_s"] - resumed) < 1


async def test_with_the_console_gone_it_goes_on_when_it_is_due(alone: Studio) -> None:
    """The part exchange ends it."""
    book = GapBook(alone.hotline.sessions, SystemClock())

    async def is_over() -> bool:
        return not await book.open_gaps()

    async with alone.talking("13911120002") as (call, row):
        began = now(call)
        await alone.pause(True)
        # In a thread: the citizen goes on speaking.
        await asyncio.to_thread(alone.hotline.control.stop_part, "web")
        try:
            await poll(is_over, "the recording goes on", PAUSE_S + 10)
            ended = now(call)
            await call.hear(1.8)
            await alone.seat.device.hang_up()
            await call.over()
        finally:
            await asyncio.to_thread(alone.hotline.control.start_part, "web")
            await alone.until_served()
    said, _ = await alone.tracks(row.id)
    assert said.without(CALLER, ended + EDGE_S, said.seconds - 0.3) == [], said.story()
    silent = len(said.silences(began, ended)) * 0.2
    assert PAUSE_S - 1.5 < silent < PAUSE_S + 3, said.story()


async def test_with_console_and_exchange_gone_the_dialplan_ends_it_with_the_talk(alone: Studio) -> None:
    async with alone.talking("13911120003") as (call, row):
        await call.hear(0.5)
        await alone.pause(True)
        for part in ("web", "exchange"):
            await asyncio.to_thread(alone.hotline.control.stop_part, part)
        try:
            await alone.seat.device.hang_up()
            await call.over()
            length = now(call)
        finally:
            for part in ("exchange", "web"):
                await asyncio.to_thread(alone.hotline.control.start_part, part)
            await alone.until_served()
    said, heard = await alone.tracks(row.id)
    goodbye = alone.hotline.prompt_s("goodbye")
    assert said.without(CALLER, said.seconds - goodbye + EDGE_S, said.seconds - 0.4) == [], said.story()
    assert heard.silences(heard.seconds - goodbye + EDGE_S, heard.seconds - goodbye + 1.0) == []
    assert abs(said.seconds - length) < 0.8, "begun anew in the same files, with nothing cut out"
    assert abs(heard.seconds - said.seconds) < 0.2
    book = GapBook(alone.hotline.sessions, SystemClock())

    async def is_written_down() -> bool:
        return not await book.open_gaps()

    await poll(is_written_down, "the pause is over in the book too")
