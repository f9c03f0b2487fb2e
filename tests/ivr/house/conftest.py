"""A hotline's settings with a state folder of its own, and people of each role."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Paths, Settings
from core.tables import Account
from ivr.house.hands import Hand

NAMES = {"seat": "王芳", "shift_leader": "李强", "administrator": "赵敏"}
Hands = Callable[[str], Hand]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "state").mkdir()
    return Settings(paths=Paths(state=tmp_path / "state"))


@pytest.fixture
async def hands(sessions: SessionFactory, clock: FixedClock) -> Hands:
    """The hand of a person, by role."""
    people = {
        role: Account(
            username=role, display_name=name, role=role, password_hash="", failures=0, created_at=clock.now()
        )
        for role, name in NAMES.items()
    }
    async with sessions.begin() as db:
        db.add_all(people.values())
    return lambda role: Hand(sessions, clock, people[role], "10.0.0.7")
