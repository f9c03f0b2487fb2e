"""Reading reports of sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.errors import NoSuchCaseError
from ticketing.scope import Scope
from ticketing.sources.tables import SourceReport
from ticketing.tables import Case


@dataclass(frozen=True)
class Line:
    """A report with its case, if it has one."""

    report: SourceReport
    case: Case | None


async def by_external_id(session: AsyncSession, source: str, external_id: str) -> Line | None:
    """The report a source sent under its own id."""
    where = SourceReport.source == source, SourceReport.external_id == external_id
    found = (await session.execute(_lines().where(*where))).first()
    return _line(found) if found else None


async def by_token(session: AsyncSession, token: str) -> Line | None:
    """The report whose sender was given this token."""
    found = (await session.execute(_lines().where(SourceReport.token == token))).first()
    return _line(found) if found else None


async def of_source(session: AsyncSession, source: str, *, limit: int, before: int | None) -> Sequence[Line]:
    """Its reports, newest first, older than the report with the id `before`."""
    query = _lines().where(SourceReport.source == source).order_by(SourceReport.id.desc()).limit(limit)
    if before is not None:
        query = query.where(SourceReport.id < before)
    return [_line(row) for row in await session.execute(query)]


async def of_case(session: AsyncSession, case_id: int, reach: Scope, limit: int = 200) -> Sequence[Line]:
    """The reports a case grew from, in the order they came.

    Raises:
        NoSuchCaseError: no case within `reach` has this id.
    """
    if await session.scalar(select(Case.id).where(Case.id == case_id, reach.cases())) is None:
        raise NoSuchCaseError
    query = _lines().where(SourceReport.case_id == case_id).order_by(SourceReport.id).limit(limit)
    return [_line(row) for row in await session.execute(query)]


def _lines() -> Select[SourceReport, Case]:
    return select(SourceReport, Case).outerjoin(Case, Case.id == SourceReport.case_id)


def _line(row: Row[SourceReport, Case]) -> Line:
    report, case = row
    return Line(report, case)
