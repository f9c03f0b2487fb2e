"""Catalogue files (XLSX): reading one with every mistake named by row and column, and writing one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from core.errors import InvalidError
from ticketing.catalogue.columns import SHEETS, Sheet, read_line, shown
from ticketing.catalogue.lines import ClassLine, EditionLine, Line, Problem, SeverityLine

if TYPE_CHECKING:
    from openpyxl.cell import Cell

#: Rows of one sheet, at most; what a file may take when it is unpacked, bytes.
MOST_ROWS = 20_000
MOST_UNPACKED = 100 * 1024 * 1024
MOST_BYTES = 5 * 1024 * 1024
_TROUBLES = (zipfile.BadZipFile, KeyError, ValueError, TypeError, ParseError, OSError, IndexError)
_SHEET_OF = {EditionLine: "目录版本", ClassLine: "类别", SeverityLine: "严重程度"}

#: Sheet title and row of a line.
Where = tuple[str, int]


def read(data: bytes) -> tuple[list[tuple[Where, Line]], list[Problem]]:
    """All lines of a file with where they stand, and everything that is wrong with it.

    Raises:
        InvalidError: it is no such file, is too large, or has none of our sheets.
    """
    from defusedxml.common import DefusedXmlException
    from openpyxl import load_workbook

    _check_size(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheets = [(SHEETS[one.title], one) for one in book.worksheets if one.title in SHEETS]
        if not sheets:
            raise _refused("没有工作表“" + "”、“".join(SHEETS) + "”中的任何一个")
        lines: list[tuple[Where, Line]] = []
        problems: list[Problem] = []
        for sheet, page in sheets:
            _read_sheet(sheet, page, lines, problems)
    except (*_TROUBLES, DefusedXmlException) as error:
        raise _refused("不是有效的 XLSX 文件") from error
    return lines, problems


def write(lines: Iterable[Line], units: Sequence[tuple[str, str]] = ()) -> bytes:
    """A file of `lines`. No text in it can become a formula.

    Args:
        units: code and name of each unit, for a sheet to look them up in.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    pages = {title: book.create_sheet(title) for title in SHEETS}
    for title, sheet in SHEETS.items():
        pages[title].freeze_panes = "A2"
        pages[title].append([_cell(pages[title], one.title) for one in sheet.columns])
    for line in lines:
        title = _SHEET_OF[type(line)]
        row = [shown(one.field, getattr(line, one.field)) for one in SHEETS[title].columns]
        pages[title].append([_cell(pages[title], value) for value in row])
    if units:
        page = book.create_sheet("责任单位（参考）")
        for pair in (("代码", "名称"), *units):
            page.append([_cell(page, value) for value in pair])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(page: Any, value: Any) -> Cell:
    """Text stays text: openpyxl takes whatever begins with = for a formula."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell: Cell = WriteOnlyCell(page, value=None if isinstance(value, str) else value)
    if isinstance(value, str) and value:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)  # what XML cannot hold
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return cell


def _check_size(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise _refused(f"文件过大，最多 {MOST_BYTES // 1024 // 1024} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(one.file_size for one in archive.infolist())
    except zipfile.BadZipFile as error:
        raise _refused("不是有效的 XLSX 文件") from error
    if unpacked > MOST_UNPACKED:
        raise _refused("文件解压后过大")


def _read_sheet(sheet: Sheet, page: Any, lines: list[tuple[Where, Line]], problems: list[Problem]) -> None:
    rows: Iterator[tuple[Any, ...]] = page.iter_rows()
    titles = [str(one.value or "").strip() for one in next(rows, ())]
    known = {one.title for one in sheet.columns}
    problems += [Problem(sheet.title, 1, one, "缺少这一列") for one in sorted(known - set(titles))]
    problems += [Problem(sheet.title, 1, one, "没有这一列") for one in titles if one and one not in known]
    if not known <= set(titles):
        return
    count = 0
    for at, row in enumerate(rows, start=2):
        cells = {title: one for title, one in zip(titles, row, strict=False) if title in known}
        if all(one.value is None or one.value == "" for one in cells.values()):
            continue
        count += 1
        if count > MOST_ROWS:
            problems.append(Problem(sheet.title, at, "", f"最多 {MOST_ROWS} 行"))
            return
        formulas = {title: "是公式，请改为值" for title, one in cells.items() if one.data_type == "f"}
        line, wrong = read_line(sheet, {title: one.value for title, one in cells.items()})
        for title, what in (wrong | formulas).items():
            problems.append(Problem(sheet.title, at, title, what))
        if line is not None and not formulas:
            lines.append(((sheet.title, at), line))


def _refused(why: str) -> InvalidError:
    return InvalidError("无法导入", fields={"file": why})
