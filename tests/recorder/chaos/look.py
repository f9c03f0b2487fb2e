"""What has to be true of a trial's calls once an heir has finished: everything once, whole, nothing else."""

from __future__ import annotations

import audioop
import json
from collections import Counter
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.tables import AuditEntry, OutboxEntry
from recorder import playback
from recorder.capture.tables import StagingCopy
from recorder.legs import SILENCE, Legs, Side
from recorder.retention.tables import Item, ItemState, Tombstone
from recorder.storage import open_store
from recorder.tables import Recording, RecordingState, Transcript
from recorder.transcribe.tables import TranscriptionJob
from tests.recorder.chaos.steps import Step
from tests.recorder.chaos.trial import Trial

#: In a WAV file of ours this, and four bytes of length, stand before the samples.
_DATA = b"data"


async def look(trial: Trial, step: Step) -> None:
    """
    Raises:
        AssertionError: something was lost, done twice, or left lying about.
    """
    is_gone = step.after == RecordingState.DELETED
    async with trial.database() as sessions, sessions() as db:
        rows = list(await db.scalars(select(Recording)))
        about = {row.call_id: row.id for row in rows}
        assert sorted(about) == sorted(trial.audio) and len(rows) == len(about), (
            "a recording is lost or doubled"
        )
        for row in rows:
            assert (row.state, row.last_error, row.leased_until) == (step.after, "", None), row.call_id
            assert row.caller_sha256 == sha256(trial.audio[row.call_id][Side.CALLER]).hexdigest()
            assert row.hotline_sha256 == sha256(trial.audio[row.call_id][Side.HOTLINE]).hexdigest()
            if not is_gone:
                _is_whole(trial, row)
        await _events(db, step, about)
        await _words(db, step, about)
        await _deletion(db, is_gone, rows)
        await _copies(db, trial, step, about)
    kept = [] if is_gone else [row.archive_key for row in rows]
    _files(trial, kept)


def _is_whole(trial: Trial, row: Recording) -> None:
    stored = (trial.settings.archive_dir / row.archive_key).read_bytes()
    assert row.archive_sha256 == sha256(stored).hexdigest(), "the object is not what was written"
    with playback.open_audio(trial.settings, row) as opened:
        audio = opened.read()
    assert row.audio_sha256 == sha256(audio).hexdigest(), "the audio is not what was encoded"
    samples = audio[audio.index(_DATA) + len(_DATA) + 4 :]
    assert samples == _captured(trial.audio[row.call_id]), "the audio is not what was captured"


def _captured(both: dict[Side, bytes]) -> bytes:
    """Both sides as 16-bit samples, interleaved."""
    length = max(map(len, both.values()))
    left, right = (audioop.alaw2lin(both[side].ljust(length, SILENCE), 2) for side in Side)
    return audioop.add(audioop.tostereo(left, 2, 1, 0), audioop.tostereo(right, 2, 0, 1), 2)


async def _events(db: AsyncSession, step: Step, about: dict[str, int]) -> None:
    """One of each that has come to pass, for each call."""
    wanted = {"RecordingReady"}
    if step.after == RecordingState.TRANSCRIBED:
        wanted.add("TranscriptReady")
    if step.after == RecordingState.DELETED:
        wanted.add("RecordingDeleted")
    told: dict[str, Counter[str]] = {}
    for kind, body in await db.execute(select(OutboxEntry.type, OutboxEntry.body)):
        told.setdefault(kind, Counter())[_call_of(body)] += 1
    assert set(told) == wanted, "an event is missing, or one too many"
    for kind, calls in told.items():
        assert calls == Counter(dict.fromkeys(about, 1)), f"{kind} is lost or doubled"


def _call_of(body: str) -> str:
    found = json.loads(body)
    return str(found.get("call_id") or found["data"]["call_id"])


async def _words(db: AsyncSession, step: Step, about: dict[str, int]) -> None:
    is_said = step.after == RecordingState.TRANSCRIBED
    found = sorted(
        (recording, side)
        for recording, side in await db.execute(select(Transcript.recording_id, Transcript.side))
    )
    wanted = sorted((about[call], str(side)) for call in about for side in Side) if is_said else []
    assert found == wanted, "a transcript is lost or doubled"
    if is_said:
        assert not list(await db.scalars(select(TranscriptionJob.recording_id))), (
            "a place in the queue is left"
        )


async def _deletion(db: AsyncSession, is_gone: bool, rows: list[Recording]) -> None:
    stones = {stone.recording_id: stone for stone in await db.scalars(select(Tombstone))}
    noted = select(AuditEntry.subject).where(AuditEntry.action == Action.RECORDING_DELETED)
    subjects = sorted(await db.scalars(noted))
    if not is_gone:
        assert (stones, subjects) == ({}, [])
        return
    assert sorted(stones) == sorted(row.id for row in rows), "a tombstone is lost or doubled"
    assert subjects == sorted(f"recording:{row.id}" for row in rows), "an audit row is lost or doubled"
    for row in rows:
        assert (row.archive_key, row.wrapped_key, row.audio_sha256) == ("", "", stones[row.id].audio_sha256)
    assert set(await db.scalars(select(Item.state))) == {ItemState.DELETED}


async def _copies(db: AsyncSession, trial: Trial, step: Step, about: dict[str, int]) -> None:
    """Staging copies are all there and untouched, or none is."""
    noted = sorted(await db.scalars(select(StagingCopy.recording_id)))
    spool = trial.settings.spool_dir
    if not step.keeps_legs:
        assert noted == [], "a staging copy that is gone is in the books"
        assert list(spool.iterdir()) == [], "something lies about in the spool"
        return
    assert noted == sorted(about.values())
    for call_id, both in trial.audio.items():
        for side, audio in both.items():
            assert Legs(spool, call_id).path(side).read_bytes() == audio
    assert len(list(spool.iterdir())) == len(list(Side)) * len(about)


def _files(trial: Trial, kept: list[str]) -> None:
    store = open_store(trial.settings)
    assert list(store.keys()) == sorted(kept), "an object is lost, doubled or left over"
    assert list(store.strange()) == [], "something lies about in the archive"
    assert list((trial.settings.paths.state / "sealing").iterdir()) == [], "something half sealed lies about"
