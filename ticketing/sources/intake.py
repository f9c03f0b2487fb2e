"""The one intake of reports from outside: nothing is lost, nothing is taken twice.

A source's row is locked while its reports are taken, so that of two deliveries of one report the second finds
the first. Reports of one delivery are taken together or not at all.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.case_settings import Cases
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import InvalidError
from ticketing import workflow
from ticketing.moves import DALIAN, RULES, City
from ticketing.sources import limits
from ticketing.sources.keys import NoSuchSourceError, SourceShutError
from ticketing.sources.opening import open_case
from ticketing.sources.reports import Report, as_json, digest, is_below, reporter
from ticketing.sources.similar import alike
from ticketing.sources.tables import ReportState, Source, SourceReport
from ticketing.tables import Case, Stage

#: Reports of one delivery, at most: they hold SQLite's one write lock for some 15 ms each.
MOST = 100
#: Reports of the window a new one is compared with, the newest.
_COMPARED = 200
#: Clocks of devices go wrong by so much.
_AHEAD = timedelta(minutes=10)
_WAITING = (Stage.DRAFT, *workflow.OPEN)


@dataclass(frozen=True)
class Accepted:
    """What became of one report. `case_id` is None where none was needed."""

    report_id: int
    external_id: str
    state: ReportState
    case_id: int | None
    #: None until the case is registered.
    case_number: str | None
    token: str | None

    @property
    def duplicate_of(self) -> int | None:
        """The case there was already."""
        is_new = self.state in (ReportState.OPENED, ReportState.NOTED)
        return None if is_new else self.case_id


@dataclass(frozen=True)
class How:
    """What goes for all reports of one delivery."""

    city: City
    rules: Cases
    via: str


async def accept(
    sessions: SessionFactory,
    source: str,
    report: Report,
    clock: Clock,
    *,
    city: City = DALIAN,
    rules: Cases = RULES,
    via: str = "api",
) -> Accepted:
    """Take one report of the source with this code.

    Args:
        rules: time limits, and the edition a class is of where a report names none.
        via: how it came; what came over `open311` is given a token.

    Raises:
        NoSuchSourceError, SourceShutError: nobody reports under this code (any more).
        TooManyReportsError: more than the source may send; `retry_after` in the details, seconds.
        InvalidError: `fields` names each field that is wrong.
    """
    taken = await _take(sessions, source, [report], clock, How(city, rules, via), "")
    return taken[0]


async def accept_all(
    sessions: SessionFactory,
    source: str,
    reports: Sequence[Report],
    clock: Clock,
    *,
    city: City = DALIAN,
    rules: Cases = RULES,
    via: str = "api",
) -> list[Accepted]:
    """Take them all, in their order, or none.

    Raises:
        NoSuchSourceError, SourceShutError, TooManyReportsError: as `accept`.
        InvalidError: `fields` names each wrong field of each line as `reports.<index from 0>.<field>`.
    """
    if len(reports) > MOST:
        raise InvalidError("批次过大", fields={"reports": f"每批最多 {MOST} 件，现有 {len(reports)} 件"})
    return await _take(sessions, source, reports, clock, How(city, rules, via), "reports.{at}.")


async def _take(
    sessions: SessionFactory,
    code: str,
    reports: Sequence[Report],
    clock: Clock,
    how: How,
    prefix: str,
) -> list[Accepted]:
    wrong: dict[str, str] = {}
    taken: list[Accepted] = []
    async with sessions() as session:
        await begin_write(session)
        source = await session.get(Source, code, with_for_update=True)
        if source is None:
            raise NoSuchSourceError
        if not source.is_active:
            raise SourceShutError
        now = clock.now()
        limits.take(source, len(reports), now)
        await session.flush()
        # Reports that are wrong count as well: who sends nonsense without end is held up too.
        attempt = await session.begin_nested()
        for at, report in enumerate(reports):
            try:
                taken.append(await _one(session, source, report, now, how))
            except InvalidError as error:
                wrong |= _told(error, prefix.format(at=at), at if prefix else None)
        if wrong:
            await attempt.rollback()
        await session.commit()
    if wrong:
        raise InvalidError("来件有误，全部未收" if prefix else "来件有误", fields=wrong)
    return taken


def _told(error: InvalidError, prefix: str, at: int | None) -> dict[str, str]:
    fields = error.details.get("fields")
    line = "" if at is None else f"第 {at + 1} 件："
    found = fields if isinstance(fields, dict) else {"": str(error)}
    return {f"{prefix}{name}".rstrip("."): f"{line}{why}" for name, why in found.items()}


async def _one(session: AsyncSession, source: Source, report: Report, now: datetime, how: How) -> Accepted:
    _check(report, now)
    said = digest(report)
    query = select(SourceReport).where(
        SourceReport.source == source.code, SourceReport.external_id == report.id
    )
    if (old := await session.scalar(query)) is not None:
        if old.digest != said:
            raise InvalidError(fields={"id": "这个编号已用于另一份内容不同的来件"})
        return await _accepted(session, old, ReportState.REPEATED)
    row = SourceReport(
        source=source.code,
        external_id=report.id,
        digest=said,
        via=how.via,
        received_at=now,
        reporter=reporter(report, how.city.area_code),
        device=report.device,
        body=as_json(report),
    )
    if is_below(source, report):
        row.state = ReportState.NOTED
    elif (like := await _similar(session, source, report, row.reporter, now)) is not None:
        row.state, row.case_id = ReportState.SIMILAR, like
    else:
        case = await open_case(session, source, report, now, how.city, how.rules)
        row.state, row.case_id = ReportState.OPENED, case.id
    if how.via == "open311" and row.case_id:
        row.token = secrets.token_urlsafe(18)
    session.add(row)
    await session.flush()
    return await _accepted(session, row, ReportState(row.state))


def _check(report: Report, now: datetime) -> None:
    wrong: dict[str, str] = {}
    if (report.longitude is None) != (report.latitude is None):
        wrong["latitude" if report.latitude is None else "longitude"] = "经纬度须一起提供"
    if report.at is not None and report.at > now + _AHEAD:
        wrong["at"] = "时间在将来"
    if wrong:
        raise InvalidError(fields=wrong)


async def _similar(
    session: AsyncSession, source: Source, report: Report, who: str, now: datetime
) -> int | None:
    """The case, still under way, of a report this one only repeats."""
    if source.similar_minutes == 0:
        return None
    query = (
        select(SourceReport.case_id, SourceReport.body)
        .join(Case, Case.id == SourceReport.case_id)
        .where(
            SourceReport.source == source.code,
            SourceReport.received_at > now - timedelta(minutes=source.similar_minutes),
            SourceReport.device == report.device,
            SourceReport.reporter == who,
            Case.stage.in_(_WAITING),
        )
        .order_by(SourceReport.id.desc())
        .limit(_COMPARED)
    )
    for case_id, body in await session.execute(query):
        if alike(source, report, Report.model_validate(body)):
            return int(case_id)
    return None


async def _accepted(session: AsyncSession, row: SourceReport, state: ReportState) -> Accepted:
    case = await session.get(Case, row.case_id) if row.case_id else None
    number = case.number if case else None
    return Accepted(row.id, row.external_id, state, row.case_id, number, row.token)
