"""Copies: by right, with a reason, stamped, noted before the first byte."""

from __future__ import annotations

import subprocess
from hashlib import sha256
from typing import NoReturn

import pytest

from core import native
from core.audit import Action
from recorder.tables import Recording
from tests.web.world import World


def _url(recording: Recording) -> str:
    return f"/api/v1/recordings/{recording.id}/export"


@pytest.fixture
async def recording(world: World) -> Recording:
    """With sound in it: a copy is made by ffmpeg."""
    made = await world.add_recording(await world.add_call(seat="1001"))
    place = world.settings.archive_dir / made.archive_key
    tone = ["-f", "lavfi", "-i", "sine=d=1", "-ac", "2", "-c:a", "libopus", "-f", "ogg", "-y", str(place)]
    _run(native.command(world.settings, "ffmpeg", "-v", "error", *tone, binds=(place.parent,)))
    return made


def _run(line: list[str]) -> None:
    subprocess.run(line, check=True)


@pytest.mark.parametrize(
    ("who", "status"),
    [("seat1", 403), ("inspector", 403), ("leader", 200), ("admin", 200), ("", 401)],
)
async def test_who_may_export(world: World, recording: Recording, who: str, status: int) -> None:
    answer = await (await world.client(who)).post(_url(recording), json={"reason": "行政复议"})
    assert answer.status == status
    data = await answer.read()
    rows = await world.audit(Action.RECORDING_EXPORTED)
    assert len(rows) == (status == 200)
    if status == 200:
        assert rows[0].detail["sha256"] == sha256(data).hexdigest()
        code = answer.headers["X-Export-Code"]
        assert code.encode() in data
        assert answer.headers["Content-Disposition"] == (
            f'attachment; filename="{recording.call_id}-{code}.ogg"'
        )
        assert answer.headers["Content-Length"] == str(len(data))


async def test_a_copy_as_wav_and_its_line_in_the_list(world: World, recording: Recording) -> None:
    client = await world.client("leader")
    answer = await client.post(_url(recording), json={"reason": "行政复议", "format": "wav"})
    data = await answer.read()
    assert (data[:4], answer.headers["Content-Type"]) == (b"RIFF", "audio/wav")
    page = await (await client.get("/api/v1/recording-exports")).json()
    (line,) = page["items"]
    assert (line["reason"], line["taker"], line["size"]) == ("行政复议", "Leader", len(data))
    assert (await (await world.client("inspector")).get("/api/v1/recording-exports")).status == 403


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "ok ok", "format": "mp3"}])
async def test_a_reason_and_a_format_are_needed(
    world: World, recording: Recording, body: dict[str, str]
) -> None:
    assert (await (await world.client("leader")).post(_url(recording), json=body)).status == 422


async def test_what_cannot_be_converted_is_said(world: World) -> None:
    broken = await world.add_recording(await world.add_call(seat="1001"))
    answer = await (await world.client("leader")).post(_url(broken), json={"reason": "行政复议"})
    assert answer.status == 503
    assert await world.audit(Action.RECORDING_EXPORTED) == []


async def test_no_audit_row_no_bytes(
    world: World, recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> NoReturn:
        raise RuntimeError("the audit trail is full")

    monkeypatch.setattr("recorder.rights.store.audit.record", broken)
    answer = await (await world.client("leader")).post(_url(recording), json={"reason": "行政复议"})
    assert answer.status == 500
    assert b"OggS" not in await answer.read()


@pytest.mark.parametrize("who", ["seat2", "leader"])
async def test_a_guessed_id(world: World, recording: Recording, who: str) -> None:
    answer = await (await world.client(who)).post(
        "/api/v1/recordings/999/export", json={"reason": "行政复议"}
    )
    assert answer.status == (403 if who == "seat2" else 404)
