"""hotline.timers on real Redis: an event in, a described draft and an event out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import select

from core.bus import Bus
from core.clock import FixedClock
from core.db import SessionFactory
from core.events import CaseOpened, HelpRequested
from core.settings import Database, Paths, Redis, Settings
from hotline import timers
from hotline.timers import LedgerCalls, RecorderTranscripts
from ivr.ledger.tables import Call
from recorder.tables import Recording, Transcript
from ticketing.intake import Caller
from ticketing.tables import Case

Poll = Callable[..., Awaitable[None]]


async def add_call(sessions: SessionFactory, clock: FixedClock, texts: dict[str, tuple[str, bool]]) -> None:
    """A call with transcripts: model → (text, is it the test model)."""
    async with sessions() as session:
        session.add(Call(id="a-1", trunk="carrier", caller="13800001234", started_at=clock.now()))
        recording = Recording(call_id="a-1", state="transcribed", created_at=clock.now())
        session.add(recording)
        await session.flush()
        for side in ("caller", "hotline"):
            for version, (model, (text, is_test)) in enumerate(texts.items(), 1):
                transcript = Transcript(
                    recording_id=recording.id,
                    side=side,
                    engine="vosk",
                    model=model,
                    version=version,
                    is_test_model=is_test,
                    text=text if side == "caller" else "您好",
                    took_s=0.1,
                    created_at=clock.now(),
                )
                session.add(transcript)
        await session.commit()


async def test_the_facts_of_a_call(sessions: SessionFactory, clock: FixedClock) -> None:
    await add_call(sessions, clock, {"small": ("路灯不亮", False), "tiny": ("路 灯", True)})
    assert await LedgerCalls(sessions).caller("a-1") == Caller("13800001234", confidential=False)
    assert await LedgerCalls(sessions).caller("a-2") is None
    assert await RecorderTranscripts(sessions).caller_text("a-1") == "路灯不亮"
    assert await RecorderTranscripts(sessions).caller_text("a-2") == ""


async def test_what_the_test_model_heard_says_so(sessions: SessionFactory, clock: FixedClock) -> None:
    await add_call(sessions, clock, {"tiny": ("路灯不亮", True)})
    assert await RecorderTranscripts(sessions).caller_text("a-1") == "（测试模型转写）路灯不亮"


async def test_from_call_to_draft(
    sessions: SessionFactory,
    database_url: str,
    redis_url: str,
    clock: FixedClock,
    tmp_path: Path,
    poll: Poll,
) -> None:
    await add_call(sessions, clock, {"tiny": ("路灯不亮", True)})
    port = int(redis_url.rsplit(":", 1)[1].split("/")[0])
    settings = Settings(
        paths=Paths(state=tmp_path), redis=Redis(port=port), database=Database(url=database_url)
    )
    stop, bus = asyncio.Event(), Bus(redis_url, block_ms=100)
    await bus.publish(HelpRequested(at=clock.now(), call_id="a-1"))
    running = asyncio.create_task(timers.main(settings, stop))

    async def is_there() -> bool:
        async with sessions() as session:
            return (await session.scalar(select(Case.description))) == "（测试模型转写）路灯不亮"

    await poll(is_there, "the draft is there, described")
    events = []
    async with asyncio.timeout(10):
        async for message_id, event in bus.consume("test", "one"):
            await bus.ack("test", message_id)
            events.append(event)
            if len(events) == 2:
                break
    stop.set()
    await asyncio.wait_for(running, 10)
    await bus.close()
    assert isinstance(events[1], CaseOpened) and events[1].call_id == "a-1"
