"""States of recordings over the API: who sees them, what is counted, and another try."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from recorder import gauges
from recorder.capture.tables import StagingCopy
from recorder.legs import Legs, Side
from recorder.tables import Recording, RecordingState
from tests.web.world import World

API = "/api/v1/recordings"


async def _add(world: World, number: int, state: RecordingState, **more: Any) -> Recording:
    row = Recording(call_id=f"hl-1700000000.{number}", state=state, created_at=world.clock.now(), **more)
    async with world.sessions.begin() as db:
        db.add(row)
    return row


async def test_counts_disk_and_staging(world: World) -> None:
    world.clock.advance(timedelta(hours=-1))
    oldest = await _add(world, 1, RecordingState.STAGED)
    world.clock.advance(timedelta(hours=1))
    await _add(world, 2, RecordingState.STAGED, attempts=3, last_error="OSError: no space")
    done = await _add(world, 3, RecordingState.TRANSCRIBED)
    async with world.sessions.begin() as db:
        kept = {"recording_id": done.id, "call_id": done.call_id, "verified_at": world.clock.now()}
        db.add(StagingCopy(**kept, bytes=5_000_000_000))
    await gauges.publish(
        world.redis, gauges.Disk(12, 200, 0.5, 20, disk_alarm=True, disk=gauges.DiskState.LOW)
    )
    client = await world.client("leader")
    found = await (await client.get(f"{API}/states")).json()
    by_state = {one["state"]: one for one in found["states"]}
    assert by_state["staged"]["count"] == 2 and by_state["staged"]["failing"] == 1
    assert by_state["staged"]["oldest_at"][:19] == oldest.created_at.isoformat()[:19]
    assert by_state["transcribed"] == {"state": "transcribed", "count": 1, "failing": 0, "oldest_at": None}
    assert by_state["damaged"]["count"] == 0
    assert (found["disk"]["state"], found["disk"]["free_mib"]) == ("low", 12)
    assert (found["staging"]["count"], found["staging"]["bytes"]) == (1, 5_000_000_000)
    assert found["transcription"]["waiting"] == 0


async def test_what_fails_is_listed_with_its_reason_page_by_page(world: World) -> None:
    await _add(world, 1, RecordingState.DAMAGED, attempts=8, last_error="DamagedError: no audio")
    await _add(world, 2, RecordingState.TRANSCRIBED, attempts=1)
    due = world.clock.now() + timedelta(minutes=5)
    await _add(world, 3, RecordingState.VERIFIED, attempts=2, last_error="VoskError", next_try_at=due)
    client = await world.client("leader")
    first = await (await client.get(f"{API}/states/items", params={"failing": "true", "limit": "1"})).json()
    assert [one["last_error"] for one in first["items"]] == ["VoskError"]
    assert first["items"][0]["next_try_at"][:19] == due.isoformat()[:19]
    more = {"failing": "true", "cursor": str(first["next"])}
    last = await (await client.get(f"{API}/states/items", params=more)).json()
    assert [one["state"] for one in last["items"]] == ["damaged"] and last["next"] is None


async def test_another_try_of_a_damaged_recording_is_written_down(world: World) -> None:
    row = await _add(world, 1, RecordingState.DAMAGED, attempts=8, last_error="DamagedError: why")
    world.settings.spool_dir.mkdir(parents=True, exist_ok=True)
    Legs(world.settings.spool_dir, row.call_id).path(Side.CALLER).write_bytes(b"\xd5" * 800)
    client = await world.client("leader")
    said = await client.post(f"{API}/{row.id}/retry", json={})
    assert said.status == 200, await said.text()
    body = await said.json()
    assert (body["state"], body["attempts"], body["next_try_at"]) == ("staged", 0, None)
    [entry] = await world.audit("recording:retried")
    assert entry.subject == f"recording:{row.id}"
    assert entry.detail == {"call_id": row.call_id, "error": "DamagedError: why"}


@pytest.mark.parametrize(
    ("state", "leased", "why"),
    [
        (RecordingState.DAMAGED, False, "没有这通电话的声音"),
        (RecordingState.TRANSCRIBED, False, "处理完毕"),
        (RecordingState.STAGED, True, "正在处理"),
    ],
)
async def test_no_other_try_where_it_would_be_in_vain(
    world: World, state: RecordingState, leased: bool, why: str
) -> None:
    until = world.clock.now() + timedelta(seconds=30) if leased else None
    row = await _add(world, 1, state, leased_until=until)
    client = await world.client("leader")
    said = await client.post(f"{API}/{row.id}/retry", json={})
    assert said.status == 409
    assert why in (await said.json())["error"]["message"]
    assert (await client.post(f"{API}/999999/retry", json={})).status == 404
    assert await world.audit("recording:retried") == []


async def test_seats_neither_see_states_nor_retry(world: World) -> None:
    client = await world.client("seat1")
    for answer in (
        await client.get(f"{API}/states"),
        await client.get(f"{API}/states/items"),
        await client.post(f"{API}/1/retry", json={}),
    ):
        assert answer.status == 403
