"""The same product on PostgreSQL: a message becomes recording, transcript and draft there too."""

from __future__ import annotations

import asyncio

from tests.instance import HotlineInstance


async def test_whole_path_on_postgresql(empty_postgresql: str) -> None:
    hotline = HotlineInstance({"HOTLINE_DATABASE_URL": empty_postgresql})
    await asyncio.to_thread(hotline.start)
    try:
        assert not (hotline.state / "hotline.db").exists()
        async with hotline.carrier.dial(caller="13600001111") as call:
            await call.hear(0.5)
            await call.press("2")
            await call.hear(hotline.prompt_s("message-intro", "beep") + 0.3)
            await call.say(hotline.prompt("greeting"))
            await call.press("##")
            await call.over()
        row = await hotline.next_call(set(), lambda c: c.ended_at is not None)
        assert (row.outcome, row.caller) == ("message", "13600001111")
        await hotline.recording_of(row.id)
        case = await hotline.described_draft_of(row.id)
        assert "市政服务热线" in case.description
    finally:
        await asyncio.to_thread(hotline.stop)
        await hotline.close()
        hotline.remove()
