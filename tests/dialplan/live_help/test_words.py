"""Live help on a real call: what the caller says stands on the seat's console while the call goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from ivr.prompts.audio import audioop
from tests.instance import HotlineInstance
from tests.softphone import Softphone
from tests.test_tiny_model import CALLERS, VOICES, over_the_line


@pytest.fixture
async def hotline() -> AsyncIterator[HotlineInstance]:
    """One that listens."""
    instance = HotlineInstance({"HOTLINE_LIVE_STREAMS": "1"})
    try:
        await asyncio.to_thread(instance.start)
        yield instance
    finally:
        await instance.close()
        await asyncio.to_thread(instance.stop)
        instance.remove()


async def _until(socket: aiohttp.ClientWebSocketResponse, wanted: Any, seconds: float = 25) -> dict[str, Any]:
    async with asyncio.timeout(seconds):
        while True:
            message: dict[str, Any] = await socket.receive_json()
            if wanted(message):
                return message


def _of_caller(message: dict[str, Any]) -> bool:
    return message["type"] == "help" and message["side"] == "caller"


async def test_the_seat_reads_what_the_caller_says(hotline: HotlineInstance) -> None:
    phone = Softphone(hotline.settings, "1001", await hotline.seat_secret("1001"))
    mine, other = await hotline.log_in("seat1001"), await hotline.log_in("seat1002")
    spoken: bytes = audioop.lin2alaw(over_the_line(CALLERS["lamp"], VOICES[0]), 2)
    known = await hotline.known_calls()
    try:
        await phone.start(b"\xd5" * 8000)
        await phone.log_in()
        async with (
            mine.ws_connect(hotline.base_url + "/api/v1/live") as news,
            other.ws_connect(hotline.base_url + "/api/v1/live") as others,
            hotline.carrier.dial() as call,
        ):
            await call.hear(0.5)
            await call.press("0")
            row = await hotline.next_call(known, lambda c: c.seat_answered_at is not None)
            await call.hear(1.5)
            await call.say(spoken + b"\xd5" * 16000)
            first = await _until(news, _of_caller)
            assert (first["call_id"], "to" in first) == (row.id, False)
            whole = await _until(news, lambda m: _of_caller(m) and m["final"])
            assert "路灯不亮" in whole["text"]
            assert whole["categories"][0]["name"] == "路灯"
            said = await hotline.get(mine, f"/api/v1/live-help/{row.id}")
            assert whole["text"] in [one["text"] for one in said["items"]]
            assert (await hotline.get(mine, "/api/v1/live-help"))["streams"] == 1
            await phone.command("hangup")
            await call.over()
            assert (await _until(news, lambda m: m["type"] == "help_over"))["call_id"] == row.id
            with pytest.raises(TimeoutError):
                await _until(others, lambda m: m["type"] == "help", seconds=0.5)
            assert (await hotline.get(other, f"/api/v1/live-help/{row.id}"))["items"] == []
    finally:
        await phone.stop()
        await mine.close()
        await other.close()
