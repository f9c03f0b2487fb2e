"""Hearing again with a better model: versions are kept, and only those meant are put back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Settings
from core.tables import AuditEntry, OutboxEntry
from hotline.recording_commands import retranscribe
from hotline.refusal import Refusal
from recorder import queries
from recorder.fakes import FakeTranscriber
from recorder.ingest import Ingest
from recorder.tables import Recording, RecordingState, Transcript
from recorder.transcribe.again import Wanted
from recorder.transcripts import Transcripts, forget
from tests.recorder.conftest import CALL_ID, NOW, MakeLegs, row_of, tone, work_off


class Better(FakeTranscriber):
    model = "better-model"

    def __init__(self) -> None:
        super().__init__(["路灯", "不", "亮", "三", "天", "了"])


@pytest.fixture
async def transcribed(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, ingest: Ingest, make_legs: MakeLegs
) -> Transcripts:
    make_legs(tone(440, 0.5), b"\xd5" * 800)
    await ingest.stage(CALL_ID)
    await work_off(ingest)
    transcripts = Transcripts(settings, sessions, clock)
    assert await transcripts.run_one(FakeTranscriber())
    return transcripts


async def test_a_better_model_makes_a_second_version_and_tells_so(
    sessions: SessionFactory, transcribed: Transcripts
) -> None:
    assert await retranscribe.run(sessions, Wanted(call_id=CALL_ID)) == 1
    row = await row_of(sessions)
    async with sessions() as session:
        (before, _) = await queries.transcripts_of(session, row.id)
    assert (row.state, before.text) == (RecordingState.VERIFIED, "路灯不亮")  # shown until there is a better
    assert await transcribed.run_one(Better())
    async with sessions() as session:
        caller, hotline = await queries.transcripts_of(session, row.id)
        versions = await queries.transcript_versions(session, row.id)
        told = await session.scalar(select(func.count()).where(OutboxEntry.type == "TranscriptReady"))
    assert (caller.version, caller.text, caller.model) == (2, "路灯不亮三天了", "better-model")
    assert (hotline.version, hotline.text) == (2, "")
    assert [(one.version, one.side, one.is_current) for one in versions] == [
        (1, "caller", False),
        (1, "hotline", False),
        (2, "caller", True),
        (2, "hotline", True),
    ]
    assert told == 2


async def test_only_those_meant_are_put_back_and_the_audit_trail_says_who(
    sessions: SessionFactory, transcribed: Transcripts
) -> None:
    day = timedelta(days=1)
    for nobody in (
        Wanted(call_id="hl-1700000000.99"),
        Wanted(since=NOW + day),
        Wanted(until=NOW),
        Wanted(not_by=("fake", "fake-model")),
    ):
        assert await retranscribe.run(sessions, nobody) == 0
    assert (await row_of(sessions)).state == RecordingState.TRANSCRIBED
    wanted = Wanted(since=NOW - day, until=NOW + day, not_by=("fake", "better-model"))
    assert await retranscribe.run(sessions, wanted) == 1
    assert await retranscribe.run(sessions, wanted) == 0
    async with sessions() as session:
        entries = list(await session.scalars(select(AuditEntry)))
    assert [(entry.action, entry.detail["count"]) for entry in entries] == [("recording:retranscribed", 1)]


async def test_many_go_back_in_batches(sessions: SessionFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recorder.transcribe.again.BATCH", 2)
    async with sessions() as session:
        for number in range(5):
            session.add(Recording(call_id=f"hl-1.{number}", state="transcribed", created_at=NOW))
        session.add(Recording(call_id="hl-1.9", state="damaged", created_at=NOW))
        await session.commit()
    assert await retranscribe.run(sessions, Wanted()) == 5
    async with sessions() as session:
        states = list(await session.scalars(select(Recording.state).order_by(Recording.call_id)))
    assert states == ["verified"] * 5 + ["damaged"]


async def test_forgotten_is_forgotten(sessions: SessionFactory, transcribed: Transcripts) -> None:
    row = await row_of(sessions)
    async with sessions() as session:
        await forget(session, row.id)
        await session.commit()
    async with sessions() as session:
        assert list(await session.scalars(select(Transcript))) == []


def test_it_asks_which_ones(settings: Settings) -> None:
    import argparse

    nothing = argparse.Namespace(since=None, until=None, call=None, model_differs=False, all=False)
    with pytest.raises(Refusal, match="--model-differs"):
        retranscribe._retranscribe(settings, nothing)
