"""How bad it is (严重程度): the row chosen at 立案 gives a case its time limit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import CHINA
from core.errors import InvalidError
from ticketing.catalogue.classes import in_force
from ticketing.catalogue.tables import SeverityRow
from ticketing.clocks import Limit, TimeUnit
from ticketing.tables import Case

UNIT_LABELS = {
    TimeUnit.URGENT_HOUR: "紧急工作时",
    TimeUnit.WORK_HOUR: "工作时",
    TimeUnit.WORK_DAY: "工作日",
    TimeUnit.NATURAL_DAY: "自然日",
}


async def severities(
    session: AsyncSession, key: tuple[str, str, str], on: date | None = None
) -> Sequence[SeverityRow]:
    """The rows of a class (edition, kind, code), the worst first.

    Args:
        on: only those that hold on that day in China; None: ended ones too, the newest first of each rank.
    """
    edition, kind, code = key
    query = select(SeverityRow).where(
        SeverityRow.edition == edition, SeverityRow.kind == kind, SeverityRow.code == code
    )
    if on is not None:
        query = query.where(in_force(SeverityRow, on))
    return (await session.scalars(query.order_by(SeverityRow.rank, SeverityRow.id.desc()))).all()


async def choose(
    session: AsyncSession, case: Case, rank: int | None, now: datetime, *, has_limit: bool
) -> None:
    """Give a case the limit of the severity chosen at 立案; none chosen: what it had of one is taken away.

    Args:
        has_limit: a limit was typed in; it and a severity exclude each other.

    Raises:
        InvalidError: names the severity when the class has no such row today.
    """
    if rank is None:
        if case.severity_id is not None and not has_limit:
            case.limit_value, case.limit_unit = None, ""
        case.severity_id = case.severity_rank = None
        return
    if has_limit:
        raise _wrong("已选严重程度，时限由它决定，请不要再填时限")
    row = await _row(session, case, rank, now.astimezone(CHINA).date())
    limit = Limit(row.limit_value, TimeUnit(row.limit_unit))
    case.limit_value, case.limit_unit = limit.value, str(limit.unit)
    case.severity_id, case.severity_rank = row.id, row.rank


async def _row(session: AsyncSession, case: Case, rank: int, on: date) -> SeverityRow:
    edition, kind, code = case.category_edition, case.category_kind, case.category_code
    if edition is None or kind is None or code is None:
        raise _wrong("案卷还没有选类别，不能选严重程度")
    rows = await severities(session, (edition, kind, code), on)
    for row in rows:
        if row.rank == rank:
            return row
    if not rows:
        raise _wrong("该类别没有严重程度，请直接填写时限")
    raise _wrong("该类别没有这一级，可选：" + "；".join(label(row) for row in rows))


def label(row: SeverityRow) -> str:
    """1 缺失、断裂或移位（2 紧急工作时）"""
    return f"{row.rank} {row.condition}（{row.limit_value} {UNIT_LABELS[TimeUnit(row.limit_unit)]}）"


def _wrong(why: str) -> InvalidError:
    return InvalidError("表单有误", fields={"severity": why})
