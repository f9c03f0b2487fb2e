"""The recordings' chain of days and what the last check of the archive found (完整性证明)."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPMethod

from pydantic import Field
from sqlalchemy import func, select

from core.tables import Role
from recorder.proof.tables import RecordingCheck, RecordingDay
from web.api.route import Answer, Ask, Asked, Routes

routes = Routes("recording-proof")

#: Those who answer for the archive.
PROVERS = frozenset({Role.INSPECTOR, Role.ADMINISTRATOR})


class SealedDayAnswer(Answer):
    """A sealed day (封存日); who has `root` elsewhere notices what is rewritten."""

    number: int
    day: date
    root: str
    previous: str
    #: What that day says: new recordings, deletions, and those that came late.
    entries: int
    #: Sound of its recordings.
    seconds: float
    sealed_at: datetime


class CheckAnswer(Answer):
    """One run of `hotline recordings verify` (核验)."""

    at: datetime
    took_s: float
    #: Of objects presence and size only.
    quick: bool
    first_day: date | None
    last_day: date | None
    recordings: int
    objects: int
    days: int
    #: The chain's end as it was then.
    root: str
    findings: int
    #: Class of finding → how many.
    by_problem: dict[str, int]
    #: The first finding in words; empty: none.
    first: str


class ChainAnswer(Answer):
    #: How many days the chain has.
    length: int
    #: The last of them, newest first.
    days: list[SealedDayAnswer]
    #: None: nobody has looked yet.
    last_check: CheckAnswer | None
    #: The last one that read every byte of the whole archive.
    last_full_check: CheckAnswer | None


class ProofQuery(Asked):
    limit: int = Field(14, ge=1, le=366)


@routes.add(
    HTTPMethod.GET,
    "/recordings/proof",
    "The last sealed days and the last check of the archive (完整性证明)",
    roles=PROVERS,
)
async def proof(ask: Ask, query: ProofQuery) -> ChainAnswer:
    is_full = RecordingCheck.quick.is_(False), RecordingCheck.first_day.is_(None)
    latest = select(RecordingCheck).order_by(RecordingCheck.id.desc()).limit(1)
    days = select(RecordingDay).order_by(RecordingDay.number.desc()).limit(query.limit)
    async with ask.services.sessions() as db:
        length = await db.scalar(select(func.count()).select_from(RecordingDay))
        newest = (await db.scalars(days)).all()
        last = await db.scalar(latest)
        full = await db.scalar(latest.where(*is_full, RecordingCheck.last_day.is_(None)))
    return ChainAnswer(
        length=length or 0,
        days=[_day(row) for row in newest],
        last_check=_check(last),
        last_full_check=_check(full),
    )


def _day(row: RecordingDay) -> SealedDayAnswer:
    return SealedDayAnswer(
        number=row.number,
        day=row.day,
        root=row.root,
        previous=row.previous,
        entries=row.count,
        seconds=row.seconds,
        sealed_at=row.sealed_at,
    )


def _check(row: RecordingCheck | None) -> CheckAnswer | None:
    if row is None:
        return None
    return CheckAnswer(**{name: getattr(row, name) for name in CheckAnswer.model_fields})
