"""The database is away when the server starts: calls meet what was published last, from the copy on disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agi_scripts import server
from core.settings import Agi, Database, Paths, Settings
from ivr.flows import loader
from ivr.house import snapshot
from ivr.house.model import Announcement, FlaggedNumber
from ivr.house.snapshot import Published
from tests.agi_scripts.asterisk import FakeAsterisk
from tests.conftest import poll
from tests.ports import free_port

FLAGGED = "13900000001"
#: Silence leads to a message, which the delivered flow never does.
TEXT = loader.packaged("agent_first").replace('otherwise = "person"', 'otherwise = "message"', 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    away = Database(url="postgresql+asyncpg://nobody@127.0.0.1:1/none")
    return Settings(paths=Paths(state=tmp_path), agi=Agi(port=free_port()), database=away)


@pytest.fixture
def copy(settings: Settings, tmp_path: Path) -> Path:
    now, sound = datetime.now(UTC), tmp_path / "announcements" / "0123456789abcdef"
    sound.mkdir(parents=True)
    (sound / "zh_CN.alaw").write_bytes(b"\xd5" * 800)
    announcement = Announcement(1, "台风", "before", str(sound), now, now + timedelta(hours=1))
    flag = FlaggedNumber(FLAGGED, "message_only", now + timedelta(days=1))
    file = snapshot.copy_file(settings)
    snapshot.write_copy(file, Published(7, "agent_first", 3, TEXT, (announcement,), (flag,), ()))
    return file


@pytest.fixture
async def port(settings: Settings, copy: Path) -> AsyncIterator[int]:
    stop = asyncio.Event()
    task = asyncio.create_task(server.main(settings, stop))

    async def is_up() -> bool:
        try:
            (await asyncio.open_connection("127.0.0.1", settings.agi.port))[1].close()
        except OSError:
            return False
        return True

    await poll(is_up, "the server listens")
    yield settings.agi.port
    stop.set()
    await task


async def test_flow_announcement_and_flag_come_from_the_copy(port: int) -> None:
    anybody = FakeAsterisk(port, [], "13800001234")
    await anybody.call()
    assert anybody.variables["HL_NEXT"] == "message"
    assert anybody.played[:2] == ["zh_CN", "greeting"], "the announcement, then the menu"
    assert "ANNOUNCEMENT,1" in anybody.events
    flagged = FakeAsterisk(port, [], FLAGGED)
    await flagged.call()
    assert flagged.variables["HL_MESSAGE_ONLY"] == "1"
    assert "MARK,nuisance:message_only" in flagged.events
