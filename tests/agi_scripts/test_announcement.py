"""What a seat recorded by *90 becomes a draft, or the dialplan is told nothing and says that it is lost."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from agi_scripts import announcement
from agi_scripts.session import AgiSession
from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Paths, Settings
from core.tables import Account, AuditEntry
from ivr.house.tables import AnnouncementRow
from ivr.prompts.audio import Sine, audioop

CALL = "hl-1700000000.1"


class _Session:
    """As much of an AGI session as the handler uses."""

    def __init__(self, *words: str) -> None:
        self.header = {f"arg_{place}": word for place, word in enumerate(words, 1)}
        self.variables: dict[str, str] = {}

    async def set_variable(self, name: str, value: str) -> None:
        self.variables[name] = value


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(paths=Paths(state=tmp_path))
    settings.spool_dir.mkdir()
    return settings


def _record(settings: Settings, call_id: str = CALL, volume: float = -10.0) -> Path:
    tone = Sine(440, sample_rate=8000).to_audio_segment(duration=1500, volume=volume)
    file = settings.spool_dir / f"{call_id}-announcement.alaw"
    file.write_bytes(audioop.lin2alaw(tone.raw_data, 2))
    return file


async def _keep(settings: Settings, sessions: SessionFactory, clock: FixedClock, *words: str) -> bool:
    session = _Session(*words)
    given = cast(AgiSession, session)
    await announcement.handle(given, settings=settings, sessions=sessions, clock=clock)
    assert session.variables in ({}, {"HL_KEPT": "1"})
    return bool(session.variables)


async def test_it_becomes_a_draft_that_is_off(
    settings: Settings, sessions: SessionFactory, clock: FixedClock
) -> None:
    async with sessions.begin() as db:
        seat = Account(username="s", display_name="王芳", role="seat", extension="1001", password_hash="")
        seat.failures, seat.created_at = 0, clock.now()
        db.add(seat)
    file = _record(settings)
    assert await _keep(settings, sessions, clock, "1001", CALL)
    async with sessions() as db:
        row, entry = await db.get_one(AnnouncementRow, 1), await db.get_one(AuditEntry, 1)
    assert (row.source, row.enabled, row.created_by, bool(row.sound)) == ("phone", False, seat.id, True)
    assert row.title == "电话录制 11-23 09:30 坐席 1001"
    assert (entry.action, entry.actor_id, entry.detail["call_id"]) == ("announcement:made", seat.id, CALL)
    assert not file.exists()


@pytest.mark.parametrize("words", [(), ("1001",), ("1001", "../../etc/passwd"), ("1001;x", CALL)])
async def test_names_that_are_none_touch_nothing(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, words: tuple[str, ...]
) -> None:
    file = _record(settings)
    assert not await _keep(settings, sessions, clock, *words)
    assert file.exists()


async def test_silence_or_nothing_is_not_kept(
    settings: Settings, sessions: SessionFactory, clock: FixedClock
) -> None:
    assert not await _keep(settings, sessions, clock, "1001", CALL), "no file"
    _record(settings, volume=-120)
    assert not await _keep(settings, sessions, clock, "1001", CALL)
