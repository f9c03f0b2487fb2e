"""What a file of cases tells of each (导出列), with names in place of codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.tables import Unit
from ticketing.listing.files import Row
from ticketing.tables import Case, Category, Place
from ticketing.workflow import STAGE_LABELS

#: Heading → width in characters.
COLUMNS = {
    "案卷号": 21,
    "阶段": 10,
    "诉求类型": 10,
    "紧急程度": 10,
    "来源": 10,
    "建立时间": 20,
    "登记时间": 20,
    "区县": 12,
    "街道": 14,
    "地址": 32,
    "大类": 16,
    "小类": 20,
    "责任单位": 20,
    "来电号码": 16,
    "诉求内容": 60,
    "立案时间": 20,
    "派遣时间": 20,
    "办理时限": 20,
    "结案时间": 20,
    "满意度": 8,
}
#: Districts and streets (区县, 街道); what lies deeper is not in the file.
_DEEPEST = 4
_KINDS = {
    "consultation": "咨询",
    "complaint": "投诉",
    "report": "举报",
    "suggestion": "建议",
    "help": "求助",
    "praise": "表扬",
}
_URGENCIES = {"normal": "一般", "urgent": "紧急", "critical": "特急"}
_SOURCES = {"telephone": "电话"}


@dataclass(frozen=True)
class Names:
    """Code → name."""

    places: Mapping[str, str]
    units: Mapping[str, str]
    #: Key → main class, class (大类, 小类).
    classes: Mapping[tuple[str, str, str], tuple[str, str]]
    stages: Mapping[str, str]


async def names(session: AsyncSession, labels: Mapping[str, str]) -> Names:
    """Read once for a whole file; `labels` are this city's words (setting)."""
    places = await session.execute(select(Place.code, Place.name).where(Place.level <= _DEEPEST))
    units = await session.execute(select(Unit.code, Unit.name))
    classes = await session.execute(
        select(Category.edition, Category.kind, Category.code, Category.major, Category.minor)
    )
    return Names(
        {row.code: row.name for row in places},
        {row.code: row.name for row in units},
        {(edition, kind, code): (major, minor) for edition, kind, code, major, minor in classes},
        {code: labels.get(code, label) for code, label in STAGE_LABELS.items()},
    )


def row(case: Case, names: Names, number: Callable[[Case], str]) -> Row:
    """One case; `number` is the caller's as far as the reader may see it."""
    key = (case.category_edition or "", case.category_kind or "", case.category_code or "")
    major, minor = names.classes.get(key, ("", ""))
    return (
        case.number,
        names.stages.get(case.stage, case.stage),
        _KINDS.get(case.kind, case.kind),
        _URGENCIES.get(case.urgency, case.urgency),
        _SOURCES.get(case.source, case.source),
        case.created_at,
        case.registered_at,
        names.places.get(case.district or "", case.district),
        names.places.get(case.street or "", case.street),
        case.address,
        major,
        minor,
        names.units.get(case.unit or "", case.unit),
        number(case),
        case.description,
        case.established_at,
        case.dispatched_at,
        case.due_at,
        case.closed_at,
        case.rating,
    )
