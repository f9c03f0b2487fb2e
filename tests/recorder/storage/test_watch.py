"""The store away and back: an alarm as long as it lasts, and nothing waits longer than it must."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from core.clock import FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.settings import Archive, Settings
from ivr.board import channel
from recorder.ingest import Ingest
from recorder.legs import SILENCE
from recorder.storage import watch
from recorder.storage.protocol import StoreUnavailableError
from recorder.storage.watch import StoreWatch
from recorder.tables import RecordingState
from recorder.vault.keys import Keyring
from tests.recorder.conftest import CALL_ID, MakeLegs, row_of, tone, work_off


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client: Redis = Redis.from_url(redis_url, decode_responses=True)
    yield client
    await client.aclose()


@pytest.fixture
def disk(settings: Settings, tmp_path: Path) -> Path:
    """A disk of its own for the archive, in use already."""
    folder = tmp_path / "disk"
    folder.mkdir()
    (folder / ".archive").write_text("ours")
    (settings.paths.state / "archive-folder").write_text("ours")
    return folder


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"archive": Archive(folder=tmp_path / "disk")})


async def _alarms(redis: Redis) -> dict[str, Any]:
    told: dict[str, str] = await redis.hgetall(watch.ALARMS)
    return {kind: json.loads(body) for kind, body in told.items()}


def _unmount(disk: Path) -> None:
    """What is left is the empty folder it was mounted on."""
    disk.rename(disk.with_name("unmounted"))
    disk.mkdir()


def _mount(disk: Path) -> None:
    disk.rmdir()
    disk.with_name("unmounted").rename(disk)


def test_the_alarms_are_where_the_board_looks() -> None:
    assert watch.ALARMS == channel.ALARMS


async def test_away_is_an_alarm_and_back_again_everything_goes_on(
    settings: Settings,
    disk: Path,
    sessions: SessionFactory,
    clock: FixedClock,
    redis: Redis,
    make_legs: MakeLegs,
) -> None:
    Keyring.of(settings).make_first()
    ingest, store = Ingest(settings, sessions, clock), StoreWatch(settings, sessions, redis, clock)
    assert await store.once() and await _alarms(redis) == {}
    _unmount(disk)
    make_legs(tone(440, 0.2), SILENCE * 1600)
    await ingest.stage(CALL_ID)
    for _ in range(12):
        assert await ingest.run_one()
        clock.advance(timedelta(hours=1))
    waiting = await row_of(sessions)
    assert (waiting.state, waiting.last_error[:21]) == (RecordingState.STAGED, "StoreUnavailableError")
    assert not await store.once()
    since = (await _alarms(redis))["store"]["since"]
    clock.advance(timedelta(minutes=1))
    assert not await store.once()
    alarm = (await _alarms(redis))["store"]
    assert alarm["since"] == since and "mounted" in alarm["text_en"] and "录音存储不可用" in alarm["text"]
    assert alarm.keys() == {"kind", "text", "text_en", "since"}
    clock.advance(-timedelta(minutes=50))
    assert not await ingest.run_one(), "not due for a while"
    _mount(disk)
    assert await store.once() and await _alarms(redis) == {}
    await work_off(ingest)
    row = await row_of(sessions)
    assert (row.state, row.last_error, row.attempts) == (RecordingState.VERIFIED, "", 0)


async def test_what_failed_for_another_reason_keeps_its_pause(
    settings: Settings,
    disk: Path,
    sessions: SessionFactory,
    clock: FixedClock,
    redis: Redis,
    make_legs: MakeLegs,
) -> None:
    ingest = Ingest(settings, sessions, clock)
    Keyring.of(settings).make_first()
    make_legs(tone(440, 0.2), None)
    await ingest.stage(CALL_ID)
    key = next(one for one in Keyring.of(settings).folder.iterdir() if one.name != "current")
    key.unlink()
    assert await ingest.run_one()
    assert (await row_of(sessions)).last_error.startswith("WrongKeyError")
    assert await StoreWatch(settings, sessions, redis, clock).once()
    assert not await ingest.run_one()


async def test_a_store_that_hangs_is_asked_once_and_counts_as_away(
    settings: Settings,
    disk: Path,
    sqlite_url: str,
    clock: FixedClock,
    redis: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hangs, asked = threading.Event(), list[int]()

    class Hanging:
        def probe(self) -> None:
            asked.append(1)
            assert hangs.wait(60)

    monkeypatch.setattr(watch, "open_store", lambda _settings: Hanging())
    engine = make_engine(sqlite_url)
    store = StoreWatch(settings, make_sessions(engine), redis, clock, probe_s=0.05)
    try:
        assert not await store.once()
        assert not await store.once()
        assert asked == [1] and "does not answer" in (await _alarms(redis))["store"]["text_en"]
        hangs.set()
        async with asyncio.timeout(60):
            while not await store.once():
                pass
        assert await _alarms(redis) == {}
    finally:
        hangs.set()
        await engine.dispose()


async def test_without_redis_nothing_stops(
    settings: Settings, disk: Path, sqlite_url: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_settings: Settings) -> None:
        raise StoreUnavailableError("refused")

    engine = make_engine(sqlite_url)
    gone: Redis = Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=1)
    store = StoreWatch(settings, make_sessions(engine), gone, clock)
    try:
        assert await store.once()
        monkeypatch.setattr(watch, "open_store", away)
        assert not await store.once()
    finally:
        await gone.aclose()
        await engine.dispose()
