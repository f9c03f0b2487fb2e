"""From a verified archive copy to transcripts: one recording's last step, under a lease, in one commit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import delete

from core import outbox
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.events import TranscriptReady
from core.settings import Settings
from recorder import ffmpeg
from recorder.archive import Archive
from recorder.failures import reason, wait_after
from recorder.leases import Lease, LeaseLostError, claim
from recorder.legs import Side
from recorder.tables import Recording, RecordingState, Transcript
from recorder.transcribe.protocol import Heard, Transcriber

#: A slow model takes its time: one side of a recording may take this long, in seconds.
LIMIT_S = 6 * 3600.0
#: After this many failures a recording is tried once a day.
_OFTEN = 8

log = structlog.get_logger()


@dataclass(frozen=True)
class SideHeard:
    """What was heard on one side, and the seconds that took."""

    side: Side
    heard: Heard
    took_s: float


class Transcripts:
    """Writes transcripts with whatever transcriber it is given."""

    def __init__(
        self, settings: Settings, sessions: SessionFactory, clock: Clock, stop: Event | None = None
    ) -> None:
        self._settings, self._sessions, self._clock = settings, sessions, clock
        self._stop = stop or Event()

    async def run_one(self, transcriber: Transcriber) -> bool:
        """Transcribe the next recording that waits; False when there is none."""
        lease = await claim(self._sessions, self._clock, (RecordingState.VERIFIED,))
        if lease is None:
            return False
        lost = Event()

        def give_up() -> bool:
            return lost.is_set() or self._stop.is_set()

        try:
            async with lease.kept(lost):
                heard = [
                    await asyncio.to_thread(self._hear, transcriber, lease.recording, side, give_up)
                    for side in Side
                ]
            await self._commit(lease, transcriber, heard)
        except LeaseLostError:
            log.warning("another worker took a recording over", call=lease.recording.call_id)
        except ffmpeg.StoppedError:
            await lease.end(leased_until=None)
        except Exception as error:  # noqa: BLE001 - the job runner's boundary: the row keeps the reason
            await self._failed(lease, error)
        return True

    def _hear(
        self, transcriber: Transcriber, recording: Recording, side: Side, give_up: ffmpeg.StopAsked
    ) -> SideHeard:
        """Decode and recognise one side as a stream. Blocking."""
        begin = monotonic()
        with Archive(self._settings.archive_dir).open(recording.archive_key) as copy:
            pcm = ffmpeg.decode(
                self._settings, copy, give_up, side=side, rate=transcriber.rate, limit_s=LIMIT_S
            )
            heard = transcriber.transcribe(pcm)
        return SideHeard(side, heard, round(monotonic() - begin, 3))

    async def _commit(self, lease: Lease, transcriber: Transcriber, heard: list[SideHeard]) -> None:
        recording, now = lease.recording, self._clock.now()
        done = {"state": RecordingState.TRANSCRIBED, "leased_until": None, "next_try_at": None}
        async with self._sessions() as session:
            await begin_write(session)
            await lease.save(session, **done, attempts=0, last_error="")
            await session.execute(
                delete(Transcript).where(
                    Transcript.recording_id == recording.id,
                    Transcript.engine == transcriber.engine,
                    Transcript.model == transcriber.model,
                )
            )
            for one in heard:
                session.add(Transcript(**_values(recording, transcriber, one), created_at=now))
            outbox.add(session, TranscriptReady(at=now, call_id=recording.call_id, recording_id=recording.id))
            await session.commit()
        took = sum(one.took_s for one in heard)
        log.info("recording transcribed", call=recording.call_id, model=transcriber.model, took_s=took)

    async def _failed(self, lease: Lease, error: Exception) -> None:
        attempts = lease.recording.attempts + 1
        pause = wait_after(attempts) if attempts < _OFTEN else timedelta(days=1)
        values = {"attempts": attempts, "last_error": reason(error), "leased_until": None}
        await lease.end(**values, next_try_at=self._clock.now() + pause)
        log.warning("transcription failed", call=lease.recording.call_id, why=values["last_error"])


def _values(recording: Recording, transcriber: Transcriber, one: SideHeard) -> dict[str, Any]:
    return {
        "recording_id": recording.id,
        "side": one.side,
        "engine": transcriber.engine,
        "model": transcriber.model,
        "is_test_model": transcriber.is_test_model,
        "text": one.heard.text,
        "words": [word.as_json() for word in one.heard.words],
        "took_s": one.took_s,
    }
