"""Files of rows: nothing is calculated, nothing XML cannot hold, no more memory for more rows."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from ticketing.listing import files

FORMULAS = [
    "=1+1",
    "+8613800001234",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "＝1+1",
    "　=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(text: str, tmp_path: Path) -> None:
    line = files.csv_bytes([[text]]).decode()
    assert next(csv.reader(io.StringIO(line, newline="")))[0] == "'" + text
    book = files.Workbook("案卷", [10])
    book.add([[text]])
    book.save(tmp_path / "x.xlsx")
    cell = load_workbook(tmp_path / "x.xlsx").active["A1"]  # type: ignore[index]
    assert (cell.data_type, cell.value) in (("s", text), ("s", text.replace("\r", "\n")))


def test_other_values_are_told_as_people_read_them(tmp_path: Path) -> None:
    row = [None, 5, 1.5, datetime(2026, 11, 23, 1, 30, tzinfo=UTC), '路灯,"不亮"\n第二行', "a\x01b"]
    line = next(csv.reader(io.StringIO(files.csv_bytes([row]).decode(), newline="")))
    assert line == ["", "5", "1.5", "2026-11-23 09:30:00", '路灯,"不亮"\n第二行', "a\x01b"]
    book = files.Workbook("案卷", [10] * 6)
    book.add([row])
    book.save(tmp_path / "x.xlsx")
    sheet = load_workbook(tmp_path / "x.xlsx").active
    assert [cell.value for cell in sheet[1]] == [  # type: ignore[index]
        None,
        5,
        1.5,
        "2026-11-23 09:30:00",
        '路灯,"不亮"\n第二行',
        "a\ufffdb",
    ]


def _peak(rows: int, place: Path) -> int:
    tracemalloc.start()
    book = files.Workbook("案卷", [10] * 4)
    for _ in range(rows // 100):
        book.add([["路灯不亮" * 20, "b", 3, None]] * 100)
    book.save(place)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_ten_times_the_rows_take_no_more_memory(tmp_path: Path) -> None:
    _peak(100, tmp_path / "warm.xlsx")
    few, many = _peak(200, tmp_path / "few.xlsx"), _peak(2000, tmp_path / "many.xlsx")
    assert many < few + 200_000
