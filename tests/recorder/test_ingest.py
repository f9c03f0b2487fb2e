from __future__ import annotations

import asyncio
import math
from array import array
from hashlib import sha256
from threading import Event

import pytest

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Settings
from recorder import ffmpeg, playback
from recorder.ingest import SETTLE, Ingest
from recorder.leases import LEASE, LeaseLostError, claim
from recorder.legs import BadCallIdError, Legs, Side
from recorder.tables import Recording, RecordingState
from recorder.vault.keys import Keyring
from tests.recorder.conftest import CALL_ID, NOW, MakeLegs, ready_events, row_of, tone, work_off

SILENCE = b"\xd5"


def _samples(settings: Settings, row: Recording, side: Side) -> array[int]:
    with playback.open_audio(settings, row) as archive:
        return array("h", b"".join(ffmpeg.decode(settings, archive, lambda: False, side=side)))


def _loudness(samples: array[int]) -> float:
    return math.sqrt(sum(value * value for value in samples) / max(1, len(samples)))


async def test_a_call_becomes_one_verified_stereo_archive(
    settings: Settings, sessions: SessionFactory, ingest: Ingest, make_legs: MakeLegs
) -> None:
    caller, hotline = tone(440, 1.0) + SILENCE * 8000, SILENCE * 8000 + tone(700, 0.9)
    legs = make_legs(caller, hotline)
    assert await ingest.stage(CALL_ID)
    await work_off(ingest)
    row = await row_of(sessions)
    assert (row.state, row.last_error, row.attempts) == (RecordingState.VERIFIED, "", 0)
    assert row.duration_s == 2.0
    assert row.caller_sha256 == sha256(caller).hexdigest()
    assert row.hotline_sha256 == sha256(hotline).hexdigest()
    stored = (settings.archive_dir / row.archive_key).read_bytes()
    assert row.archive_sha256 == sha256(stored).hexdigest()
    assert row.archive_bytes == len(stored) < len(caller)
    with playback.open_audio(settings, row) as archive:
        audio = archive.read()
    assert row.audio_sha256 == sha256(audio).hexdigest()
    assert (row.audio_bytes, row.codec, row.store) == (len(audio), "opus", "local")
    assert row.sealed and row.key_id in Keyring.of(settings).ids()
    assert b"OggS" in audio and b"OggS" not in stored
    assert legs.sizes() == {}
    assert await ready_events(sessions) == 1
    assert row.leased_until is None and row.next_try_at is None


async def test_left_is_the_caller_right_the_hotline_and_neither_leaks(
    settings: Settings, sessions: SessionFactory, ingest: Ingest, make_legs: MakeLegs
) -> None:
    make_legs(tone(440, 1.0) + SILENCE * 8000, SILENCE * 8000 + tone(700, 1.0))
    await ingest.stage(CALL_ID)
    await work_off(ingest)
    row = await row_of(sessions)
    caller, hotline = (_samples(settings, row, side) for side in Side)
    assert len(caller) == len(hotline) == 16000
    assert _loudness(caller[:8000]) > 5000 and _loudness(hotline[8000:]) > 5000
    assert _loudness(caller[9000:]) < 50 and _loudness(hotline[:7000]) < 50
    assert row.peaks["step_s"] == 0.1
    assert min(row.peaks["caller"][:10]) > 100 and max(row.peaks["caller"][10:]) == 0
    assert max(row.peaks["hotline"][:10]) == 0 and min(row.peaks["hotline"][10:]) > 100


@pytest.mark.parametrize(
    ("caller", "hotline", "duration_s"),
    [
        (b"", SILENCE * 801, 0.1),
        (None, SILENCE * 8001, 1.0),
        (SILENCE * 8001, None, 1.0),
        (SILENCE * 7, SILENCE * 80000, 10.0),
        (b"\x00\xff\x55" * 3333, b"\xaa", 1.25),
        (b"\x2a", b"", 0.0),
    ],
    ids=["empty", "no-caller", "no-hotline", "very-different", "odd-noise", "one-sample"],
)
async def test_odd_legs_are_kept_in_full(
    sessions: SessionFactory,
    ingest: Ingest,
    make_legs: MakeLegs,
    caller: bytes | None,
    hotline: bytes | None,
    duration_s: float,
) -> None:
    legs = make_legs(caller, hotline)
    await ingest.stage(CALL_ID)
    await work_off(ingest)
    row = await row_of(sessions)
    assert (row.state, row.last_error) == (RecordingState.VERIFIED, "")
    assert row.duration_s == pytest.approx(duration_s, abs=0.01)
    assert row.caller_sha256 == sha256(caller or b"").hexdigest()
    assert legs.sizes() == {}


