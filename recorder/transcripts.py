"""From a verified archive copy to transcripts: one recording's last step, under a lease, in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from threading import Event
from typing import Any

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import outbox
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.events import TranscriptReady
from core.settings import Settings
from recorder import ffmpeg
from recorder.archiving import Mark
from recorder.failures import reason, wait_after
from recorder.leases import Lease, LeaseLostError, claim
from recorder.tables import RecordingState, Transcript
from recorder.transcribe.hearing import Hears, InProcess, SideHeard
from recorder.transcribe.normal import written
from recorder.transcribe.protocol import Transcriber
from recorder.transcribe.queue import Marks, NoMarks, Queue, next_up
from recorder.transcribe.tables import TranscriptionJob

#: After this many failures a recording is tried once a day.
_OFTEN = 8

log = structlog.get_logger()


def _unmarked(_step: str) -> None:
    return


class Transcripts:
    """Writes transcripts with whoever hears. `mark` is told of each step (tests)."""

    def __init__(
        self,
        settings: Settings,
        sessions: SessionFactory,
        clock: Clock,
        stop: Event | None = None,
        *,
        marks: Marks | None = None,
        mark: Mark = _unmarked,
    ) -> None:
        self._settings, self._sessions, self._clock = settings, sessions, clock
        self._stop, self._mark = stop or Event(), mark
        self._queue = Queue(sessions, clock, marks or NoMarks())

    async def run_one(self, transcriber: Transcriber) -> bool:
        """As `work`, recognising in a thread of this process."""
        return await self.work(InProcess(self._settings, transcriber))

    async def work(self, who: Hears) -> bool:
        """Transcribe the next recording that waits; False when there is none."""
        await self._queue.enlist()
        lease = await claim(self._sessions, self._clock, (RecordingState.VERIFIED,), next_up)
        if lease is None:
            return False
        self._mark("claimed")
        lost = Event()

        def give_up() -> bool:
            return lost.is_set() or self._stop.is_set()

        try:
            async with lease.kept(lost):
                heard = await who.hear(lease.recording, give_up)
            self._mark("heard")
            await self._commit(lease, who, heard)
        except LeaseLostError:
            log.warning("another worker took a recording over", call=lease.recording.call_id)
        except ffmpeg.StoppedError:
            await lease.end(leased_until=None)
        except Exception as error:  # noqa: BLE001 - the job runner's boundary: the row keeps the reason
            await self._failed(lease, error)
        return True

    async def _commit(self, lease: Lease, who: Hears, heard: Sequence[SideHeard]) -> None:
        recording, now = lease.recording, self._clock.now()
        done = {"state": RecordingState.TRANSCRIBED, "leased_until": None, "next_try_at": None}
        async with self._sessions() as session:
            await begin_write(session)
            await lease.save(session, **done, attempts=0, last_error="")
            version = await _supersede(session, recording.id)
            for one in heard:
                values = _values(who, one)
                session.add(Transcript(recording_id=recording.id, version=version, created_at=now, **values))
            await session.execute(_place_of(recording.id))
            outbox.add(session, TranscriptReady(at=now, call_id=recording.call_id, recording_id=recording.id))
            self._mark("committing")
            await session.commit()
        self._mark("committed")
        log.info(
            "recording transcribed",
            call=recording.call_id,
            model=who.model,
            version=version,
            took_s=round(sum(one.took_s for one in heard), 3),
            audio_s=round(sum(one.audio_s for one in heard), 1),
            heard_s=round(sum(one.fed_s for one in heard), 1),
        )

    async def _failed(self, lease: Lease, error: Exception) -> None:
        attempts = lease.recording.attempts + 1
        pause = wait_after(attempts) if attempts < _OFTEN else timedelta(days=1)
        values = {"attempts": attempts, "last_error": reason(error), "leased_until": None}
        await lease.end(**values, next_try_at=self._clock.now() + pause)
        log.warning("transcription failed", call=lease.recording.call_id, why=values["last_error"])


async def forget(session: AsyncSession, recording_id: int) -> None:
    """Remove every transcript of a recording and its place in the queue, in the caller's transaction."""
    await session.execute(delete(Transcript).where(Transcript.recording_id == recording_id))
    await session.execute(_place_of(recording_id))


async def _supersede(session: AsyncSession, recording_id: int) -> int:
    """The number of the version to come; the one before is current no more."""
    mine = Transcript.recording_id == recording_id
    last = await session.scalar(select(func.max(Transcript.version)).where(mine))
    await session.execute(update(Transcript).where(mine).values(is_current=False))
    return (last or 0) + 1


def _place_of(recording_id: int) -> Any:
    return delete(TranscriptionJob).where(TranscriptionJob.recording_id == recording_id)


def _values(who: Hears, one: SideHeard) -> dict[str, Any]:
    return {
        "side": one.side,
        "engine": who.engine,
        "model": who.model,
        "is_test_model": who.is_test_model,
        "text": one.heard.text,
        "normal_text": written(one.heard),
        "words": [word.as_json() for word in one.heard.words],
        "took_s": one.took_s,
    }
