"""Calibration (校准): several inspectors score one recording, none sees another's score before the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.db import begin_write
from core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from core.tables import Account, Role
from recorder.quality import scores, sheets
from recorder.quality.hand import Hand
from recorder.quality.rules import Candidate
from recorder.quality.scores import Given
from recorder.quality.scoring import score
from recorder.quality.tables import MAX_NAME, QualityCalibration, QualityScore, SheetState

MOST = 20
_LEADERS = (Role.SHIFT_LEADER, Role.ADMINISTRATOR)


async def listing(db: AsyncSession, limit: int = 200) -> Sequence[QualityCalibration]:
    """Newest first."""
    return (
        await db.scalars(select(QualityCalibration).order_by(QualityCalibration.id.desc()).limit(limit))
    ).all()


async def get(db: AsyncSession, calibration_id: int) -> QualityCalibration:
    """
    Raises:
        NotFoundError
    """
    found = await db.get(QualityCalibration, calibration_id)
    if found is None:
        raise NotFoundError("没有这次校准。")
    return found


async def scores_of(db: AsyncSession, ids: Sequence[int]) -> Sequence[QualityScore]:
    """All scores of these calibrations, in order of submission."""
    query = select(QualityScore).where(QualityScore.calibration_id.in_(ids))
    return (await db.scalars(query.order_by(QualityScore.id))).all()


async def begin(
    hand: Hand, one: Candidate, *, title: str, sheet_id: int, inspectors: Sequence[int]
) -> QualityCalibration:
    """Ask `inspectors` (accounts) to score a call.

    Raises:
        NotFoundError: no such sheet.
        InvalidError
    """
    asked = list(dict.fromkeys(inspectors))
    async with hand.sessions() as db:
        await begin_write(db)
        sheet = await sheets.get(db, sheet_id)
        known = list(await db.scalars(select(Account.id).where(Account.id.in_(asked))))
        _check(title, asked, known, one, is_published=sheet.state == SheetState.PUBLISHED)
        made = QualityCalibration(
            title=title.strip(),
            recording_id=one.recording_id,
            call_id=one.call_id,
            sheet_id=sheet_id,
            inspectors=asked,
            created_by=hand.id,
            created_at=hand.now(),
        )
        db.add(made)
        await db.flush()
        hand.note(db, Action.CALIBRATION_MADE, subject(made), call_id=one.call_id, inspectors=asked)
        await db.commit()
    return made


async def submit(
    hand: Hand, calibration_id: int, given: Given, *, seat: str, agent_id: int | None, day: date
) -> QualityScore:
    """One inspector's score; once.

    Raises:
        NotFoundError, InvalidError
        ForbiddenError: not asked.
        ConflictError: closed, or scored already.
    """
    async with hand.sessions() as db:
        await begin_write(db)
        asked = await _open(db, calibration_id)
        await _check_turn(hand, db, asked, given)
        result = score(sheets.body_of(await sheets.get(db, asked.sheet_id)), given.answers)
        columns: dict[str, Any] = scores.fields(hand, given, result, {}, hand.now())
        made = QualityScore(
            calibration_id=asked.id,
            recording_id=asked.recording_id,
            call_id=asked.call_id,
            seat=seat,
            agent_id=agent_id,
            day=day,
            **columns,
        )
        db.add(made)
        await db.flush()
        hand.note(db, Action.CALIBRATION_SCORED, subject(asked))
        await db.commit()
    return made


async def close(hand: Hand, calibration_id: int) -> QualityCalibration:
    """Open the results to everybody. A leader ends what its beginner, ill or gone, cannot.

    Raises:
        NotFoundError
        ForbiddenError: neither who began it nor a leader.
        ConflictError: closed already.
    """
    async with hand.sessions() as db:
        await begin_write(db)
        asked = await _open(db, calibration_id)
        if not may_close(hand.account, asked):
            raise ForbiddenError("只有发起人、值班长和管理员可以结束校准。")
        asked.closed_at = hand.now()
        hand.note(db, Action.CALIBRATION_CLOSED, subject(asked))
        await db.commit()
    return asked


def may_close(account: Account, asked: QualityCalibration) -> bool:
    """Whether it is this person's to end, were it still open."""
    return asked.created_by == account.id or account.role in _LEADERS


async def _check_turn(hand: Hand, db: AsyncSession, asked: QualityCalibration, given: Given) -> None:
    """This inspector is asked, has not scored yet, and uses the right sheet."""
    if hand.id not in asked.inspectors:
        raise ForbiddenError("您不在这次校准的名单中。")
    there = select(QualityScore.id).where(
        QualityScore.calibration_id == asked.id, QualityScore.inspector_id == hand.id
    )
    if await db.scalar(there) is not None:
        raise ConflictError("您已经提交过评分。")
    if given.sheet_id != asked.sheet_id:
        raise InvalidError(fields={"sheet_id": "请使用本次校准的评分表"})


async def _open(db: AsyncSession, calibration_id: int) -> QualityCalibration:
    query = select(QualityCalibration).where(QualityCalibration.id == calibration_id).with_for_update()
    found = await db.scalar(query)
    if found is None:
        raise NotFoundError("没有这次校准。")
    if found.closed_at is not None:
        raise ConflictError("这次校准已经结束。")
    return found


def _check(title: str, asked: list[int], known: list[int], one: Candidate, *, is_published: bool) -> None:
    wrong: dict[str, str] = {}
    if not 1 <= len(title.strip()) <= MAX_NAME:
        wrong["title"] = f"请填写名称（1–{MAX_NAME} 个字符）"
    if not 2 <= len(asked) <= MOST:
        wrong["inspectors"] = f"请选择 2–{MOST} 名质检员"
    elif len(known) != len(asked):
        wrong["inspectors"] = "有不存在的账号"
    elif one.agent_id in asked:
        wrong["inspectors"] = "不能让坐席给自己的通话评分"
    if not is_published:
        wrong["sheet_id"] = "请选择已发布的评分表"
    if wrong:
        raise InvalidError(fields=wrong)


def subject(made: QualityCalibration) -> str:
    return f"calibration:{made.id}"
