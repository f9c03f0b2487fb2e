"""People, recordings of two years ago with their files, and facts of calls as the ledger would tell them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import FixedClock
from core.db import SessionFactory
from core.settings import Settings
from core.tables import Account, Role
from recorder.legs import Legs, Side
from recorder.retention.deletion import Eraser
from recorder.retention.model import CallFacts, Kind
from recorder.rights.store import Actor
from recorder.storage import open_store
from recorder.storage.keys import object_key
from recorder.tables import Recording, RecordingState

OLD = datetime(2023, 1, 5, 2, 0, tzinfo=UTC)
NUMBER = "13800001234"
AUDIO = b"OggS not really, but nobody listens"


@dataclass
class House:
    """Everything a retention test needs; facts are kept by hand."""

    settings: Settings
    sessions: SessionFactory
    clock: FixedClock
    people: dict[str, Account] = field(default_factory=dict)
    facts: dict[str, CallFacts] = field(default_factory=dict)

    async def of(self, session: AsyncSession, call_ids: Collection[str]) -> Mapping[str, CallFacts]:
        return {one: self.facts[one] for one in call_ids if one in self.facts}

    def actor(self, name: str) -> Actor:
        return Actor(self.people[name], "127.0.0.1", self.clock.now())

    def eraser(self, **more: Any) -> Eraser:
        return Eraser(self.settings, self.sessions, self.clock, self, **more)

    async def record(
        self,
        *,
        at: datetime = OLD,
        state: RecordingState = RecordingState.TRANSCRIBED,
        is_known: bool = True,
        **facts: Any,
    ) -> Recording:
        """A recording in the archive, with a staging copy of its legs, of a call that ended at `at`."""
        call_id = f"hl-{int(at.timestamp())}.{len(self.facts) + 1}"
        row = Recording(
            call_id=call_id,
            state=state,
            created_at=at,
            duration_s=2.0,
            caller_sha256="c" * 64,
            hotline_sha256="d" * 64,
            audio_sha256=sha256(AUDIO).hexdigest(),
            archive_sha256=sha256(AUDIO).hexdigest(),
            archive_key=object_key(call_id),
            archive_bytes=len(AUDIO),
            peaks={"step_s": 0.1, "caller": [1], "hotline": [2]},
            wrapped_key="ab",
            key_id="0123456789abcdef",
        )
        place = self.settings.archive_dir / row.archive_key
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(AUDIO)
        for side in Side:
            Legs(self.settings.spool_dir, call_id).path(side).write_bytes(b"\xd5" * 8)
        if is_known:
            self.facts[call_id] = CallFacts(call_id, at, facts.pop("kind", Kind.MESSAGE), **facts)
        async with self.sessions.begin() as db:
            db.add(row)
        return row

    def has_files(self, row: Recording) -> tuple[bool, bool]:
        """Whether the object and whether any leg is still there."""
        there = object_key(row.call_id) in set(open_store(self.settings).keys())
        return there, bool(Legs(self.settings.spool_dir, row.call_id).sizes())


@pytest.fixture
async def house(settings: Settings, sessions: SessionFactory, clock: FixedClock) -> House:
    made = House(settings, sessions, clock)
    for name, role in (
        ("admin", Role.ADMINISTRATOR),
        ("admin2", Role.ADMINISTRATOR),
        ("inspector", Role.INSPECTOR),
        ("leader", Role.SHIFT_LEADER),
    ):
        made.people[name] = Account(
            username=name, display_name=name, role=role, password_hash="", failures=0, created_at=clock.now()
        )
    async with sessions.begin() as db:
        db.add_all(made.people.values())
    return made
