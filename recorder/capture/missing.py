"""What a call's recording lacks (录音缺失), said on the call: a full disk must not pass unnoticed.

The switch goes on with a call whose legs it cannot write. Where in the call the sound is missing is not
known; the gap is written at its end, as long as what is missing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.settings import Settings
from recorder.calls import Lengths
from recorder.capture.tables import GapWhy, RecordingGap
from recorder.legs import Legs
from recorder.tables import Recording, RecordingState

#: A recording that is shorter than its call by less than this lacks nothing: answer and hang-up take a
#: moment, and a crash of the switch costs what it had not yet written.
TOLERANCE = timedelta(seconds=5)

log = structlog.get_logger()


class Missing:
    """Compares recordings with the lengths of their calls."""

    def __init__(self, settings: Settings, sessions: SessionFactory, clock: Clock, lengths: Lengths) -> None:
        self._spool, self._sessions, self._clock, self._lengths = (
            settings.spool_dir,
            sessions,
            clock,
            lengths,
        )

    async def look(self, recording: Recording) -> timedelta:
        """Write down what a recording lacks, once; how much."""
        spoken = await self._lengths.spoken(recording.call_id)
        if spoken is None:  # a side recording has no length in the ledger
            return timedelta()
        return await self._note(recording.call_id, spoken, recording.duration_s)

    async def look_for(self, call_id: str) -> bool:
        """A call that left nothing in the spool gets a recording that says so; whether it did."""
        sizes = Legs(self._spool, call_id).sizes()
        if any(sizes.values()):
            return False
        spoken = await self._lengths.spoken(call_id)
        if spoken is None or spoken[1] - spoken[0] < TOLERANCE:
            return False
        if sizes:  # empty ones: taking them in says that they are
            await self._note(call_id, spoken, 0.0)
            return False
        lost = round((spoken[1] - spoken[0]).total_seconds())
        row = Recording(
            call_id=call_id,
            state=RecordingState.DAMAGED,
            created_at=self._clock.now(),
            last_error=f"MissingError: nothing was recorded of {lost} s; was the disk full?",
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
        await self._note(call_id, spoken, 0.0)
        log.error("ALARM: a call was answered and not recorded", call=call_id, seconds=lost)
        return True

    async def _note(self, call_id: str, spoken: tuple[datetime, datetime], recorded_s: float) -> timedelta:
        answered, ended = spoken
        lacking = ended - answered - timedelta(seconds=recorded_s)
        if lacking <= TOLERANCE:
            return timedelta()
        async with self._sessions() as session:
            await begin_write(session)
            if not await _is_noted(session, call_id):
                gap = RecordingGap(call_id=call_id, why=GapWhy.MISSING, began_at=ended - lacking)
                gap.until_at = gap.ended_at = ended
                session.add(gap)
                await session.commit()
                log.error("a recording is shorter than its call", call=call_id, lacking=str(lacking))
        return lacking


async def _is_noted(session: AsyncSession, call_id: str) -> bool:
    known = select(RecordingGap.id).where(RecordingGap.call_id == call_id, RecordingGap.why == GapWhy.MISSING)
    return await session.scalar(known) is not None
