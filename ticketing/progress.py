"""How far a case is, for callers who ask (案卷进度). Reads only; who may hear it is the caller's business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.tables import Case, CaseHistory


@dataclass(frozen=True)
class Standing:
    """A case with a number: where it stands and since when; `phones` it was registered with, without ''.

    `registered_at`: of one that was answered at once, when it was opened.
    """

    number: str
    stage: str
    registered_at: datetime
    since: datetime
    phones: tuple[str, ...]
    confidential: bool


async def of_number(session: AsyncSession, number: str) -> Standing | None:
    """The case of this 19-digit number."""
    found = await _standings(session, Case.number == number, 1)
    return found[0] if found else None


async def of_phone(session: AsyncSession, phone: str, limit: int) -> Sequence[Standing]:
    """Cases registered with this (normalised) phone, newest first."""
    return await _standings(session, or_(Case.caller_number == phone, Case.callback_number == phone), limit)


async def _standings(session: AsyncSession, which: ColumnElement[bool], limit: int) -> list[Standing]:
    moved = (
        select(func.max(CaseHistory.at))
        .where(CaseHistory.case_id == Case.id, CaseHistory.to_stage != CaseHistory.from_stage)
        .scalar_subquery()
    )
    began = func.coalesce(Case.registered_at, Case.created_at)
    query = select(Case, moved).where(which, Case.number.is_not(None)).order_by(began.desc()).limit(limit)
    return [_standing(case, since) for case, since in await session.execute(query)]


def _standing(case: Case, since: datetime | None) -> Standing:
    assert case.number  # noqa: S101 - the query saw to it
    began = case.registered_at or case.created_at
    phones = tuple(dict.fromkeys(filter(None, (case.caller_number, case.callback_number))))
    return Standing(case.number, case.stage, began, since or began, phones, case.confidential)
