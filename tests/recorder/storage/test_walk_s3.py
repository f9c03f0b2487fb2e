"""`hotline recordings verify` at an object store: found, missing, stray, and the store gone in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.settings import Settings
from hotline.proof import LedgerAnswered
from recorder.ingest import Ingest
from recorder.legs import SILENCE, Legs, Side
from recorder.proof.findings import Problem, Report
from recorder.proof.walk import Walk, Wanted
from recorder.storage import open_store
from recorder.storage.keys import object_key
from recorder.streams import sum_of
from tests.recorder.storage.conftest import S3Server

IDS = [f"hl-1700000000.{number}" for number in range(2)]


@pytest.fixture
async def sessions(sqlite_url: str) -> AsyncIterator[SessionFactory]:
    engine = make_engine(sqlite_url)
    yield make_sessions(engine)
    await engine.dispose()


async def _found(settings: Settings, sessions: SessionFactory) -> list[tuple[Problem, str]]:
    clock = FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
    report: Report = await Walk(settings, sessions, clock, LedgerAnswered(sessions), Wanted()).run()
    return [(one.problem, one.call_id) for one in report.findings]


async def test_objects_at_an_object_store_are_walked(
    s3_server: S3Server, sessions: SessionFactory, tmp_path: Path
) -> None:
    settings = s3_server.settings(tmp_path / "state", s3_server.bucket(), timeout_s=20.0)
    settings.spool_dir.mkdir(parents=True)
    clock = FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
    ingest = Ingest(settings, sessions, clock)
    for call_id in IDS:
        Legs(settings.spool_dir, call_id).path(Side.CALLER).write_bytes(SILENCE * 800)
        await ingest.stage(call_id)
    clock.advance(timedelta(minutes=1))
    while await ingest.run_one():
        pass
    store = open_store(settings)
    assert await _found(settings, sessions) == []
    stray = tmp_path / "stray"
    stray.write_bytes(b"whose?")
    with stray.open("rb") as content:
        total = sum_of(content, lambda: False)
    key = object_key("hl-1700000000.9", "wav")
    await asyncio.to_thread(store.put, key, stray, total)
    await asyncio.to_thread(store.delete, object_key(IDS[1], sealed=True))
    assert await _found(settings, sessions) == [
        (Problem.MISSING, IDS[1]),
        (Problem.STRAY, "hl-1700000000.9"),
    ]
    s3_server.stop()
    assert await _found(settings, sessions) == [(Problem.STORE, "")]
