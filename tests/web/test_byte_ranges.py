"""Parts of a file over HTTP: which part, for how many at once, and what a source that fails looks like."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from threading import Barrier, Event
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from core.audit import Action
from recorder.tables import Recording
from recorder.vault.container import seal
from recorder.vault.errors import TamperedError
from recorder.vault.keys import Keyring
from tests.conftest import poll
from tests.web.world import AUDIO, World
from web.api.byte_ranges import PIECE, UnsatisfiableError, opened, part_of, send

CONTENT = bytes(at % 253 for at in range(5 * PIECE + 123))
ETAG = '"abc"'


@given(st.integers(0, 500), st.integers(0, 600), st.integers(0, 600))
def test_a_part_is_pythons_slice_or_none(size: int, first: int, last: int) -> None:
    content = bytes(at % 256 for at in range(size))
    wanted = {
        f"bytes={first}-{last}": content[first : last + 1],
        f"bytes={first}-": content[first:],
        f"bytes=-{last}": content[-last:] if last else b"",
    }
    for header, part in wanted.items():
        if part:
            begin, end = part_of(header, size)
            assert content[begin:end] == part
        else:
            with pytest.raises(UnsatisfiableError):
                part_of(header, size)


class _Watched(io.BytesIO):
    """Tells how many of its kind are open."""

    open_now = 0

    def __init_subclass__(cls) -> None:
        cls.open_now = 0

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        type(self).open_now += 1

    def close(self) -> None:
        if not self.closed:
            type(self).open_now -= 1
        super().close()


class _Failing(_Watched):
    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= 2 * PIECE:
            raise TamperedError("chunk 2 was changed, moved or cut")
        return super().read(size)


async def _are_closed(kind: type[_Watched]) -> None:
    """A source is closed after the answer has left."""

    async def all_closed() -> bool:
        return kind.open_now == 0

    await poll(all_closed, "every source is closed")


Client = TestClient[web.Request, web.Application]
Serve = Callable[[Callable[[], Any]], Awaitable[Client]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    clients: list[Client] = []

    async def start(opener: Callable[[], Any]) -> Client:
        async def handler(request: web.Request) -> web.StreamResponse:
            async with opened(opener) as source:
                return await send(request, source, "audio/ogg", {"ETag": ETAG})

        app = web.Application()
        app.router.add_get("/", handler)
        clients.append(TestClient(TestServer(app)))
        await clients[-1].start_server()
        return clients[-1]

    yield start
    for client in clients:
        await client.close()


@pytest.mark.parametrize(("mark", "status"), [(ETAG, 206), ('"old"', 200), ("Mon, 23 Nov 2026", 200)])
async def test_if_range_asks_for_a_part_of_the_same_thing(serve: Serve, mark: str, status: int) -> None:
    client = await serve(lambda: _Watched(CONTENT))
    answer = await client.get("/", headers={"Range": "bytes=5-9", "If-Range": mark})
    assert answer.status == status
    assert await answer.read() == (CONTENT[5:10] if status == 206 else CONTENT)


async def test_head_of_a_part_tells_its_size_and_sends_nothing(serve: Serve) -> None:
    client = await serve(lambda: _Failing(CONTENT))
    answer = await client.head("/", headers={"Range": f"bytes={3 * PIECE}-"})
    assert (answer.status, await answer.read()) == (206, b"")
    assert answer.headers["Content-Length"] == str(len(CONTENT) - 3 * PIECE)
    await _are_closed(_Watched)


async def test_nothing_has_no_part(serve: Serve) -> None:
    client = await serve(lambda: _Watched(b""))
    assert (await (await client.get("/")).read()) == b""
    answer = await client.get("/", headers={"Range": "bytes=0-"})
    assert (answer.status, answer.headers["Content-Range"]) == (416, "bytes */0")


async def test_ten_listeners_are_served_at_once(serve: Serve) -> None:
    """None of them is answered until all of them are being read."""
    everybody = Barrier(10)

    class Meeting(_Watched):
        has_met = False

        def read(self, size: int | None = -1, /) -> bytes:
            if not self.has_met:
                everybody.wait(30)
                self.has_met = True
            return super().read(size)

    client = await serve(lambda: Meeting(CONTENT))

    async def listen(number: int) -> bytes:
        answer = await client.get("/", headers={"Range": f"bytes={number * 1000}-"})
        return await answer.read()

    heard = await asyncio.gather(*(listen(number) for number in range(10)))
    assert heard == [CONTENT[number * 1000 :] for number in range(10)]
    await _are_closed(Meeting)


async def test_a_source_that_fails_in_the_middle_never_looks_whole(serve: Serve) -> None:
    client = await serve(lambda: _Failing(CONTENT))
    answer = await client.get("/")
    assert answer.status == 200
    with pytest.raises(aiohttp.ClientError):
        await answer.read()
    await _are_closed(_Failing)


async def test_a_listener_who_leaves_while_it_is_opened_leaves_nothing_open() -> None:
    entered, go_on, closed = Event(), Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    class Slow(io.BytesIO):
        def close(self) -> None:
            if not self.closed:
                loop.call_soon_threadsafe(closed.set)
            super().close()

    slow = Slow(CONTENT)

    def opener() -> Any:
        entered.set()
        assert go_on.wait(30)
        return slow

    async def listen() -> None:
        async with opened(opener):
            raise AssertionError("never got that far")

    task = asyncio.create_task(listen())
    await asyncio.to_thread(entered.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await asyncio.wait_for(closed.wait(), 30)


@pytest.fixture
async def sealed(world: World) -> Recording:
    """A sealed recording of a call that seat 1001 answered."""
    recording = await world.add_recording(await world.add_call(seat="1001"))
    keys, stored = Keyring.of(world.settings), io.BytesIO()
    header = seal(io.BytesIO(AUDIO), stored, recording.call_id, keys.make_first())
    key = recording.archive_key + ".enc"
    (world.settings.archive_dir / key).write_bytes(stored.getvalue())
    async with world.sessions.begin() as db:
        row = await db.get_one(Recording, recording.id)
        row.archive_key, row.sealed, row.key_id = key, True, header.key_id
        row.wrapped_key = header.wrapped.hex()
        return row


async def test_a_sealed_recording_is_played_in_parts(world: World, sealed: Recording) -> None:
    client = await world.client("leader")
    url = f"/api/v1/recordings/{sealed.id}/audio"
    whole = await client.get(url)
    assert (await whole.read(), whole.headers["Content-Length"]) == (AUDIO, str(len(AUDIO)))
    part = await client.get(url, headers={"Range": "bytes=300-309"})
    assert (part.status, await part.read()) == (206, AUDIO[300:310])


@pytest.mark.parametrize(("harm", "status", "code"), [("key", 503, "wrong_key"), ("byte", 500, "tampered")])
async def test_what_cannot_be_opened_is_refused_in_words_and_counts_as_no_play(
    world: World, sealed: Recording, harm: str, status: int, code: str
) -> None:
    if harm == "key":
        (Keyring.of(world.settings).folder / sealed.key_id).unlink()
    else:
        place = world.settings.archive_dir / sealed.archive_key
        stored = bytearray(place.read_bytes())
        stored[-1] ^= 1
        place.write_bytes(stored)
    answer = await (await world.client("leader")).get(f"/api/v1/recordings/{sealed.id}/audio")
    error = (await answer.json())["error"]
    assert (answer.status, error["code"]) == (status, code)
    assert "录音" in error["message"] and sealed.key_id not in error["message"]
    assert await world.audit(Action.RECORDING_PLAYED) == []
