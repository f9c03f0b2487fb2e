"""What a caller says reaches the leaders' consoles within a minute of hanging up."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import ClientWebSocketResponse

from tests.instance import HotlineInstance

#: Said in the greeting, which the caller of this test plays back; the small test model hears it.
WORD = "市政服务热线"
#: From hang-up to the alert, seconds.
SOON_S = 60.0


async def test_a_keyword_is_told_within_a_minute_of_hanging_up(hotline: HotlineInstance) -> None:
    leader, inspector = await hotline.log_in("leader"), await hotline.log_in("inspector")
    body = {"name": "测试", "words": [WORD], "severity": "high"}
    async with leader, inspector:
        async with leader.post("/api/v1/keyword-lists", json=body) as answer:
            assert answer.status == 201, await answer.text()
            made = await answer.json()
        async with leader.ws_connect("/api/v1/live") as console:
            call_id, ended_at = await _complain(hotline)
            news = await _told(console, call_id)
            heard_at = asyncio.get_running_loop().time()
        assert heard_at - ended_at < SOON_S
        for client in (leader, inspector):
            alerts = (await hotline.get(client, "/api/v1/keyword-alerts"))["items"]
            (alert,) = [one for one in alerts if one["call_id"] == call_id]
            assert (alert["recording_id"], alert["words"]) == (news["recording_id"], [WORD])
            hit = alert["hits"][0]
            assert hit["side"] == "caller"
            assert WORD in "".join(hit["text"][begin:end] for begin, end in hit["marks"])
        found = await hotline.get(leader, f"/api/v1/recordings/search?q={WORD}&keyword={WORD}")
        assert call_id in [one["call_id"] for one in found["items"]]
        async with leader.delete(f"/api/v1/keyword-lists/{made['id']}") as answer:
            assert answer.status < 300


async def _complain(hotline: HotlineInstance) -> tuple[str, float]:
    """Leave a message in which the word is said; the call, and when it ended on this loop's clock."""
    known = await hotline.known_calls()
    async with hotline.carrier.dial(caller="13912345678") as call:
        await call.hear(1)
        await call.press("2")
        await call.hear(hotline.prompt_s("message-intro", "beep") + 0.3)
        await call.say(hotline.prompt("greeting"))
        await call.press("##")
        await call.over()
    ended_at = asyncio.get_running_loop().time()
    row = await hotline.next_call(known, lambda one: one.ended_at is not None)
    return row.id, ended_at


async def _told(console: ClientWebSocketResponse, call_id: str) -> dict[str, Any]:
    """The alert of this call, as the console gets it."""
    async with asyncio.timeout(SOON_S):
        while True:
            message: dict[str, Any] = await console.receive_json()
            if message["type"] == "keyword_alert" and message["call_id"] == call_id:
                return message
