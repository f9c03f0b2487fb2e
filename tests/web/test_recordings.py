"""Playback: role, then the audit row, then bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http.client import HTTPConnection

import pytest

from core.audit import Action
from recorder.tables import Recording, RecordingState
from tests.web.world import AUDIO, World


def _url(recording: Recording) -> str:
    return f"/api/v1/recordings/{recording.id}/audio"


@pytest.fixture
async def recording(world: World) -> Recording:
    """Of a call that seat 1001 answered."""
    return await world.add_recording(await world.add_call(seat="1001"))


async def test_the_whole_file_and_its_audit_row(world: World, recording: Recording) -> None:
    answer = await (await world.client("seat1")).get(_url(recording))
    assert (answer.status, await answer.read()) == (200, AUDIO)
    assert answer.headers["Content-Type"] == "audio/ogg; codecs=opus"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "no-store" in answer.headers["Cache-Control"]
    (row,) = await world.audit(Action.RECORDING_PLAYED)
    assert (row.actor_id, row.subject, row.address) == (1, f"recording:{recording.id}", "127.0.0.1")
    assert row.detail["call_id"] == recording.call_id


@pytest.mark.parametrize(
    ("wanted", "part", "told"),
    [
        ("bytes=0-9", AUDIO[:10], "bytes 0-9/10240"),
        ("bytes=10000-", AUDIO[10000:], "bytes 10000-10239/10240"),
        ("bytes=-5", AUDIO[-5:], "bytes 10235-10239/10240"),
        ("bytes=10-99999", AUDIO[10:], "bytes 10-10239/10240"),
    ],
)
async def test_ranges(world: World, recording: Recording, wanted: str, part: bytes, told: str) -> None:
    answer = await (await world.client("seat1")).get(_url(recording), headers={"Range": wanted})
    assert (answer.status, await answer.read()) == (206, part)
    assert answer.headers["Content-Range"] == told


@pytest.mark.parametrize(
    "wanted", ["bytes=99999-", "bytes=9-1", "bytes=a-b", "garbage", "bytes=-", "bytes=0-1,5-6"]
)
async def test_ranges_that_cannot_be(world: World, recording: Recording, wanted: str) -> None:
    answer = await (await world.client("seat1")).get(_url(recording), headers={"Range": wanted})
    assert answer.status == 416
    assert answer.headers["Content-Range"] == "bytes */10240"


async def test_head_tells_the_size_and_is_not_a_play(world: World, recording: Recording) -> None:
    answer = await (await world.client("seat1")).head(_url(recording))
    assert (answer.status, answer.headers["Content-Length"], await answer.read()) == (200, "10240", b"")
    assert await world.audit(Action.RECORDING_PLAYED) == []


async def test_no_audit_row_no_bytes(
    world: World, recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the audit trail is full")

    client = await world.client("seat1")
    monkeypatch.setattr("web.api.recordings.audit.record", broken)
    answer = await client.get(_url(recording))
    assert answer.status == 500
    assert AUDIO[:100] not in await answer.read()


@pytest.mark.parametrize(
    ("viewer", "status"), [("seat1", 200), ("seat2", 403), ("leader", 200), ("admin", 200), ("", 401)]
)
async def test_who_may_listen(world: World, recording: Recording, viewer: str, status: int) -> None:
    answer = await (await world.client(viewer)).get(_url(recording))
    assert answer.status == status
    assert len(await world.audit(Action.RECORDING_PLAYED)) == (1 if status == 200 else 0)


async def test_any_seat_hears_what_nobody_answered(world: World) -> None:
    recording = await world.add_recording(await world.add_call())
    assert (await (await world.client("seat2")).get(_url(recording))).status == 200


@pytest.mark.parametrize(
    "guess", ["999", "0", "-1", "x", "1%00", "99999999999999999999", "..%2f..%2fhotline.db"]
)
async def test_guessed_ids(world: World, recording: Recording, guess: str) -> None:
    client = await world.client("leader")
    key = next(cookie for cookie in client.session.cookie_jar).value
    # By hand, because a polite client would tidy the path up.
    raw = HTTPConnection(world.server.host, world.server.port or 0)

    def ask() -> int:
        raw.request("GET", f"/api/v1/recordings/{guess}/audio", headers={"Cookie": f"hotline_session={key}"})
        return raw.getresponse().status

    assert await _in_thread(ask) == 404
    raw.close()


@pytest.mark.parametrize("key", ["../../hotline.db", "/etc/passwd", "2026/11/23/../../../x.ogg", ""])
async def test_a_forged_key_leads_nowhere(world: World, recording: Recording, key: str) -> None:
    async with world.sessions.begin() as db:
        (await db.get_one(Recording, recording.id)).archive_key = key
    answer = await (await world.client("leader")).get(_url(recording))
    assert answer.status == 404
    assert await world.audit(Action.RECORDING_PLAYED) == []


async def test_a_recording_without_archive_copy(world: World) -> None:
    call = await world.add_call(seat="1001")
    recording = await world.add_recording(call, RecordingState.STAGED)
    async with world.sessions.begin() as db:
        (await db.get_one(Recording, recording.id)).archive_key = ""
    client = await world.client("seat1")
    assert (await (await client.get(f"/api/v1/calls/{call.id}")).json())["recording"]["audio_url"] is None
    assert (await client.get(_url(recording))).status == 404


async def _in_thread(work: Callable[[], int]) -> int:
    return await asyncio.to_thread(work)
