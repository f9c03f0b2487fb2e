"""What happens by itself once a minute, and what a database that is away does to it."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from core.clock import FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.settings import Settings
from ivr.house import flags, sounds, upkeep
from ivr.house.model import FlagPath
from ivr.house.tables import Flag, FlagState
from tests.ivr.house.conftest import Hands


async def test_expired_flags_sounds_and_recordings_go(
    settings: Settings,
    sessions: SessionFactory,
    clock: FixedClock,
    hands: Hands,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    until = clock.now() + timedelta(hours=1)
    path = FlagPath.SLOW_QUEUE
    await flags.propose(
        hands("seat"), settings, number="13800001234", reason="骂人", path=path, expires_at=until
    )
    settings.spool_dir.mkdir()
    old, new, leg = (
        settings.spool_dir / f"h-{name}.alaw" for name in ("1-announcement", "2-announcement", "1-caller")
    )
    for file in (old, new, leg):
        file.write_bytes(b"x")
    for file in (old, leg):
        os.utime(file, (0, 0))
    root = sounds.announcements_dir(settings)
    sounds.keep(root, lambda folder: (folder / "zh_CN.alaw").touch())
    monkeypatch.setattr(sounds, "KEEP_S", -1.0)
    clock.advance(timedelta(hours=2))
    for _ in range(2):
        await upkeep.once(settings, sessions, clock)
    async with sessions() as db:
        flag = await db.get_one(Flag, 1)
    assert (flag.state, flag.ended_at) == (FlagState.EXPIRED, until)
    assert sorted(settings.spool_dir.iterdir()) == [leg, new], "recordings of calls are not its business"
    assert list(root.iterdir()) == []


async def test_a_database_that_is_away_is_tried_again(
    settings: Settings, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "EVERY_S", 0.01)
    nowhere = make_sessions(make_engine("postgresql+asyncpg://nobody@127.0.0.1:1/none"))
    with capture_logs() as logs, pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await upkeep.run(settings, nowhere, clock)
    assert len(logs) > 1
