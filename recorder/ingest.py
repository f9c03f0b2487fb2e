"""From legs in the spool to a verified archive copy: one recording's life, a step at a time.

staged → archived → verified, each step one commit. A worker killed at any instant leaves either the old
state, and the step is done again from the legs, or the new one, and the next step goes on. The legs are
deleted last, after `verified` is committed, and only while they are what the copy was made from.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import outbox
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.events import RecordingReady
from core.settings import Settings
from recorder.archiving import Facts, Mark, UnfitError, check_archive, is_from, write_archive
from recorder.failures import after_failure
from recorder.ffmpeg import StopAsked, StoppedError
from recorder.leases import Lease, LeaseLostError, claim
from recorder.legs import Legs
from recorder.tables import Recording, RecordingState
from recorder.vault import first_key

#: The switch may still be writing its last frames when a call is already over.
SETTLE = timedelta(seconds=2)

log = structlog.get_logger()


#: Asked of each verified recording whose legs lie in the spool: whether they stay there for now.
Keep = Callable[[Recording], Awaitable[bool]]


def _unmarked(_step: str) -> None:
    return


async def keep_nothing(_recording: Recording) -> bool:
    """Legs are removed as soon as the archive copy is verified."""
    return False


class Ingest:
    """Takes recordings in. `stop` ends a step early without loss; `mark` is told of each step (tests)."""

    def __init__(
        self,
        settings: Settings,
        sessions: SessionFactory,
        clock: Clock,
        *,
        stop: Event | None = None,
        mark: Mark = _unmarked,
        keep: Keep = keep_nothing,
    ) -> None:
        self._settings, self._sessions, self._clock = settings, sessions, clock
        self._stop = stop or Event()
        self._mark, self._keep = mark, keep

    async def stage(self, call_id: str) -> bool:
        """Create the row of a finished call that has a leg in the spool; False when there is nothing to do.

        Raises:
            BadCallIdError: not an id of ours.
        """
        legs = self._legs(call_id)
        if not legs.sizes():
            return False
        now = self._clock.now()
        quiet_at = datetime.fromtimestamp(legs.changed_at(), UTC) + SETTLE
        row = Recording(
            call_id=call_id,
            state=RecordingState.STAGED,
            created_at=now,
            next_try_at=min(max(now, quiet_at), now + SETTLE),
        )
        async with self._sessions() as session:
            await begin_write(session)
            if await session.scalar(select(Recording.id).where(Recording.call_id == call_id)):
                return False
            session.add(row)
            try:
                await session.commit()
            except IntegrityError:  # another worker was quicker
                return False
        self._mark("staged")
        log.info("recording staged", call=call_id)
        return True

    async def run_one(self) -> bool:
        """Take one step with the next recording that is due; False when there is none."""
        lease = await claim(self._sessions, self._clock, (RecordingState.STAGED, RecordingState.ARCHIVED))
        if lease is None:
            return False
        self._mark("claimed")
        lost = Event()

        def give_up() -> bool:
            return lost.is_set() or self._stop.is_set()

        try:
            async with lease.kept(lost):
                values = await self._work(lease.recording, give_up)
            await self._commit(lease, values)
        except LeaseLostError:
            log.warning("another worker took a recording over", call=lease.recording.call_id)
        except StoppedError:
            await lease.end(leased_until=None)
        except Exception as error:  # noqa: BLE001 - the job runner's boundary: the row keeps the reason
            await self._failed(lease, error)
        return True

    async def _work(self, recording: Recording, give_up: StopAsked) -> dict[str, Any]:
        """The blocking part of a step, in a thread; the column values to commit after it."""
        legs = self._legs(recording.call_id)
        if recording.state == RecordingState.STAGED:
            async with self._sessions() as session:
                await first_key.ensure(session, self._settings)
            facts = await asyncio.to_thread(write_archive, self._settings, legs, give_up, self._mark)
            return {"state": RecordingState.ARCHIVED, "last_error": "", **asdict(facts)}
        await asyncio.to_thread(check_archive, self._settings, legs, _facts(recording), give_up)
        self._mark("checked")
        return {"state": RecordingState.VERIFIED, "last_error": "", "attempts": 0}

    async def _commit(self, lease: Lease, values: dict[str, Any]) -> None:
        recording = lease.recording
        async with self._sessions() as session:
            await begin_write(session)
            await lease.save(session, **values, leased_until=None, next_try_at=None)
            if values["state"] == RecordingState.VERIFIED:
                now = self._clock.now()
                outbox.add(
                    session, RecordingReady(at=now, call_id=recording.call_id, recording_id=recording.id)
                )
            self._mark(f"committing-{values['state']}")
            await session.commit()
        self._mark(f"committed-{values['state']}")
        log.info("recording " + values["state"], call=recording.call_id)
        if values["state"] == RecordingState.VERIFIED:
            await self.let_go(recording)

    async def let_go(self, recording: Recording) -> bool:
        """Delete the legs of a verified recording unless they are to stay; False: somebody has to look."""
        return await self._keep(recording) or await self.clear_legs(recording)

    async def clear_legs(self, recording: Recording) -> bool:
        """Delete the legs of a verified recording; False, and they stay, when they are not its legs."""
        legs = self._legs(recording.call_id)
        if not await asyncio.to_thread(is_from, legs, _facts(recording)):
            log.error("legs differ from the archive copy; kept for a person", call=recording.call_id)
            return False
        await asyncio.to_thread(legs.remove)
        self._mark("cleared")
        return True

    async def _failed(self, lease: Lease, error: Exception) -> None:
        recording = lease.recording
        values = after_failure(recording, error, self._clock.now())
        if isinstance(error, UnfitError) and values.get("state") != RecordingState.DAMAGED:
            values["state"] = RecordingState.STAGED
        await lease.end(**values)
        level = log.error if values.get("state") == RecordingState.DAMAGED else log.warning
        level(
            "recording failed", call=recording.call_id, attempt=values["attempts"], why=values["last_error"]
        )

    def _legs(self, call_id: str) -> Legs:
        return Legs(self._settings.spool_dir, call_id)


def _facts(recording: Recording) -> Facts:
    return Facts(**{name: getattr(recording, name) for name in Facts.__dataclass_fields__})
