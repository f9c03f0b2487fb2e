"""A new master key (主密钥轮换): every data key is wrapped anew, in the row and in the file's header.

The audio is not encrypted again. A file is replaced as a whole, and only when it is, to the bit, what its row
says; the row follows. Killed anywhere between, the next run does the same recording again from its row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import NotFoundError
from core.settings import Settings
from recorder.leases import Lease, LeaseLostError, claim
from recorder.scratch import scratch
from recorder.storage import open_store
from recorder.streams import StopAsked, StoppedError, SummedOutput, SummedSource, copy
from recorder.tables import Recording, RecordingState
from recorder.vault.container import Header, rewrap, with_wrapping
from recorder.vault.errors import TamperedError, WrongKeyError
from recorder.vault.keys import Keyring, MasterKey

#: Recordings in these states have a sealed object. What is staged will be sealed anew, with the new key.
_STATES = (
    RecordingState.ARCHIVED,
    RecordingState.VERIFIED,
    RecordingState.TRANSCRIBED,
    RecordingState.DAMAGED,
)

Mark = Callable[[str], None]


@dataclass
class Report:
    """What became of it. Recordings are named by call id."""

    key_id: str
    moved: int = 0
    #: The row was moved, but the store has no such object.
    without_object: list[str] = field(default_factory=list)
    #: Left as they were, and why.
    refused: list[tuple[str, str]] = field(default_factory=list)
    #: How many are being worked on: another run will move them.
    busy: int = 0
    retired: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return not self.busy


class Rotation:
    """One run. `mark` is told of each step (tests kill the process there)."""

    def __init__(
        self, settings: Settings, sessions: SessionFactory, clock: Clock, mark: Mark = lambda _step: None
    ) -> None:
        self._settings, self._sessions, self._clock, self._mark = settings, sessions, clock, mark
        self._keys = Keyring.of(settings)

    async def run(self) -> Report:
        """Move every recording to the new key, then retire the keys nothing uses any more.

        Raises:
            WrongKeyError: the new key cannot be used.
            StoreUnavailableError, OSError: broken off; what is moved is moved, and the next run goes on.
        """
        new = await asyncio.to_thread(self._keys.begin_rotation)
        self._mark("begun")
        report, last = Report(new.id), 0
        while lease := await claim(self._sessions, self._clock, _STATES, _after(last, new.id)):
            last = lease.recording.id
            await self._one(lease, new, report)
        report.busy = await self._count_busy(new.id)
        if report.is_complete:
            report.retired = await self._retire(new.id)
            await asyncio.to_thread(self._keys.end_rotation)
        return report

    async def _one(self, lease: Lease, new: MasterKey, report: Report) -> None:
        lost, call_id = Event(), lease.recording.call_id
        try:
            async with lease.kept(lost):
                values = await asyncio.to_thread(self._move, lease.recording, new, lost.is_set)
            self._mark("stored")
            async with self._sessions() as session:
                await begin_write(session)
                await lease.save(session, **values, leased_until=None)
                await session.commit()
        except (TamperedError, WrongKeyError) as error:
            report.refused.append((call_id, str(error)))
            await lease.end(leased_until=None)
            return
        except (LeaseLostError, StoppedError):
            return  # whoever has it now decides; counted as busy if it is still under the old key
        except BaseException:
            await lease.end(leased_until=None)
            raise
        self._mark("committed")
        report.moved += 1
        if "archive_sha256" not in values:
            report.without_object.append(call_id)

    def _move(self, recording: Recording, new: MasterKey, stop: StopAsked) -> dict[str, Any]:
        """Put the object with its new header into the store; the column values that say so."""
        remembered = bytes.fromhex(recording.wrapped_key)
        wrapped = rewrap(remembered, recording.call_id, self._keys.get(recording.key_id), new)
        values = {"key_id": new.id, "wrapped_key": wrapped.hex()}
        store = open_store(self._settings, recording.store)
        try:
            source = store.open(recording.archive_key)
        except NotFoundError:
            return values
        with source, scratch(self._settings, recording.call_id) as place, place.open("xb") as output:
            found = Header.read(source)
            # A run that was killed may have put its own header there: the sum is that of the row's.
            before = SummedSource(source, stop)
            before.take(with_wrapping(found, recording.key_id, remembered).pack())
            after = SummedOutput(output)
            after.write(with_wrapping(found, new.id, wrapped).pack())
            copy(before, after)
            output.flush()
            if before.hex != recording.archive_sha256:
                raise TamperedError("the object is not what was stored")
            self._mark("rewrapped")
            store.put(recording.archive_key, place, after.hex)
        return values | {"archive_sha256": after.hex}

    async def _count_busy(self, new_id: str) -> int:
        """Recordings a worker holds that are under an old key, or are being sealed right now."""
        is_held = Recording.leased_until > self._clock.now()
        concerned = or_(_under_another(new_id), Recording.state == RecordingState.STAGED)
        async with self._sessions() as session:
            return len((await session.scalars(select(Recording.id).where(is_held, concerned))).all())

    async def _retire(self, new_id: str) -> list[str]:
        async with self._sessions() as session:
            used = set(
                await session.scalars(select(Recording.key_id).where(_under_another(new_id)).distinct())
            )
        unused = [key_id for key_id in self._keys.ids() if key_id not in used | {new_id}]
        for key_id in unused:
            await asyncio.to_thread(self._keys.retire, key_id)
        return unused


def _under_another(new_id: str) -> ColumnElement[bool]:
    """Sealed by another key. A row that names no object (deleted, damaged before there was one) has nothing
    to be moved, and keeps no key alive."""
    has_object = Recording.state.in_(_STATES) & (Recording.archive_key != "")
    return has_object & (Recording.key_id != "") & (Recording.key_id != new_id)


def _after(last: int, new_id: str) -> Callable[[datetime, Collection[RecordingState]], Select[Any]]:
    """The next recording to move, whenever its own work is due."""

    def query(now: datetime, _states: Collection[RecordingState]) -> Select[Any]:
        is_free = or_(Recording.leased_until.is_(None), Recording.leased_until <= now)
        wanted = select(Recording).where(_under_another(new_id), is_free, Recording.id > last)
        return wanted.order_by(Recording.id).limit(1)

    return query
