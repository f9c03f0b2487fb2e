"""A seat's appeal against a score (申诉): once, in time, reviewed by somebody else (复核)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.db import begin_write
from core.errors import ConflictError, ForbiddenError, InvalidError
from recorder.quality import scores, sheets
from recorder.quality.hand import Hand
from recorder.quality.scoring import ItemAnswer, score
from recorder.quality.tables import QualityAppeal, QualityScore, ScoreState
from recorder.search import index

REASON_LENGTH = 1000


async def of_scores(db: AsyncSession, score_ids: Sequence[int]) -> dict[int, QualityAppeal]:
    """The appeals against these scores, by score."""
    query = select(QualityAppeal).where(QualityAppeal.score_id.in_(score_ids))
    return {one.score_id: one for one in await db.scalars(query)}


async def appeal(hand: Hand, score_id: int, reason: str) -> QualityScore:
    """
    Raises:
        NotFoundError, InvalidError
        ForbiddenError: it is another person's score.
        ConflictError: appealed before, or too late.
    """
    _check(reason, "reason")
    async with hand.sessions() as db:
        await begin_write(db)
        made = await scores.locked(db, score_id)
        if made.agent_id != hand.id:
            raise ForbiddenError("只能对本人的评分申诉。")
        if made.state != ScoreState.SUBMITTED:
            raise ConflictError("每份评分只能申诉一次。")
        scores.not_over(made, hand.now())
        made.state, made.seen_at = ScoreState.APPEALED, made.seen_at or hand.now()
        db.add(QualityAppeal(score_id=made.id, by=hand.id, at=hand.now(), reason=reason.strip()))
        scores.remember(hand, db, made, "appealed", reason.strip())
        hand.note(db, Action.QUALITY_APPEALED, scores.subject(made))
        await db.commit()
    return made


async def review(
    hand: Hand, score_id: int, *, note: str, answers: Mapping[str, ItemAnswer] | None = None
) -> QualityScore:
    """Uphold the score or, with `answers`, change it; the sheet stays the one it was scored with.

    Raises:
        NotFoundError, InvalidError
        ForbiddenError: the reviewer gave the score, or got it.
        ConflictError: there is no open appeal.
    """
    _check(note, "note")
    async with hand.sessions() as db:
        await begin_write(db)
        made = await scores.locked(db, score_id)
        if made.state != ScoreState.APPEALED:
            raise ConflictError("这份评分没有待复核的申诉。")
        if hand.id in (made.inspector_id, made.agent_id):
            raise ForbiddenError("申诉须由另一名质检员或值班长复核。")
        before = scores.total(made)
        if answers is not None:
            await _change(db, made, answers)
        made.state = ScoreState.UPHELD if answers is None else ScoreState.CHANGED
        made.seen_at = None
        opened = await db.scalar(select(QualityAppeal).where(QualityAppeal.score_id == made.id))
        if opened is not None:
            opened.reviewed_by, opened.reviewed_at, opened.review_note = hand.id, hand.now(), note.strip()
        scores.remember(hand, db, made, str(made.state), note.strip())
        action = Action.QUALITY_UPHELD if answers is None else Action.QUALITY_CHANGED
        hand.note(db, action, scores.subject(made), total=[str(before), str(scores.total(made))])
        await index.set_score(db, made.recording_id, float(scores.total(made)))
        await db.commit()
    return made


async def _change(db: AsyncSession, made: QualityScore, answers: Mapping[str, ItemAnswer]) -> None:
    result = score(sheets.body_of(await sheets.get(db, made.sheet_id)), answers)
    made.answers, made.total_tenths = scores.stored(answers), scores.tenths(result.total)
    made.is_fatal, made.passed = bool(result.fatal), result.passed


def _check(text: str, field: str) -> None:
    if not 1 <= len(text.strip()) <= REASON_LENGTH:
        raise InvalidError(fields={field: f"请写明理由（1–{REASON_LENGTH} 个字符）"})
