"""The door to scores (评分): submitted once for a sample, told to the seat, seen by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.calendar import OfficeCalendar
from core.db import begin_write
from core.errors import ConflictError, InvalidError, NotFoundError
from recorder.quality import queue, sheets, weeks
from recorder.quality.hand import Hand
from recorder.quality.scoring import ItemAnswer, Result, score
from recorder.quality.tables import QualityHistory, QualityScore, SampleState, ScoreState
from recorder.search import index

COMMENT_LENGTH = 2000


class ScoreMark(BaseModel):
    """Something at a second of the recording."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_s: float = Field(ge=0, le=86_400)
    #: Code of the item it belongs to; empty: to none.
    item: str = Field("", max_length=32)
    text: str = Field("", max_length=500)


class Given(BaseModel):
    """What an inspector hands in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sheet_id: int
    answers: Mapping[str, ItemAnswer]
    comment: str = Field("", max_length=COMMENT_LENGTH)
    marks: Sequence[ScoreMark] = Field(default=(), max_length=100)


async def submit(
    hand: Hand, sample_id: int, given: Given, *, machine: dict[str, Any], appeal_until: datetime
) -> QualityScore:
    """Score a sample this inspector has claimed.

    Raises:
        NotFoundError
        ConflictError: it is not this inspector's (any more).
        InvalidError: an answer is missing or does not fit; the sheet is not in force for the call's day.
    """
    async with hand.sessions() as db:
        await begin_write(db)
        sample = await queue.held(hand, db, sample_id)
        sheet = await sheets.get(db, given.sheet_id)
        if not sheets.covers(sheet, sample.day):
            raise InvalidError(fields={"sheet_id": "这份评分表不适用于该通话的日期"})
        result = score(sheets.body_of(sheet), given.answers)
        made = QualityScore(
            sample_id=sample.id,
            recording_id=sample.recording_id,
            call_id=sample.call_id,
            seat=sample.seat,
            agent_id=sample.agent_id,
            day=sample.day,
            **fields(hand, given, result, machine, appeal_until),
        )
        db.add(made)
        sample.state, sample.claimed_until, sample.draft = SampleState.SCORED, None, {}
        await db.flush()
        remember(hand, db, made, "submitted")
        hand.note(db, Action.QUALITY_SCORED, subject(made), total=str(total(made)), call_id=made.call_id)
        await index.set_score(db, made.recording_id, float(total(made)))
        await db.commit()
    return made


def fields(
    hand: Hand, given: Given, result: Result, machine: dict[str, Any], appeal_until: datetime
) -> dict[str, Any]:
    """Columns of a score row that come from what was handed in."""
    return {
        "sheet_id": given.sheet_id,
        "inspector_id": hand.id,
        "answers": stored(given.answers),
        "total_tenths": tenths(result.total),
        "is_fatal": bool(result.fatal),
        "passed": result.passed,
        "comment": given.comment.strip(),
        "marks": [one.model_dump() for one in sorted(given.marks, key=lambda one: one.at_s)],
        "machine": machine,
        "state": ScoreState.SUBMITTED,
        "submitted_at": hand.now(),
        "appeal_until": appeal_until,
    }


async def seen(hand: Hand, score_id: int) -> QualityScore:
    """Its seat has looked at it; only the first time counts.

    Raises:
        NotFoundError
    """
    async with hand.sessions() as db:
        await begin_write(db)
        found = await locked(db, score_id)
        if found.seen_at is None and found.agent_id == hand.id:
            found.seen_at = hand.now()
            hand.note(db, Action.QUALITY_SEEN, subject(found))
            await db.commit()
    return found


async def get(db: AsyncSession, score_id: int) -> QualityScore:
    """
    Raises:
        NotFoundError
    """
    found = await db.get(QualityScore, score_id)
    if found is None or found.calibration_id is not None:
        raise NotFoundError("没有这份评分。")
    return found


async def page(
    db: AsyncSession, where: Sequence[ColumnElement[bool]], *, cursor: int | None = None, limit: int = 50
) -> tuple[Sequence[QualityScore], int | None]:
    """Scores of samples, newest first, and the id the next page begins after."""
    query = select(QualityScore).where(QualityScore.calibration_id.is_(None), *where)
    if cursor is not None:
        query = query.where(QualityScore.id < cursor)
    found = (await db.scalars(query.order_by(QualityScore.id.desc()).limit(limit + 1))).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None


async def history(db: AsyncSession, score_id: int) -> Sequence[QualityHistory]:
    """What happened to a score, oldest first."""
    query = select(QualityHistory).where(QualityHistory.score_id == score_id)
    return (await db.scalars(query.order_by(QualityHistory.id))).all()


def deadline(calendar: OfficeCalendar, now: datetime, workdays: int) -> datetime:
    """The end of the `workdays`-th workday after today, in China."""
    day = weeks.today(now)
    for _ in range(workdays):
        day = calendar.next_workday(day)
    return weeks.midnight(day + timedelta(days=1))


def remember(hand: Hand, db: AsyncSession, made: QualityScore, what: str, note: str = "") -> None:
    """A line of the score's history as it stands now."""
    line = QualityHistory(
        score_id=made.id,
        at=hand.now(),
        actor_id=hand.id,
        what=what,
        total_tenths=made.total_tenths,
        is_fatal=made.is_fatal,
        answers=made.answers,
        note=note,
    )
    db.add(line)


async def locked(db: AsyncSession, score_id: int) -> QualityScore:
    """
    Raises:
        NotFoundError
    """
    found = await db.scalar(select(QualityScore).where(QualityScore.id == score_id).with_for_update())
    if found is None or found.calibration_id is not None:
        raise NotFoundError("没有这份评分。")
    return found


def not_over(made: QualityScore, now: datetime) -> None:
    """
    Raises:
        ConflictError: the time to appeal is over.
    """
    if now >= made.appeal_until:
        raise ConflictError("申诉期限已过。")


def stored(answers: Mapping[str, ItemAnswer]) -> dict[str, Any]:
    """Answers as the row keeps them."""
    return {code: one.model_dump(mode="json", exclude_defaults=True) for code, one in answers.items()}


def tenths(value: Decimal) -> int:
    return int(value.scaleb(1))


def total(made: QualityScore) -> Decimal:
    """0.0 to 100.0."""
    return Decimal(made.total_tenths).scaleb(-1)


def subject(made: QualityScore) -> str:
    return f"quality_score:{made.id}"
