"""Rows as a file, CSV or XLSX, a few at a time; no cell is one that a spreadsheet calculates (公式注入)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from core.clock import CHINA

Row = Sequence[str | int | float | datetime | None]
#: A sheet of a workbook holds 1,048,576 rows.
MOST_ROWS = 1_000_000
#: What programs take for the beginning of a formula, or of a command; full width too, which some make half.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: What XML cannot hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Longest text of a cell in a workbook.
_CELL = 32_767


def csv_bytes(rows: Iterable[Row]) -> bytes:
    """Lines of a CSV file in UTF-8; the file begins with `BOM`."""
    out = io.StringIO()
    csv.writer(out).writerows([_plain(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8", "replace")


#: Without it Excel does not read Chinese.
BOM = b"\xef\xbb\xbf"


def _plain(value: str | int | float | datetime | None) -> str:
    if isinstance(value, str):
        return "'" + value if value.lstrip(" \u3000").startswith(_FORMULA) else value
    if isinstance(value, datetime):
        return _told(value)
    return "" if value is None else str(value)


def _told(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


class Workbook:
    """An XLSX file that is written row by row to the disk, never held in memory whole."""

    def __init__(self, title: str, widths: Sequence[int]) -> None:
        from openpyxl import Workbook as Book  # every process would pay for it

        self._book = Book(write_only=True)
        self._sheet: Any = self._book.create_sheet(title)
        self._sheet.freeze_panes = "A2"
        for column, width in enumerate(widths):
            self._sheet.column_dimensions[chr(ord("A") + column)].width = width

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._sheet.append([self._cell(value) for value in row])

    def save(self, place: Path) -> None:
        self._book.save(place)

    def _cell(self, value: str | int | float | datetime | None) -> Any:
        """Text stays text: openpyxl takes whatever begins with = for a formula."""
        from openpyxl.cell import WriteOnlyCell

        if isinstance(value, datetime):
            value = _told(value)
        if not isinstance(value, str):
            return value
        cell = WriteOnlyCell(self._sheet, value=_UNWRITABLE.sub("\ufffd", value)[:_CELL])
        cell.data_type = "s"
        return cell
