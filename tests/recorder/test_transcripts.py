from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Settings
from core.tables import OutboxEntry
from recorder import queries
from recorder.fakes import FakeTranscriber
from recorder.ingest import Ingest
from recorder.tables import Recording, RecordingState, Transcript
from recorder.transcribe.models import TEST_MODEL, FoundModel
from recorder.transcribe.protocol import Heard
from recorder.transcribe.vosk_engine import VoskTranscriber
from recorder.transcripts import Transcripts
from tests.recorder.conftest import CALL_ID, MakeLegs, tone

Archived = Callable[[bytes, bytes], Awaitable[None]]
SENTENCE = "我要投诉小区垃圾没有人清理"


@pytest.fixture
async def archived(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, make_legs: MakeLegs
) -> Archived:
    async def archive(caller: bytes, hotline: bytes) -> None:
        make_legs(caller, hotline)
        ingest = Ingest(settings, sessions, clock)
        await ingest.stage(CALL_ID)
        while await ingest.run_one():
            pass

    return archive


@pytest.fixture
def transcripts(settings: Settings, sessions: SessionFactory, clock: FixedClock) -> Transcripts:
    return Transcripts(settings, sessions, clock)


async def _found(sessions: SessionFactory) -> tuple[Recording, list[Transcript]]:
    async with sessions() as session:
        recording = await queries.recording_of(session, CALL_ID)
        assert recording is not None
        return recording, list(await queries.transcripts_of(session, recording.id))


async def _events(sessions: SessionFactory) -> int:
    async with sessions() as session:
        counted = select(func.count()).where(OutboxEntry.type == "TranscriptReady")
        return int(await session.scalar(counted) or 0)


async def test_each_side_gets_its_own_transcript_once(
    sessions: SessionFactory, transcripts: Transcripts, archived: Archived
) -> None:
    await archived(tone(440, 1.0), b"\xd5" * 8000)
    assert await transcripts.run_one(FakeTranscriber())
    recording, (caller, hotline) = await _found(sessions)
    assert recording.state == RecordingState.TRANSCRIBED
    assert (caller.side, caller.text, caller.is_test_model) == ("caller", "路灯不亮", True)
    assert (hotline.side, hotline.text, hotline.words) == ("hotline", "", [])
    assert caller.words[1] == {"word": "不亮", "start": 0.5, "end": 1.0, "confidence": 1.0}
    assert not await transcripts.run_one(FakeTranscriber())
    assert await _events(sessions) == 1


async def test_two_transcribers_do_not_do_it_twice(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, archived: Archived
) -> None:
    await archived(tone(440, 0.5), b"")
    both = [Transcripts(settings, sessions, clock) for _ in range(2)]
    done = await asyncio.gather(*(one.run_one(FakeTranscriber()) for one in both))
    assert sorted(done) == [False, True]
    assert len((await _found(sessions))[1]) == 2
    assert await _events(sessions) == 1


class BrokenTranscriber(FakeTranscriber):
    def transcribe(self, pcm: Iterable[bytes]) -> Heard:
        raise ValueError("no such luck")


async def test_a_failure_is_readable_and_tried_again_later_with_the_archive_untouched(
    settings: Settings,
    sessions: SessionFactory,
    transcripts: Transcripts,
    archived: Archived,
    clock: FixedClock,
) -> None:
    await archived(tone(440, 0.5), b"")
    assert await transcripts.run_one(BrokenTranscriber())
    recording, found = await _found(sessions)
    assert (recording.state, recording.attempts) == (RecordingState.VERIFIED, 1)
    assert recording.last_error == "ValueError: no such luck" and found == []
    assert (settings.archive_dir / recording.archive_key).exists()
    assert not await transcripts.run_one(FakeTranscriber())
    clock.advance(timedelta(seconds=10))
    assert await transcripts.run_one(FakeTranscriber())
    recording, found = await _found(sessions)
    assert (recording.state, recording.attempts, recording.last_error) == (RecordingState.TRANSCRIBED, 0, "")


async def test_a_missing_archive_file_is_said_so(
    settings: Settings, sessions: SessionFactory, transcripts: Transcripts, archived: Archived
) -> None:
    await archived(tone(440, 0.5), b"")
    (settings.archive_dir / (await _found(sessions))[0].archive_key).unlink()
    await transcripts.run_one(FakeTranscriber())
    assert "the archive has no file" in (await _found(sessions))[0].last_error


async def test_a_stop_gives_the_recording_back(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, archived: Archived
) -> None:
    await archived(tone(440, 0.5), b"")
    stop = Event()
    stop.set()
    await Transcripts(settings, sessions, clock, stop).run_one(FakeTranscriber())
    recording, found = await _found(sessions)
    assert (recording.leased_until, recording.attempts, found) == (None, 0, [])


async def test_speech_is_understood_after_the_archive(
    sessions: SessionFactory,
    transcripts: Transcripts,
    archived: Archived,
    speak: Callable[..., bytes],
) -> None:
    caller, hotline = speak(SENTENCE), speak("您好请问有什么可以帮您")
    await archived(caller, b"\xd5" * len(caller) + hotline)
    await transcripts.run_one(VoskTranscriber(FoundModel(TEST_MODEL, "vosk-hotline-tiny", True)))
    _, (said, answered) = await _found(sessions)
    assert said.text.replace(" ", "") == SENTENCE
    assert (said.engine, said.model, said.is_test_model) == ("vosk", "vosk-hotline-tiny", True)
    assert said.normal_text == SENTENCE + "。" and said.normal_text != said.text
    assert said.words[0]["start"] < 1.0
    assert answered.words and answered.words[0]["start"] == pytest.approx(len(caller) / 8000, abs=0.1)
