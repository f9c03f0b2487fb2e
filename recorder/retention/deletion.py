"""The eraser: carries signed proposals out, one recording at a time, and leaves the proof.

Of each recording: check again (two signatures, no legal hold, still wanted) → in one commit the words, marks
and index rows go, the key is dropped, a tombstone keeps the hashes, the audit row and the event are written →
the object and what is left of its legs are removed → done. From the first commit on nobody hears it any more.
Killed in between, the next round removes the files: removing what is not there is no error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit, outbox
from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import HotlineError
from core.events import RecordingDeleted
from core.settings import Settings
from recorder import marks, quality, transcripts
from recorder.capture import staging
from recorder.failures import reason, wait_after
from recorder.legs import Legs
from recorder.retention import holds, rules
from recorder.retention.due import AT_REST
from recorder.retention.model import CallFacts, Facts, verdict
from recorder.retention.tables import Item, ItemState, Proposal, ProposalState, Tombstone
from recorder.search import index
from recorder.storage import open_store
from recorder.tables import Recording, RecordingState

#: Each room lets go of what it knows of a recording, in the deletion's transaction.
Forget = Callable[[AsyncSession, int], Awaitable[None]]
FORGETTING: Sequence[Forget] = (
    index.forget,
    transcripts.forget,
    marks.forget,
    quality.forget,
    staging.forget,
)
#: What of a recording its tombstone keeps; the field names are the columns'.
_PROOF = ("call_id", "caller_sha256", "hotline_sha256", "audio_sha256", "archive_sha256")
_PLACE = ("store", "archive_key", "archive_bytes", "duration_s")
#: Called with the name of each step just done; tests kill the process there.
Mark = Callable[[str], None]

log = structlog.get_logger()


def _unmarked(_step: str) -> None:
    return


class Eraser:
    """Works signed proposals off. Several may run: each step is done once, or again without harm."""

    def __init__(
        self,
        settings: Settings,
        sessions: SessionFactory,
        clock: Clock,
        facts: Facts,
        *,
        forgetting: Sequence[Forget] = FORGETTING,
        mark: Mark = _unmarked,
    ) -> None:
        self._settings, self._sessions, self._clock = settings, sessions, clock
        self._facts, self._forgetting, self._mark = facts, forgetting, mark

    async def run_one(self) -> bool:
        """Take one recording a step further; False when there is nothing to do now."""
        async with self._sessions() as db:
            item = await db.scalar(_next(self._clock.now()))
        if item is None:
            return False
        try:
            if item.state == ItemState.ERASING or await self._begin(item.id):
                await self._erase(item.recording_id)
                await self._finish(item.id)
        except (HotlineError, OSError, SQLAlchemyError) as error:
            await self._again_later(item.id, error)
        return True

    async def _begin(self, item_id: int) -> bool:
        """The one commit that deletes; False when the recording stays."""
        async with self._sessions() as db:
            await begin_write(db)
            item = await db.get_one(Item, item_id, with_for_update=True)
            if item.state != ItemState.WAITING:
                return item.state == ItemState.ERASING
            proposal = await db.get_one(Proposal, item.proposal_id)
            recording = await db.get_one(Recording, item.recording_id, with_for_update=True)
            stays = await self._why_not(db, proposal, recording)
            if stays is not None:
                item.state, item.why = stays
                item.done_at = self._clock.now()
                await self._close_if_last(db, proposal)
                await db.commit()
                return False
            await carry_out(db, recording, proposal, item.why, self._clock.now(), forgetting=self._forgetting)
            item.state = ItemState.ERASING
            self._mark("committing")
            await db.commit()
        self._mark("committed")
        log.info("recording deleted", call=recording.call_id, proposal=proposal.id)
        return True

    async def _why_not(
        self, db: AsyncSession, proposal: Proposal, recording: Recording
    ) -> tuple[ItemState, str] | None:
        """At the very moment of deletion: what speaks against it, or None."""
        two = proposal.first_by is not None and proposal.second_by not in (None, proposal.first_by)
        if not two:
            return ItemState.SKIPPED, "缺少第二人签字"
        if recording.state not in AT_REST:
            return ItemState.SKIPPED, "已经删除" if recording.state == RecordingState.DELETED else "尚在归档"
        facts = (await self._facts.of(db, [recording.call_id])).get(recording.call_id)
        if (await holds.in_force(db)).on(recording.id, recording.call_id, facts):
            return ItemState.HELD, "法律保全"
        if proposal.made_by is None and not await self._still_due(db, facts):
            return ItemState.SKIPPED, "保存期限已改变"
        return None

    async def _still_due(self, db: AsyncSession, facts: CallFacts | None) -> bool:
        if facts is None:
            return False
        standard = rules.standard(self._settings.retention)
        return verdict(facts, await rules.in_force(db), standard).is_due(self._clock.now())

    async def _erase(self, recording_id: int) -> None:
        async with self._sessions() as db:
            stone = await db.get_one(Tombstone, recording_id)
        await asyncio.to_thread(self._remove_files, stone)
        self._mark("erased")

    def _remove_files(self, stone: Tombstone) -> None:
        if stone.archive_key:
            open_store(self._settings, stone.store).delete(stone.archive_key)
        self._mark("object removed")
        Legs(self._settings.spool_dir, stone.call_id).remove()

    async def _finish(self, item_id: int) -> None:
        async with self._sessions() as db:
            await begin_write(db)
            item = await db.get_one(Item, item_id, with_for_update=True)
            item.state, item.done_at, item.next_try_at = ItemState.DELETED, self._clock.now(), None
            await self._close_if_last(db, await db.get_one(Proposal, item.proposal_id))
            await db.commit()

    async def _close_if_last(self, db: AsyncSession, proposal: Proposal) -> None:
        await db.flush()
        unfinished = Item.state.in_((ItemState.WAITING, ItemState.ERASING))
        query = select(func.count()).where(Item.proposal_id == proposal.id, unfinished)
        if not await db.scalar(query):
            proposal.state, proposal.done_at = ProposalState.DONE, self._clock.now()

    async def _again_later(self, item_id: int, error: Exception) -> None:
        """A store that is away, or a database: tried again for as long as it takes."""
        log.warning("a recording is not deleted yet", item=item_id, why=reason(error))
        async with self._sessions() as db:
            await begin_write(db)
            item = await db.get_one(Item, item_id)
            item.attempts += 1
            item.next_try_at = self._clock.now() + wait_after(item.attempts)
            await db.commit()


async def carry_out(
    db: AsyncSession,
    recording: Recording,
    proposal: Proposal,
    why: str,
    now: datetime,
    *,
    forgetting: Sequence[Forget] = FORGETTING,
) -> None:
    """Everything of a deletion that is in the database, in the caller's transaction; files come after it."""
    for forget in forgetting:
        await forget(db, recording.id)
    stone = _tombstone(recording, proposal, why, now)
    db.add(stone)
    recording.state, recording.peaks = RecordingState.DELETED, {}
    recording.archive_key, recording.key_id, recording.wrapped_key = "", "", ""
    recording.leased_until, recording.next_try_at, recording.last_error = None, None, ""
    audit.record(
        db,
        at=now,
        actor_id=proposal.second_by,
        action=Action.RECORDING_DELETED,
        subject=f"recording:{recording.id}",
        detail={
            "call_id": recording.call_id,
            "proposal": proposal.id,
            "first_by": proposal.first_by,
            "caller_sha256": recording.caller_sha256,
            "hotline_sha256": recording.hotline_sha256,
            "audio_sha256": recording.audio_sha256,
        },
    )
    outbox.add(db, RecordingDeleted(at=now, call_id=recording.call_id, recording_id=recording.id))


def _tombstone(recording: Recording, proposal: Proposal, why: str, now: datetime) -> Tombstone:
    return Tombstone(
        **{name: getattr(recording, name) for name in _PROOF + _PLACE},
        recording_id=recording.id,
        recorded_at=recording.created_at,
        deleted_at=now,
        proposal_id=proposal.id,
        why="；".join(part for part in (proposal.why, why) if part),
        first_by=proposal.first_by,
        second_by=proposal.second_by,
    )


def _next(now: datetime) -> Select[Item]:
    is_due: ColumnElement[bool] = or_(Item.next_try_at.is_(None), Item.next_try_at <= now)
    return (
        select(Item)
        .join(Proposal, Proposal.id == Item.proposal_id)
        .where(
            is_due,
            or_(
                Item.state == ItemState.ERASING,
                (Item.state == ItemState.WAITING) & (Proposal.state == ProposalState.APPROVED),
            ),
        )
        .order_by(Item.state, Item.id)
        .limit(1)
    )
