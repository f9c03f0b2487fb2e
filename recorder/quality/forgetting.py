"""What quality inspection lets go of when a recording is deleted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recorder.quality.tables import (
    QualityAppeal,
    QualityHistory,
    QualitySample,
    QualityScore,
    SampleState,
)

_OPEN = (SampleState.WAITING, SampleState.CLAIMED)


async def forget(session: AsyncSession, recording_id: int) -> None:
    """Keep the figures, drop every word: quotes, notes, evidence, reasons. In the deletion's transaction."""
    scores = list(
        await session.scalars(select(QualityScore).where(QualityScore.recording_id == recording_id))
    )
    for one in scores:
        one.answers, one.comment, one.machine = _bare(one.answers), "", {}
        one.marks = [mark | {"text": ""} for mark in one.marks]
    ids = [one.id for one in scores]
    for line in await session.scalars(select(QualityHistory).where(QualityHistory.score_id.in_(ids))):
        line.answers, line.note = _bare(line.answers), ""
    wiped = {"reason": "", "review_note": ""}
    await session.execute(update(QualityAppeal).where(QualityAppeal.score_id.in_(ids)).values(wiped))
    await _forget_sample(session, recording_id)


async def _forget_sample(session: AsyncSession, recording_id: int) -> None:
    sample = await session.scalar(select(QualitySample).where(QualitySample.recording_id == recording_id))
    if sample is None:
        return
    sample.draft, sample.skip_note = {}, ""
    sample.reasons = [one | {"detail": ""} for one in sample.reasons]
    if sample.state in _OPEN:
        sample.state, sample.claimed_by, sample.claimed_until = SampleState.GONE, None, None


def _bare(answers: dict[str, Any]) -> dict[str, Any]:
    return {code: answer | {"note": ""} for code, answer in answers.items()}
