"""Scores from the database as reports want them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import InvalidError
from recorder.quality import sheets
from recorder.quality.reports import Scored
from recorder.quality.scoring import ItemAnswer, score
from recorder.quality.sheet import ItemKind, Sheet
from recorder.quality.tables import QualityAppeal, QualityScore, QualitySheet, ScoreState

#: Of one report; days are those of a leap year.
MOST_DAYS, MOST_SCORES = 366, 100_000
_BATCH = 200


@dataclass(frozen=True)
class Found:
    """The scores, and the titles of the items of all sheets they were made with, the newest sheet's last."""

    scores: list[Scored]
    titles: dict[str, str]
    fatal: frozenset[str]


async def between(
    db: AsyncSession, first: date, last: date, where: Sequence[ColumnElement[bool]] = ()
) -> Found:
    """Scores of calls of these days (in China), both included; calibrations do not count.

    They come in batches, of which only the figures are kept: whoever else waits has a turn in between.

    Raises:
        InvalidError: more days or more scores than one report holds.
    """
    if (last - first).days >= MOST_DAYS:
        raise InvalidError(fields={"from": f"一份报表最多 {MOST_DAYS} 天"})
    query = (
        select(QualityScore, QualityAppeal.id)
        .outerjoin(QualityAppeal, QualityAppeal.score_id == QualityScore.id)
        .where(QualityScore.calibration_id.is_(None), QualityScore.day.between(first, last), *where)
        .order_by(QualityScore.id)
    )
    found = await db.scalars(select(QualitySheet).order_by("version"))
    bodies = {one.id: sheets.body_of(one) for one in found}
    scores: list[Scored] = []
    used: set[int] = set()
    rows = await db.stream(query.limit(MOST_SCORES + 1).execution_options(yield_per=_BATCH))
    async for batch in rows.partitions():
        used.update(made.sheet_id for made, _ in batch)
        scores += [
            _scored(made, bodies[made.sheet_id], appealed=appeal is not None) for made, appeal in batch
        ]
    if len(scores) > MOST_SCORES:
        raise InvalidError(fields={"from": f"一份报表最多 {MOST_SCORES} 条评分，请缩短时间"})
    items = [item for sheet_id, body in bodies.items() if sheet_id in used for item in body.items()]
    return Found(
        scores=scores,
        titles={item.code: item.title for item in items},
        fatal=frozenset(item.code for item in items if item.kind is ItemKind.FATAL),
    )


def answers_of(made: QualityScore) -> dict[str, ItemAnswer]:
    """The answers of a row."""
    return {code: ItemAnswer.model_validate(one) for code, one in made.answers.items()}


def _scored(made: QualityScore, sheet: Sheet, *, appealed: bool) -> Scored:
    result = score(sheet, answers_of(made))
    shares: dict[str, Fraction] = {one.code: one.share for one in result.items if one.share is not None}
    return Scored(
        seat=made.seat,
        inspector_id=made.inspector_id,
        day=made.day,
        total_tenths=made.total_tenths,
        is_fatal=made.is_fatal,
        passed=made.passed,
        appealed=appealed,
        changed=made.state == ScoreState.CHANGED,
        shares=shares,
        fatal=frozenset(result.fatal),
    )
