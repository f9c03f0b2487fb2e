"""Where recordings are on their way (录音状态): counts, what fails, the disk, and giving one another try."""

from __future__ import annotations

from datetime import datetime
from http import HTTPMethod
from typing import Literal

from pydantic import Field

from core import audit
from core.audit import Action
from core.db import begin_write
from recorder import gauges
from recorder.capture import states
from recorder.tables import Recording, RecordingState
from recorder.transcribe import queue
from web.api.hand import LEADERS
from web.api.recording_rights import RecordingPath
from web.api.route import Answer, Ask, Asked, Routes

routes = Routes("capture")


class StateAnswer(Answer):
    state: RecordingState
    count: int
    #: Failed at least once, to be tried again.
    failing: int
    #: Of states something is still to be done in: since when the oldest is there.
    oldest_at: datetime | None


class DiskAnswer(Answer):
    """The disk that has the least room, as the recorder measured it last; all 0 while it has said nothing."""

    state: Literal["ok", "low", "full"]
    free_mib: int
    min_free_mib: int
    free_percent: float
    min_free_percent: int


class StagingAnswer(Answer):
    """Copies of verified recordings that stay in the spool (暂存副本)."""

    count: int
    bytes: int
    oldest_at: datetime | None
    keep_hours: float


class TranscriptionQueue(Answer):
    """What waits for a transcript (转写队列)."""

    waiting: int
    failed: int
    last_error: str


class StatesAnswer(Answer):
    states: list[StateAnswer]
    disk: DiskAnswer
    staging: StagingAnswer
    transcription: TranscriptionQueue


class RecordingStateAnswer(Answer):
    id: int
    call_id: str
    state: RecordingState
    created_at: datetime
    duration_s: float
    attempts: int
    last_error: str
    #: None: at once, or never again by itself.
    next_try_at: datetime | None
    #: A worker is at it.
    busy: bool


class RecordingStatePage(Answer):
    items: list[RecordingStateAnswer]
    #: Cursor of the page after this one; None: this is the last.
    next: int | None


class StatesQuery(Asked):
    state: RecordingState | None = None
    #: Only with a failed attempt, or damaged.
    failing: bool = False
    limit: int = Field(50, ge=1, le=200)
    cursor: int | None = Field(None, ge=1, le=2**31 - 1)


@routes.add(
    HTTPMethod.GET,
    "/recordings/states",
    "How many recordings are in which state, the disk, staging and transcription (录音状态)",
    roles=LEADERS,
)
async def overview(ask: Ask) -> StatesAnswer:
    async with ask.services.sessions() as db:
        found = await states.figures(db)
        kept = await states.kept(db)
        waiting = await queue.backlog(db)
    disk = await gauges.read(ask.services.redis)
    return StatesAnswer(
        states=[
            StateAnswer(state=one.state, count=one.count, failing=one.failing, oldest_at=one.oldest_at)
            for one in found
        ],
        disk=DiskAnswer(
            state=disk.disk.value,
            free_mib=disk.free_mib,
            min_free_mib=disk.min_free_mib,
            free_percent=disk.free_percent,
            min_free_percent=disk.min_free_percent,
        ),
        staging=StagingAnswer(
            count=kept.count,
            bytes=kept.bytes,
            oldest_at=kept.oldest_at,
            keep_hours=ask.services.settings.recording.keep_staging_hours,
        ),
        transcription=TranscriptionQueue(
            waiting=waiting.waiting, failed=waiting.failed, last_error=waiting.last_error
        ),
    )


@routes.add(
    HTTPMethod.GET,
    "/recordings/states/items",
    "Recordings by state, newest first: attempts, last error, next try",
    roles=LEADERS,
)
async def listing(ask: Ask, query: StatesQuery) -> RecordingStatePage:
    async with ask.services.sessions() as db:
        page = await states.listing(
            db, state=query.state, failing=query.failing, before=query.cursor, limit=query.limit
        )
    now = ask.services.clock.now()
    return RecordingStatePage(items=[_item(row, now) for row in page.rows], next=page.next)


@routes.add(
    HTTPMethod.POST,
    "/recordings/{id}/retry",
    "Have a failed or damaged recording tried again at once (重试)",
    roles=LEADERS,
    errors=(404, 409),
)
async def retry(ask: Ask, path: RecordingPath) -> RecordingStateAnswer:
    now = ask.services.clock.now()
    async with ask.services.sessions() as db:
        await begin_write(db)
        row = await states.retry(db, ask.services.settings, path.id, now)
        audit.record(
            db,
            at=now,
            actor_id=ask.account.id,
            action=Action.RECORDING_RETRIED,
            subject=f"recording:{row.id}",
            address=ask.address,
            detail={"call_id": row.call_id, "error": row.last_error[:200]},
        )
        await db.commit()
        return _item(row, now)


def _item(row: Recording, now: datetime) -> RecordingStateAnswer:
    return RecordingStateAnswer(
        id=row.id,
        call_id=row.call_id,
        state=RecordingState(row.state),
        created_at=row.created_at,
        duration_s=row.duration_s,
        attempts=row.attempts,
        last_error=row.last_error,
        next_try_at=row.next_try_at,
        busy=row.leased_until is not None and row.leased_until > now,
    )
