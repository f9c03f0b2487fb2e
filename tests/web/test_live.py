"""The live feed: who may listen, what is told to whom, slow consoles, and a real bus through an outage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from core.bus import Bus
from core.events import CallChanged, CaseEdited, CaseOpened, HelpRequested, RecordingReady, TranscriptReady
from tests.conftest import RedisServer, poll
from tests.web.schema import mistakes
from tests.web.world import CALLER, World
from web.api.masking import Viewer
from web.api.openapi import document
from web.api.table import GROUPS
from web.live import socket
from web.live.hub import LAG, Hub, Listener
from web.live.news import TranscriptNews
from web.live.socket import HUB, LOGGED_OUT

LIVE = "/api/v1/live"


@pytest.fixture
async def live(world: World) -> AsyncIterator[World]:
    """A world whose hub runs."""
    running = asyncio.create_task(world.app[HUB].run())
    await asyncio.sleep(0)
    yield world
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def _listen(world: World, username: str) -> ClientWebSocketResponse:
    return await (await world.client(username)).ws_connect(LIVE)


async def _told(listening: ClientWebSocketResponse) -> dict[str, Any]:
    """Within the second the console is promised."""
    message: dict[str, Any] = await listening.receive_json(timeout=1)
    return message


async def test_a_call_in_progress_appears_and_is_masked_for_each(live: World) -> None:
    leader, seat = await _listen(live, "leader"), await _listen(live, "seat1")
    call = await live.add_call(seat="1002", ended_at=None)
    await live.bus.publish(CallChanged(at=live.clock.now(), call_id=call.id, ended=False))
    whole, masked = await _told(leader), await _told(seat)
    assert (whole["type"], whole["call"]["id"], whole["call"]["caller"]) == ("call", call.id, CALLER)
    assert masked["call"]["caller"] == "138****1234"
    schemas = document(GROUPS)
    assert mistakes(whole["call"], schemas["components"]["schemas"]["CallSummary"], schemas) == []


async def test_a_case_appears_and_its_call_learns_of_it(live: World) -> None:
    listening = await _listen(live, "seat1")
    call = await live.add_call(seat="1001")
    case = await live.add_case(call)
    at = live.clock.now()
    await live.bus.publish(CaseOpened(at=at, case_id=case.id, call_id=call.id))
    told = [await _told(listening), await _told(listening)]
    assert [one["type"] for one in told] == ["case", "call"]
    assert (told[0]["case"]["id"], told[1]["call"]["case_id"]) == (case.id, case.id)
    await live.bus.publish(CaseEdited(at=at, case_id=case.id))
    assert (await _told(listening))["type"] == "case"


async def test_recordings_transcripts_and_what_is_nobodys_business(live: World) -> None:
    listening = await _listen(live, "seat1")
    at = live.clock.now()
    await live.bus.publish(HelpRequested(at=at, call_id="a"))
    await live.bus.publish(CallChanged(at=at, call_id="gone", ended=True))
    await live.bus.publish(RecordingReady(at=at, call_id="a", recording_id=1))
    await live.bus.publish(TranscriptReady(at=at, call_id="a", recording_id=1))
    assert await _told(listening) == {"type": "recording", "call_id": "a"}
    assert await _told(listening) == {"type": "transcript", "call_id": "a"}


async def test_an_event_that_breaks_does_not_end_the_feed(
    live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening = await _listen(live, "seat1")

    broke = asyncio.Event()

    async def broken(*_: object) -> None:
        broke.set()
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("web.live.hub.tell", broken)
        await live.bus.publish(RecordingReady(at=live.clock.now(), call_id="lost", recording_id=1))
        await asyncio.wait_for(broke.wait(), 2)
    await live.bus.publish(RecordingReady(at=live.clock.now(), call_id="b", recording_id=2))
    assert (await _told(listening))["call_id"] == "b"


@pytest.mark.parametrize(
    ("username", "origin", "status"), [("", None, 401), ("seat1", "http://evil.example", 403)]
)
async def test_who_may_not_listen(live: World, username: str, origin: str | None, status: int) -> None:
    client = await live.client(username)
    with pytest.raises(WSServerHandshakeError) as refused:
        await client.ws_connect(LIVE, origin=origin)
    assert refused.value.status == status


async def test_what_a_client_says_is_ignored_and_too_much_ends_it(live: World) -> None:
    listening = await _listen(live, "seat1")
    await listening.send_str("hello")
    await live.bus.publish(RecordingReady(at=live.clock.now(), call_id="a", recording_id=1))
    assert (await _told(listening))["call_id"] == "a"
    await listening.send_str("x" * 100_000)
    assert (await listening.receive(timeout=2)).type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR)


async def test_logging_out_ends_the_feed(live: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "PING_S", 0.05)
    client = await live.client("seat1")
    listening = await client.ws_connect(LIVE)
    assert (await client.delete("/api/v1/session")).status == 204
    closed = await listening.receive(timeout=2)
    assert (closed.type, closed.data) == (WSMsgType.CLOSE, LOGGED_OUT)


async def test_pings_are_sent(live: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "PING_S", 0.05)
    listening = await (await live.client("seat1")).ws_connect(LIVE, autoping=False)
    assert (await listening.receive(timeout=2)).type == WSMsgType.PING


async def test_a_console_that_does_not_keep_up_is_dropped(world: World) -> None:
    dropped = []
    listener = Listener(Viewer("seat", "1001"), lambda: dropped.append(True))
    hub = Hub(world.bus, world.sessions)
    hub.join(listener)
    for _ in range(LAG):
        hub.tell(lambda _viewer: TranscriptNews(call_id="a"))
    assert dropped == []
    hub.tell(lambda _viewer: TranscriptNews(call_id="a"))
    assert dropped == [True]


async def test_a_console_that_stops_reading_loses_its_connection(live: World) -> None:
    listening = await _listen(live, "seat1")
    hub = live.app[HUB]
    connection = listening._response.connection
    assert connection is not None
    assert connection.transport is not None
    connection.transport.pause_reading()
    big = TranscriptNews(call_id="x" * 50_000)
    for _ in range(40):
        for _ in range(LAG // 8):
            hub.tell(lambda _viewer: big)
        await asyncio.sleep(0.01)
        if not hub._listeners:
            break
    await poll(_is(lambda: not hub._listeners), "the slow console is gone", 3)
    connection.transport.resume_reading()


def _is(check: Any) -> Any:
    async def asked() -> bool:
        return bool(check())

    return asked


async def test_the_real_bus_through_an_outage(world: World, redis_server: RedisServer) -> None:
    bus = Bus(world.settings.redis.url, block_ms=200)
    hub = world.app[HUB]
    hub._bus = bus
    running = asyncio.create_task(hub.run())
    listening = await _listen(world, "seat1")

    async def say(call_id: str) -> None:
        await bus.publish(RecordingReady(at=world.clock.now(), call_id=call_id, recording_id=1))

    async def hears() -> bool:
        await say("first")
        with suppress(TimeoutError):
            await listening.receive_json(timeout=0.3)
            return True
        return False

    await poll(hears, "the feed follows")
    redis_server.stop()
    await redis_server.start()
    await say("after the outage")
    async with asyncio.timeout(10):
        while (await listening.receive_json())["call_id"] != "after the outage":
            pass
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await bus.close()
