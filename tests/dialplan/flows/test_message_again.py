"""A caller hears the message, records it again and keeps it; or asks for a person instead."""

from __future__ import annotations

import asyncio

from tests.dialplan.flows.callers import tell
from tests.instance import HotlineInstance


async def _again(hotline: HotlineInstance) -> None:
    first, second = hotline.prompt("goodbye"), hotline.prompt("message-thanks")
    async with hotline.carrier.dial(caller="13900000021") as call:
        await call.hear(0.5)
        await call.press("25")  # barges in twice: the tone comes at once
        await call.hear(hotline.prompt_s("beep") + 0.5)
        await call.say(first)
        await call.press("#1")
        await call.hear(len(first) / 8000 + 0.5)
        await call.press("25")
        await call.hear(hotline.prompt_s("beep") + 0.5)
        await call.say(second)
        await call.press("##")
        await call.over()
    told = await tell(hotline, "13900000021", call)
    assert told.heard.count(first[4000:4800]) == 2, "the caller's own words, and the last goodbye"
    assert told.said(second), "the hotline says thank you"
    assert told.row.outcome == "message"
    assert (await hotline.draft_of(told.row.id)).stage == "draft"


async def _person(hotline: HotlineInstance) -> None:
    async with hotline.carrier.dial(caller="13900000022", hang_up_after_s=6) as call:
        await call.hear(0.5)
        await call.press("25")
        await call.hear(hotline.prompt_s("beep") + 0.5)
        await call.say(hotline.prompt("goodbye")[:8000])
        await call.press("0")
        await call.over()
    told = await tell(hotline, "13900000022", call)
    assert told.steps == ["greeting", "message", "queue"]
    assert told.row.queued_at is not None


async def test_hear_it_record_it_again_keep_it_or_want_a_person(hotline: HotlineInstance) -> None:
    await asyncio.gather(_again(hotline), _person(hotline))
