"""The score of a recording that counts (得分): for the search, which knows nothing of sheets."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recorder.quality.scores import total
from recorder.quality.tables import QualityScore


async def final_score(session: AsyncSession, recording_id: int) -> float | None:
    """As it is now, 0 to 100, appeals included; None: not inspected. Calibrations do not count."""
    query = select(QualityScore).where(
        QualityScore.recording_id == recording_id, QualityScore.calibration_id.is_(None)
    )
    made = await session.scalar(query.order_by(QualityScore.id.desc()).limit(1))
    return float(total(made)) if made is not None else None
