"""hotline.indexing: from rows and events to the index, measures and alerts, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import SessionFactory
from core.events import CallChanged, CaseMoved, KeywordHeard, NoticeSent, RecordingReady, TranscriptReady
from core.fakes import MemoryBus
from core.settings import Search, Settings
from core.tables import OutboxEntry
from hotline.indexing import Indexing
from hotline.recording_commands.reindex import empty
from ivr.ledger.tables import Call
from recorder.capture import sides
from recorder.search.query import Reach, Wanted, search
from recorder.search.tables import KeywordAlert, KeywordList, MeasuresRow
from recorder.tables import Recording, Transcript
from ticketing.tables import Case

Poll = Callable[..., Awaitable[None]]


async def add(sessions: SessionFactory, clock: FixedClock, number: int = 1, **call: Any) -> int:
    """A call that ended a minute ago, and its recording without a transcript."""
    now = clock.now()
    facts = {"trunk": "t", "caller": "13800001234", "seat": "1001", "queue": "general", "survey": 2, **call}
    facts = {"started_at": now - timedelta(minutes=3), "ended_at": now - timedelta(minutes=1)} | facts
    async with sessions.begin() as session:
        session.add(Call(id=f"c-{number}", **facts))
        peaks = {"step_s": 0.1, "caller": [99] * 10 + [0] * 10, "hotline": [0] * 20}
        recording = Recording(
            call_id=f"c-{number}", state="verified", created_at=now, duration_s=2.0, peaks=peaks
        )
        session.add(recording)
        await session.flush()
        return recording.id


async def transcribe(
    sessions: SessionFactory, clock: FixedClock, recording_id: int, text: str, version: int = 1
) -> None:
    async with sessions.begin() as session:
        for one in await session.scalars(select(Transcript).where(Transcript.recording_id == recording_id)):
            one.is_current = False
        for side, said in (("caller", text), ("hotline", "您好")):
            session.add(
                Transcript(
                    recording_id=recording_id,
                    side=side,
                    engine="vosk",
                    model="m",
                    is_test_model=False,
                    version=version,
                    text=said,
                    normal_text="",
                    words=[{"word": said, "start": 0.0, "end": 1.0, "confidence": 1.0}],
                    took_s=0.1,
                    created_at=clock.now(),
                )
            )


async def found(sessions: SessionFactory, **wanted: Any) -> list[int]:
    async with sessions() as session:
        page = await search(session, Wanted(**wanted), Reach())
    return [one.row.recording_id for one in page.items]


async def alerts(sessions: SessionFactory) -> list[KeywordAlert]:
    async with sessions() as session:
        return list(await session.scalars(select(KeywordAlert).order_by(KeywordAlert.id)))


def indexing(sessions: SessionFactory, clock: FixedClock) -> Indexing:
    return Indexing(Settings(search=Search(sweep_s=0.05)), sessions, clock)


async def test_a_recording_is_found_before_and_after_its_transcript(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    works = indexing(sessions, clock)
    recording = await add(sessions, clock)
    await works.handle(RecordingReady(at=clock.now(), call_id="c-1", recording_id=recording))
    assert await found(sessions, seat="1001", queue="general", survey=2, number="1234") == [recording]
    assert await found(sessions, silence_min=0.1) == []
    await transcribe(sessions, clock, recording, "我家漏气了")
    ready = TranscriptReady(at=clock.now(), call_id="c-1", recording_id=recording)
    await works.handle(ready)
    await works.handle(ready)
    assert await found(sessions, q="漏气", keyword="漏气", silence_min=0.5) == [recording]
    async with sessions() as session:
        measures = await session.get(MeasuresRow, recording)
    assert measures is not None and (measures.silence_share, measures.caller_speech_s) == (0.5, 1.0)


async def test_a_keyword_raises_one_alert_however_often_it_is_indexed(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    works = indexing(sessions, clock)
    recording = await add(sessions, clock)
    await transcribe(sessions, clock, recording, "楼下漏气要爆炸")
    await asyncio.gather(works.put(recording), works.put(recording))
    (alert,) = await alerts(sessions)
    assert (alert.list_name, alert.severity, alert.words) == ("燃气与爆炸", "critical", ["爆炸", "漏气"])
    (hit,) = alert.hits
    assert (hit["side"], [hit["text"][slice(*mark)] for mark in hit["marks"]]) == ("caller", ["漏气", "爆炸"])
    async with sessions() as session:
        told = select(func.count()).where(OutboxEntry.type == KeywordHeard.__name__)
        assert await session.scalar(told) == 1
    await transcribe(sessions, clock, recording, "楼下漏气有人自杀", version=2)
    await works.put(recording)
    assert [one.list_name for one in await alerts(sessions)] == ["燃气与爆炸", "人身危险"]


async def test_old_calls_and_lists_out_of_use_raise_no_alert(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    async with sessions.begin() as session:
        (row,) = await session.scalars(select(KeywordList).where(KeywordList.name == "人身危险"))
        row.active = False
    old = await add(sessions, clock, 1, ended_at=clock.now() - timedelta(hours=25))
    off = await add(sessions, clock, 2)
    await transcribe(sessions, clock, old, "漏气")
    await transcribe(sessions, clock, off, "有人轻生")
    works = indexing(sessions, clock)
    await works.put(old)
    await works.put(off)
    assert await alerts(sessions) == []
    assert await found(sessions, keyword="漏气") == [old]
    assert await found(sessions, keyword="*") == [old]


async def test_a_case_that_gets_its_number_is_found_by_it(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    works = indexing(sessions, clock)
    recording = await add(sessions, clock)
    await works.put(recording)
    async with sessions.begin() as session:
        case = Case(stage="registered", call_id="c-1", source="telephone", number="2102002026112300001")
        case.created_at = case.changed_at = clock.now()
        session.add(case)
        await session.flush()
        case_id = case.id
    await works.handle(CaseMoved(at=clock.now(), case_id=case_id, move="register"))
    assert await found(sessions, case="2102002026112300001") == [recording]
    assert await found(sessions, case=str(case_id)) == [recording]


async def test_a_rating_that_comes_late_is_found(sessions: SessionFactory, clock: FixedClock) -> None:
    works = indexing(sessions, clock)
    recording = await add(sessions, clock, survey=None)
    await works.put(recording)
    async with sessions.begin() as session:
        call = await session.get(Call, "c-1")
        assert call is not None
        call.survey = 5
    event = CallChanged(at=clock.now(), call_id="c-1", ended=True)
    assert works.wants(event) and not works.wants(NoticeSent(at=clock.now(), notice_id=1))
    await works.handle(event)
    assert await found(sessions, survey=5) == [recording]


async def test_the_sweep_finds_what_no_event_told(sessions: SessionFactory, clock: FixedClock) -> None:
    works = indexing(sessions, clock)
    one, other = await add(sessions, clock, 1), await add(sessions, clock, 2)
    await transcribe(sessions, clock, one, "路灯不亮")
    assert await works.sweep_once() == 2
    assert await works.sweep_once() == 0
    await transcribe(sessions, clock, other, "路灯坏了")
    assert await works.sweep_once() == 1
    assert await found(sessions, q="路灯") == [other, one]


async def test_staged_and_deleted_recordings_are_not_found(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    works = indexing(sessions, clock)
    ids = [await add(sessions, clock, number) for number in (1, 2)]
    async with sessions.begin() as session:
        for recording_id, state in zip(ids, ("staged", "deleted"), strict=True):
            recording = await session.get(Recording, recording_id)
            assert recording is not None
            recording.state = state
    assert await works.sweep_once() == 0
    for recording_id in ids:
        await works.put(recording_id)
    await works.put(99)
    assert await found(sessions) == []


async def test_an_event_that_failed_comes_again(
    sessions: SessionFactory, clock: FixedClock, poll: Poll
) -> None:
    """As if killed in between: nothing was written, nothing acked; the next consumer does it."""
    recording = await add(sessions, clock)
    bus, broken = MemoryBus(), indexing(sessions, clock)
    await bus.publish(RecordingReady(at=clock.now(), call_id="c-1", recording_id=recording))
    reached = asyncio.Event()

    async def dies(_recording_id: int) -> None:
        reached.set()
        await asyncio.Event().wait()

    broken.put = dies  # type: ignore[method-assign, assignment]
    first = asyncio.create_task(broken.follow(bus))  # type: ignore[arg-type]
    await reached.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert await found(sessions) == []
    second = asyncio.create_task(indexing(sessions, clock).follow(bus))  # type: ignore[arg-type]

    async def is_found() -> bool:
        return await found(sessions) == [recording]

    await poll(is_found, "the second consumer has indexed it")
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)


async def test_reindexing_makes_the_same_index(sessions: SessionFactory, clock: FixedClock) -> None:
    works = indexing(sessions, clock)
    ids = [await add(sessions, clock, number) for number in (1, 2, 3)]
    for recording_id in ids:
        await transcribe(sessions, clock, recording_id, "路灯不亮")
    assert [done async for done in works.everything()] == [3]
    before = await found(sessions, q="路灯不亮", seat="1001")
    await empty(sessions)
    assert await found(sessions, q="路灯不亮") == []
    assert [done async for done in works.everything()] == [3]
    assert await found(sessions, q="路灯不亮", seat="1001") == before == [3, 2, 1]


async def test_what_was_recorded_beside_a_call_is_found_as_its_call_is(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    """A consultation (旁录), its row there before the ledger's; its alert names the call."""
    works = indexing(sessions, clock)
    side_id = "c-1-consult-1700000042"
    await sides.note(sessions, side_id)
    async with sessions.begin() as session:
        beside = Recording(call_id=side_id, state="verified", created_at=clock.now(), duration_s=2.0)
        session.add(beside)
    await transcribe(sessions, clock, beside.id, "楼下漏气")
    await works.put(beside.id)
    assert await found(sessions, q="漏气", seat="1001") == []
    own = await add(sessions, clock)
    await works.handle(CallChanged(at=clock.now(), call_id="c-1", ended=True))
    assert await found(sessions, seat="1001", number="1234") == [own, beside.id]
    assert await found(sessions, q="漏气", seat="1001") == [beside.id]
    (alert,) = await alerts(sessions)
    assert (alert.recording_id, alert.call_id) == (beside.id, "c-1")
