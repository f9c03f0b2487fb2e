"""The two processes as they run: real Redis, real database, real ffmpeg and vosk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from core.bus import Bus
from core.db import SessionFactory, make_engine, make_sessions
from core.events import CallChanged
from core.settings import Database, Paths, Settings, Transcribe
from core.settings import Recording as RecordingSettings
from core.settings import Redis as RedisSettings
from recorder import gauges, transcriber, worker
from recorder.legs import Legs, Side
from recorder.tables import Recording, RecordingState, Transcript
from tests.conftest import poll
from tests.recorder.conftest import CALL_ID, tone

Main = Callable[..., Awaitable[None]]


@pytest.fixture
def settings(tmp_path: Path, redis_url: str, sqlite_url: str) -> Settings:
    return Settings(
        paths=Paths(state=tmp_path / "state", native=Settings().paths.native),
        redis=RedisSettings(port=int(redis_url.rpartition(":")[2].partition("/")[0])),
        database=Database(url=sqlite_url),
        transcribe=Transcribe(download=False, model_name="a-model-nobody-has"),
        recording=RecordingSettings(keep_staging_hours=0),
    )


@pytest.fixture
async def sessions(settings: Settings) -> AsyncIterator[SessionFactory]:
    engine = make_engine(settings.database_url)
    yield make_sessions(engine)
    await engine.dispose()


@asynccontextmanager
async def _running(main: Main, *args: Any, **more: Any) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.ensure_future(main(*args, stop, **more))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(task, 15)


def _write_legs(settings: Settings, caller: bytes, call_id: str = CALL_ID) -> Legs:
    settings.spool_dir.mkdir(parents=True, exist_ok=True)
    legs = Legs(settings.spool_dir, call_id)
    legs.path(Side.CALLER).write_bytes(caller)
    legs.path(Side.HOTLINE).write_bytes(b"\xd5" * len(caller))
    return legs


def _is_in(sessions: SessionFactory, state: RecordingState, call_id: str = CALL_ID) -> Callable[[], Any]:
    async def check() -> bool:
        async with sessions() as session:
            found = await session.scalar(select(Recording.state).where(Recording.call_id == call_id))
        return bool(found == state)

    return check


async def _read(redis_url: str, key: str) -> dict[str, Any]:
    redis: Redis = Redis.from_url(redis_url)
    body = await redis.get(key)
    await redis.aclose()
    return json.loads(body) if body else {}


async def test_an_ended_call_is_archived_and_rubbish_on_the_bus_is_no_obstacle(
    settings: Settings, sessions: SessionFactory, redis_url: str
) -> None:
    legs = _write_legs(settings, tone(440, 0.5))
    bus = Bus(redis_url)
    for call_id in ("../../etc/passwd", CALL_ID, CALL_ID):
        await bus.publish(CallChanged(at=datetime.now(UTC), call_id=call_id, ended=True))
    await bus.close()
    async with _running(worker.main, settings):
        await poll(_is_in(sessions, RecordingState.VERIFIED), "the recording is verified")
        await poll(lambda: _cleared(legs), "the legs are gone")
        published = await _read(redis_url, gauges.KEY)
        assert published["min_free_mib"] == settings.recording.min_free_mib
        assert published["free_mib"] > 0


async def _cleared(legs: Legs) -> bool:
    return legs.sizes() == {}


async def test_the_sweep_asks_the_ledger_it_is_given(settings: Settings, sessions: SessionFactory) -> None:
    class Ledger:
        async def have_ended(self, call_ids: Collection[str]) -> Mapping[str, bool]:
            return dict.fromkeys(call_ids, True)

    _write_legs(settings, b"\xd5" * 800)
    async with _running(worker.main, settings, calls=Ledger()):
        await poll(_is_in(sessions, RecordingState.VERIFIED), "the recording is verified")


async def test_recordings_wait_without_a_model_and_are_transcribed_with_the_test_model(
    settings: Settings, sessions: SessionFactory, redis_url: str, speak: Callable[..., bytes]
) -> None:
    _write_legs(settings, speak("路灯不亮"))
    bus = Bus(redis_url)
    await bus.publish(CallChanged(at=datetime.now(UTC), call_id=CALL_ID, ended=True))
    await bus.close()
    async with _running(worker.main, settings):
        await poll(_is_in(sessions, RecordingState.VERIFIED), "the recording is verified")
    none = settings.transcribe.model_copy(update={"use_test_model": False})
    async with _running(transcriber.main, settings.model_copy(update={"transcribe": none})):
        await poll(lambda: _says(redis_url, "no_model"), "the transcriber says it has no model")
        assert "transcribe.model" in (await _read(redis_url, transcriber.KEY))["help"]
    assert await _is_in(sessions, RecordingState.VERIFIED)()
    async with _running(transcriber.main, settings):
        await poll(_is_in(sessions, RecordingState.TRANSCRIBED), "the recording is transcribed")
        status = await _read(redis_url, transcriber.KEY)
    said = {key: status[key] for key in ("state", "model", "is_test_model", "help", "workers", "failed")}
    assert said == {
        "state": "ready",
        "model": "vosk-hotline-tiny",
        "is_test_model": True,
        "help": "",
        "workers": 1,
        "failed": 0,
    }
    async with sessions() as session:
        caller = await session.scalar(select(Transcript).where(Transcript.side == "caller"))
    assert caller and (caller.text, caller.is_test_model) == ("路灯不亮", True)


async def _says(redis_url: str, state: str) -> bool:
    return (await _read(redis_url, transcriber.KEY)).get("state") == state
