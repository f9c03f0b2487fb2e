"""Days of recordings in the database, as the recorder would have left them; without sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from core.clock import FixedClock
from core.db import SessionFactory
from core.tables import Account, Role
from recorder.proof.chain import ChainCheck
from recorder.proof.findings import Finding, Report
from recorder.proof.roots import Root
from recorder.proof.seal import seal_due
from recorder.proof.tables import RecordingDay, RecordingDayEntry
from recorder.retention.deletion import carry_out
from recorder.retention.tables import Proposal, ProposalState, Tombstone
from recorder.tables import Recording, RecordingState

GRACE = timedelta(hours=4)
#: 2026-03-02, 05:00 in China: the grace of the day before is over.
FIRST = datetime(2026, 3, 1, 21, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Archive:
    """Recordings and their chain; the clock moves a day at a time."""

    sessions: SessionFactory
    clock: FixedClock
    people: list[int] = field(default_factory=list)
    count: int = 0

    async def record(self, state: RecordingState = RecordingState.TRANSCRIBED, **more: Any) -> Recording:
        """A recording made an hour before now, or at `created_at`."""
        self.count += 1
        at = more.pop("created_at", self.clock.now() - timedelta(hours=1))
        sums = {
            name: sha256(f"{name} {self.count}".encode()).hexdigest()
            for name in ("caller_sha256", "hotline_sha256", "audio_sha256", "archive_sha256")
        }
        row = Recording(
            call_id=f"hl-{1_772_300_000 + self.count}.{self.count}",
            state=state,
            created_at=at,
            duration_s=self.count + 0.125,
            **sums | more,
        )
        async with self.sessions.begin() as db:
            db.add(row)
        return row

    async def night(self, nights: int = 1) -> list[RecordingDay]:
        """To the same time on the next day, sealing what is due."""
        made = []
        for _ in range(nights):
            self.clock.advance(DAY)
            made += await seal_due(self.sessions, self.clock, GRACE)
        return made

    async def delete(self, row: Recording) -> None:
        """By two people, as the eraser does."""
        first, second = await self._people()
        async with self.sessions.begin() as db:
            proposal = Proposal(
                made_at=self.clock.now(),
                why="期满",
                state=ProposalState.APPROVED,
                first_by=first,
                second_by=second,
            )
            db.add(proposal)
            await db.flush()
            recording = await db.get_one(Recording, row.id)
            await carry_out(db, recording, proposal, "", self.clock.now(), forgetting=())

    async def check(self, roots: Sequence[Root] = ()) -> Report:
        """What is wrong with the chain."""
        report = Report()
        await ChainCheck(self.sessions, report, report.add).run(roots)
        return report

    async def findings(self) -> list[Finding]:
        return (await self.check()).findings

    async def days(self) -> Sequence[RecordingDay]:
        async with self.sessions() as db:
            return (await db.scalars(select(RecordingDay).order_by(RecordingDay.number))).all()

    async def entries(self) -> Sequence[RecordingDayEntry]:
        order = (RecordingDayEntry.day_number, RecordingDayEntry.position)
        async with self.sessions() as db:
            return (await db.scalars(select(RecordingDayEntry).order_by(*order))).all()

    async def set(self, table: Any, where: Any, **values: Any) -> None:
        """What somebody with the database's password does."""
        async with self.sessions.begin() as db:
            await db.execute(update(table).where(where).values(**values))

    async def remove(self, table: Any, where: Any) -> None:
        """As `set`; no foreign key stands in the way of such a person."""
        async with self.sessions() as db:
            is_sqlite = (await db.connection()).dialect.name == "sqlite"
        off = "PRAGMA foreign_keys=OFF" if is_sqlite else "SET session_replication_role = replica"
        on = "PRAGMA foreign_keys=ON" if is_sqlite else "SET session_replication_role = origin"
        async with self.sessions() as db:
            connection = await db.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
            await connection.execute(text(off))
            await connection.execute(delete(table).where(where))
            await connection.execute(text(on))

    async def add(self, table: Any, **values: Any) -> None:
        async with self.sessions.begin() as db:
            await db.execute(insert(table).values(**values))

    async def stone(self, row: Recording) -> Tombstone:
        async with self.sessions() as db:
            return await db.get_one(Tombstone, row.id)

    async def _people(self) -> list[int]:
        if not self.people:
            rows = [
                Account(
                    username=name,
                    display_name=name,
                    role=Role.ADMINISTRATOR,
                    password_hash="",
                    failures=0,
                    created_at=self.clock.now(),
                )
                for name in ("first", "second")
            ]
            async with self.sessions.begin() as db:
                db.add_all(rows)
            self.people = [row.id for row in rows]
        return self.people


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(FIRST)


@pytest.fixture
def archive(sessions: SessionFactory, clock: FixedClock) -> Archive:
    return Archive(sessions, clock)
