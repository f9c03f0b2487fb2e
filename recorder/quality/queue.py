"""The inspectors' queue (质检队列): who takes which sample, one inspector a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.db import begin_write
from core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from recorder.quality import draw, weeks
from recorder.quality.hand import Hand
from recorder.quality.rules import Candidate, Reason, Rule
from recorder.quality.tables import QualityRun, QualitySample, QualityScore, SampleState

NOTE_LENGTH = 500
_OPEN = (SampleState.WAITING, SampleState.CLAIMED)
Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Page:
    items: Sequence[QualitySample]
    #: Id to begin the next page after; None: this is the last.
    next: int | None


@dataclass(frozen=True)
class Progress:
    """How far inspection is."""

    waiting: int
    claimed: int
    #: Scored by this person today and this week, in China.
    mine_today: int
    mine_week: int
    scored_week: int


async def page(
    db: AsyncSession, where: Sequence[Condition], *, cursor: int | None = None, limit: int = 50
) -> Page:
    """Samples, the newest first."""
    query = select(QualitySample).where(*where).order_by(QualitySample.id.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(QualitySample.id < cursor)
    found = (await db.scalars(query)).all()
    return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)


async def get(db: AsyncSession, sample_id: int) -> QualitySample:
    """
    Raises:
        NotFoundError
    """
    found = await db.get(QualitySample, sample_id)
    if found is None:
        raise NotFoundError("没有这个样本。")
    return found


async def claim(hand: Hand, sample_id: int, minutes: int) -> QualitySample:
    """Lock a sample for this inspector; again: for so many minutes from now.

    Raises:
        NotFoundError
        ForbiddenError: it is the inspector's own call.
        ConflictError: somebody else has it, or it is done.
    """
    async with hand.sessions() as db:
        await begin_write(db)
        sample = await locked(db, sample_id)
        if sample.agent_id == hand.id:
            raise ForbiddenError("不能质检自己的通话。")
        if sample.state not in _OPEN:
            raise ConflictError("这个样本已经处理过了。")
        if not _is_free(sample, hand):
            raise ConflictError("这个样本正由别的质检员处理。")
        _take(hand, db, sample, minutes)
        await db.commit()
    return sample


async def claim_next(hand: Hand, minutes: int, allowed: Condition | None = None) -> QualitySample | None:
    """What this inspector has claimed already, or else the weightiest free sample; None: nothing waits."""
    async with hand.sessions() as db:
        await begin_write(db)
        mine = and_(QualitySample.state == SampleState.CLAIMED, QualitySample.claimed_by == hand.id)
        free = or_(
            QualitySample.state == SampleState.WAITING,
            and_(QualitySample.state == SampleState.CLAIMED, QualitySample.claimed_until <= hand.now()),
        )
        not_own = or_(QualitySample.agent_id.is_(None), QualitySample.agent_id != hand.id)
        query = (
            select(QualitySample)
            .where(or_(mine, free), not_own, true() if allowed is None else allowed)
            .order_by(mine.desc(), QualitySample.priority.desc(), QualitySample.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        sample = await db.scalar(query)
        if sample is not None:
            _take(hand, db, sample, minutes)
            await db.commit()
    return sample


async def release(hand: Hand, sample_id: int) -> QualitySample:
    """Give a claimed sample back; what was filled in stays with it no longer.

    Raises:
        NotFoundError, ConflictError
    """
    async with hand.sessions() as db:
        await begin_write(db)
        sample = await held(hand, db, sample_id)
        _free(sample, SampleState.WAITING)
        hand.note(db, Action.QUALITY_RELEASED, subject(sample))
        await db.commit()
    return sample


async def skip(hand: Hand, sample_id: int, note: str) -> QualitySample:
    """Nothing to score here: a wrong number, a silent line.

    Raises:
        NotFoundError, ConflictError, InvalidError
    """
    if not 1 <= len(note.strip()) <= NOTE_LENGTH:
        raise InvalidError(fields={"note": f"请写明原因（1–{NOTE_LENGTH} 个字符）"})
    async with hand.sessions() as db:
        await begin_write(db)
        sample = await held(hand, db, sample_id)
        _free(sample, SampleState.SKIPPED)
        sample.skip_note = note.strip()
        hand.note(db, Action.QUALITY_SKIPPED, subject(sample), note=sample.skip_note)
        await db.commit()
    return sample


async def save_draft(hand: Hand, sample_id: int, draft: dict[str, Any], minutes: int) -> QualitySample:
    """Keep what is filled in so far, and the lock for longer.

    Raises:
        NotFoundError, ConflictError
    """
    async with hand.sessions() as db:
        await begin_write(db)
        sample = await held(hand, db, sample_id)
        sample.draft = draft
        sample.claimed_until = hand.now() + timedelta(minutes=minutes)
        await db.commit()
    return sample


async def choose(hand: Hand, one: Candidate, note: str) -> QualitySample:
    """Sample a call by hand; one that is there already learns that, too."""
    week = weeks.week_of(one.day)
    await draw.ensure_run(hand.sessions, week, hand.clock)
    async with hand.sessions() as db:
        await begin_write(db)
        await db.scalar(select(QualityRun).where(QualityRun.week == week).with_for_update())
        known = select(QualitySample).where(QualitySample.recording_id == one.recording_id)
        sample = await db.scalar(known)
        if sample is None:
            sample = draw.new_sample(one, hand.clock)
            db.add(sample)
        draw.tell(sample, [Reason(Rule.MANUAL, note.strip()[:NOTE_LENGTH])])
        await db.flush()
        hand.note(db, Action.QUALITY_CHOSEN, subject(sample), call_id=one.call_id)
        await db.commit()
    return sample


async def progress(db: AsyncSession, hand: Hand) -> Progress:
    """Of the whole queue, and of this person."""
    rows = await db.execute(
        select(QualitySample.state, func.count()).where(QualitySample.state.in_(_OPEN)).group_by("state")
    )
    states = {row[0]: int(row[1]) for row in rows}
    today = weeks.today(hand.now())
    monday, _ = weeks.days_of(weeks.week_of(today))
    of_week = [QualityScore.sample_id.is_not(None), QualityScore.submitted_at >= weeks.midnight(monday)]
    mine = QualityScore.inspector_id == hand.id
    since_today = QualityScore.submitted_at >= weeks.midnight(today)
    return Progress(
        waiting=states.get(SampleState.WAITING, 0),
        claimed=states.get(SampleState.CLAIMED, 0),
        mine_today=await _count(db, *of_week, mine, since_today),
        mine_week=await _count(db, *of_week, mine),
        scored_week=await _count(db, *of_week),
    )


async def _count(db: AsyncSession, *where: Condition) -> int:
    return await db.scalar(select(func.count()).select_from(QualityScore).where(*where)) or 0


async def held(hand: Hand, db: AsyncSession, sample_id: int) -> QualitySample:
    """The sample, locked in this transaction, if this inspector has it.

    Raises:
        NotFoundError
        ConflictError: the lock ran out and somebody else took it, or it is done.
    """
    sample = await locked(db, sample_id)
    if sample.state != SampleState.CLAIMED or sample.claimed_by != hand.id:
        raise ConflictError("这个样本不在您手上，可能已超时被别人领取，请刷新。")
    return sample


async def locked(db: AsyncSession, sample_id: int) -> QualitySample:
    """
    Raises:
        NotFoundError
    """
    query = select(QualitySample).where(QualitySample.id == sample_id).with_for_update()
    found = await db.scalar(query)
    if found is None:
        raise NotFoundError("没有这个样本。")
    return found


def subject(sample: QualitySample) -> str:
    return f"quality_sample:{sample.id}"


def _is_free(sample: QualitySample, hand: Hand) -> bool:
    if sample.state == SampleState.WAITING or sample.claimed_by == hand.id:
        return True
    return sample.claimed_until is None or sample.claimed_until <= hand.now()


def _take(hand: Hand, db: AsyncSession, sample: QualitySample, minutes: int) -> None:
    if sample.claimed_by != hand.id:
        sample.draft = {}
        hand.note(db, Action.QUALITY_CLAIMED, subject(sample), call_id=sample.call_id)
    sample.state, sample.claimed_by = SampleState.CLAIMED, hand.id
    sample.claimed_until = hand.now() + timedelta(minutes=minutes)


def _free(sample: QualitySample, state: SampleState) -> None:
    sample.state, sample.claimed_by, sample.claimed_until, sample.draft = state, None, None, {}