async def test_a_call_without_any_audio_is_damaged_at_once_and_its_files_stay(
    sessions: SessionFactory, ingest: Ingest, make_legs: MakeLegs
) -> None:
    legs = make_legs(b"", b"")
    await ingest.stage(CALL_ID)
    await work_off(ingest)
    row = await row_of(sessions)
    assert row.state == RecordingState.DAMAGED
    assert row.last_error == "DamagedError: neither leg holds any audio"
    assert set(legs.sizes()) == set(Side)
    assert await ready_events(sessions) == 0


async def test_staging_is_once_per_call_and_only_with_legs(
    sessions: SessionFactory, ingest: Ingest, make_legs: MakeLegs
) -> None:
    assert not await ingest.stage(CALL_ID)
    make_legs(SILENCE, None)
    results = await asyncio.gather(*(ingest.stage(CALL_ID) for _ in range(5)))
    assert sorted(results) == [False] * 4 + [True]
    with pytest.raises(BadCallIdError):
        await ingest.stage("../../hl-1700000000.1")


async def test_a_leg_that_may_still_be_written_is_left_to_settle(
    settings: Settings, ingest: Ingest, clock: FixedClock
) -> None:
    Legs(settings.spool_dir, CALL_ID).path(Side.CALLER).write_bytes(SILENCE)  # grew just now, after NOW
    await ingest.stage(CALL_ID)
    assert not await ingest.run_one()
    clock.advance(SETTLE)
    assert await ingest.run_one()


async def test_several_workers_share_the_work_without_doubling_it(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, make_legs: MakeLegs
) -> None:
    steps: list[str] = []
    workers = [Ingest(settings, sessions, clock, mark=steps.append) for _ in range(4)]
    for number in range(6):
        call_id = f"hl-1700000000.{number}"
        make_legs(SILENCE * 800, SILENCE * 800, call_id)
        await workers[0].stage(call_id)
    await asyncio.gather(*map(work_off, workers))
    assert steps.count("committed-archived") == steps.count("committed-verified") == 6
    assert steps.count("encoding") == 6
    assert await ready_events(sessions) == 6


async def test_a_dead_workers_lease_runs_out_and_the_dead_can_no_longer_write(
    sessions: SessionFactory, ingest: Ingest, make_legs: MakeLegs, clock: FixedClock
) -> None:
    make_legs(SILENCE * 800, None)
    await ingest.stage(CALL_ID)
    dead = await claim(sessions, clock, [RecordingState.STAGED])
    assert dead is not None
    assert await claim(sessions, clock, [RecordingState.STAGED]) is None
    clock.advance(LEASE)
    heir = await claim(sessions, clock, [RecordingState.STAGED])
    assert heir is not None
    with pytest.raises(LeaseLostError):
        await dead.renew()
    await dead.end(state=RecordingState.DAMAGED)
    assert (await row_of(sessions)).state == RecordingState.STAGED
    await heir.renew()


async def test_a_stop_in_the_middle_gives_the_recording_back_untouched(
    settings: Settings, sessions: SessionFactory, make_legs: MakeLegs, clock: FixedClock
) -> None:
    stop = Event()

    def stop_at_encoding(step: str) -> None:
        if step == "encoding":
            stop.set()

    stopping = Ingest(settings, sessions, clock, stop=stop, mark=stop_at_encoding)
    make_legs(SILENCE * 800, None)
    await stopping.stage(CALL_ID)
    assert await stopping.run_one()
    row = await row_of(sessions)
    assert (row.state, row.attempts, row.leased_until) == (RecordingState.STAGED, 0, None)
    assert not list(settings.archive_dir.rglob("*.ogg"))
    assert clock.now() == NOW
