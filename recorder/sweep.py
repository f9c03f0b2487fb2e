"""The round through the spool: finds what no event told of, so that nothing depends on one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import select

from core.clock import Clock
from core.db import SessionFactory
from recorder.calls import Calls
from recorder.capture.sides import call_of, note
from recorder.ingest import Ingest
from recorder.legs import Legs, in_spool
from recorder.tables import Recording, RecordingState

#: Legs of a call the ledger does not know are taken in after this long without growing.
ORPHANED_AFTER = timedelta(minutes=10)
#: The same for a call the ledger still believes live: its end was missed.
FORGOTTEN_AFTER = timedelta(hours=24)
_DONE = (RecordingState.VERIFIED, RecordingState.TRANSCRIBED, RecordingState.DELETED)
_BATCH = 500

#: Asked for the calls whose legs stay.
Kept = Callable[[], Awaitable[set[str]]]

log = structlog.get_logger()


async def _nothing_kept() -> set[str]:
    return set()


class Sweep:
    """Rounds through one spool folder."""

    def __init__(
        self,
        spool: Path,
        ingest: Ingest,
        calls: Calls,
        sessions: SessionFactory,
        clock: Clock,
        *,
        kept: Kept = _nothing_kept,
    ) -> None:
        """`kept` names the calls whose legs stay in the spool for now."""
        self._spool, self._ingest, self._calls = spool, ingest, calls
        self._sessions, self._clock, self._kept = sessions, clock, kept
        self._named: set[str] = set()

    async def once(self) -> int:
        """Stage finished and orphaned calls and finish interrupted clearing; how many were staged."""
        found, strange = in_spool(self._spool)
        self._name_once(strange)
        kept = await self._kept()
        found = [legs for legs in found if legs.call_id not in kept]
        staged = 0
        for at in range(0, len(found), _BATCH):
            staged += await self._look_at({legs.call_id: legs for legs in found[at : at + _BATCH]})
        return staged

    async def _look_at(self, found: dict[str, Legs]) -> int:
        async with self._sessions() as session:
            rows = await session.scalars(select(Recording).where(Recording.call_id.in_(found)))
            known = {row.call_id: row for row in rows}
        for row in known.values():
            if row.state in _DONE and row.call_id not in self._named:
                is_deleted = row.state == RecordingState.DELETED
                is_well = await (self._ingest.clear_legs if is_deleted else self._ingest.let_go)(row)
                if not is_well:
                    self._named.add(row.call_id)
        new = [call_id for call_id in found if call_id not in known]
        ended = await self._calls.have_ended({call_of(call_id) for call_id in new}) if new else {}
        staged = 0
        for call_id in new:
            call = call_of(call_id)
            if ended.get(call) or self._is_left_behind(found[call_id], is_known=call in ended):
                await note(self._sessions, call_id)
                staged += await self._ingest.stage(call_id)
        return staged

    def _is_left_behind(self, legs: Legs, *, is_known: bool) -> bool:
        still_for = self._clock.now() - datetime.fromtimestamp(legs.changed_at(), UTC)
        return still_for > (FORGOTTEN_AFTER if is_known else ORPHANED_AFTER)

    def _name_once(self, strange: list[str]) -> None:
        """A file that is no leg is left alone, and spoken of once."""
        for name in strange:
            if name not in self._named:
                self._named.add(name)
                log.warning("a file in the spool is no leg of a call; left alone", name=name[:120])
