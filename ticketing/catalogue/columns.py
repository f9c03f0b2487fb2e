"""The sheets of a catalogue file: columns by title, and how each is read and written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ticketing.catalogue.lines import ClassLine, EditionLine, Line, SeverityLine
from ticketing.catalogue.severity import UNIT_LABELS
from ticketing.clocks import TimeUnit

#: A spreadsheet may take a text that begins so for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@")
#: 事项: matters of the 2026 edition that are neither.
KINDS = ("部件", "事件", "事项")
#: Labels, and the codes the API uses.
_UNITS = {label: str(unit) for unit, label in UNIT_LABELS.items()} | {str(one): str(one) for one in TimeUnit}
_YES = {"是": True, "否": False, "": False}


@dataclass(frozen=True)
class Column:
    """`read` takes what a cell holds and raises ValueError with the sentence for the person."""

    title: str
    field: str
    read: Callable[[Any], Any]


@dataclass(frozen=True)
class Sheet:
    title: str
    make: Callable[..., Line]
    columns: tuple[Column, ...]

    def title_of(self, field: str) -> str:
        """The title of the column that holds `field`; empty: none does."""
        return next((one.title for one in self.columns if one.field == field), "")


def text(most: int, *, required: bool = True) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        found = "" if value is None else str(value).strip()
        if required and not found:
            raise ValueError("不能为空")
        if len(found) > most:
            raise ValueError(f"最多 {most} 个字，现有 {len(found)} 个")
        if any(unicodedata.category(one) in ("Cc", "Cs") for one in found):
            raise ValueError("含有不可见的控制字符")
        if found.startswith(FORMULA_SIGNS):
            raise ValueError("不能以 = + - @ 开头，会被表格软件当作公式")
        return found

    return read


def digits(value: Any) -> str:
    """A code: as text, because a spreadsheet drops the zeros a number begins with."""
    if isinstance(value, int | float):
        raise ValueError("编码须为文本格式，数字格式会丢掉开头的 0")  # noqa: TRY004 - for the person
    found = text(8)(value)
    if not re.fullmatch(r"[0-9]{2,8}", found):
        raise ValueError("须为 2 到 8 位数字")
    return found


def edition(value: Any) -> str:
    found = text(8)(value)
    if not re.fullmatch(r"[0-9A-Za-z-]+", found):
        raise ValueError("只能用数字、字母和短横")
    return found


def kind(value: Any) -> str:
    found = text(8)(value)
    if found not in KINDS:
        raise ValueError("只能是：" + "、".join(KINDS))
    return found


def number(most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,4}", value.strip()):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise ValueError(f"须为 1 到 {most} 的整数")
        return value

    return read


def time_unit(value: Any) -> str:
    found = _UNITS.get(str(value or "").strip())
    if found is None:
        raise ValueError("只能是：" + "、".join(UNIT_LABELS.values()))
    return found


def unit(value: Any) -> str | None:
    return text(32, required=False)(value) or None


def yes_or_no(value: Any) -> bool:
    found = _YES.get("" if value is None else str(value).strip())
    if found is None:
        raise ValueError("只能填“是”或“否”")
    return found


def day(value: Any) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError("不是日期，请写作 2026-01-31") from None


_KEY = (Column("版本", "edition", edition), Column("部件/事件", "kind", kind), Column("编码", "code", digits))
_DATES = (Column("生效日期", "valid_from", day), Column("失效日期", "valid_to", day))
EDITIONS_SHEET = Sheet(
    "目录版本", EditionLine, (Column("版本", "edition", edition), Column("名称", "name", text(64)))
)
CLASSES_SHEET = Sheet(
    "类别",
    ClassLine,
    (
        *_KEY,
        Column("大类", "major", text(64)),
        Column("小类", "minor", text(64)),
        Column("责任单位", "unit", unit),
        Column("本地扩展", "is_local", yes_or_no),
        *_DATES,
    ),
)
SEVERITY_SHEET = Sheet(
    "严重程度",
    SeverityLine,
    (
        *_KEY,
        Column("级别", "rank", number(99)),
        Column("条件", "condition", text(200)),
        Column("时限", "limit_value", number(999)),
        Column("时限单位", "limit_unit", time_unit),
        Column("责任单位", "unit", unit),
        *_DATES,
    ),
)
SHEETS = {one.title: one for one in (EDITIONS_SHEET, CLASSES_SHEET, SEVERITY_SHEET)}


def shown(field: str, value: Any) -> Any:
    """A value as a sheet and a preview show it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if field == "limit_unit":
        return UNIT_LABELS[TimeUnit(value)]
    return value


def read_line(sheet: Sheet, cells: Mapping[str, Any]) -> tuple[Line | None, dict[str, str]]:
    """The line in `cells` (title → what the cell holds), or None and what is wrong, by column title."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for column in sheet.columns:
        try:
            values[column.field] = column.read(cells.get(column.title))
        except ValueError as error:
            wrong[column.title] = str(error)
    begin, end = values.get("valid_from"), values.get("valid_to")
    if begin and end and end <= begin:
        wrong[sheet.title_of("valid_to")] = "须晚于生效日期"
    return (None, wrong) if wrong else (sheet.make(**values), {})
