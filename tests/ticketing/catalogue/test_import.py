"""ticketing.catalogue: files out and in, all or nothing, with every mistake named by row and column."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import ConflictError, InvalidError
from core.tables import Account, AuditEntry
from ticketing import catalogue
from ticketing.catalogue import plan, store, workbook
from ticketing.catalogue.lines import ClassLine, EditionLine, Line, SeverityLine
from ticketing.catalogue.tables import Edition, SeverityRow
from ticketing.tables import Category

LAMP = ("2013", "部件", "0137")


@pytest.fixture
async def loaded(people: dict[str, Account]) -> None:
    """The shipped catalogue is there."""


@pytest.fixture
def by(clock: FixedClock) -> store.By:
    return store.By(clock.now())


async def exported(sessions: SessionFactory, edition: str | None = None) -> list[Line]:
    async with sessions() as session:
        return await store.lines(session, edition)


def edited(data: bytes, change: Callable[[Workbook], None]) -> bytes:
    """A file after somebody worked on it with a spreadsheet."""
    book = load_workbook(io.BytesIO(data))
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def cell(book: Workbook, sheet: str, row: int, title: str) -> Any:
    titles = [one.value for one in book[sheet][1]]
    return book[sheet].cell(row=row, column=titles.index(title) + 1)


async def test_an_export_read_again_changes_nothing(
    sessions: SessionFactory, by: store.By, loaded: None
) -> None:
    every = await exported(sessions)
    read = workbook.read(workbook.write(every, [("water", "自来水")]))
    assert [line for _, line in read[0]] == every
    done = await store.carry_out(sessions, read, by)
    assert (done.changes, done.same) == ((), 3 + 139 + 197 + 403 + 471)


async def test_a_preview_tells_each_difference_and_changes_nothing(
    sessions: SessionFactory, by: store.By, loaded: None
) -> None:
    def work(book: Workbook) -> None:
        page = book["严重程度"]
        at = [row[1:4] == ("部件", "0137", 1) for row in page.iter_rows(values_only=True)].index(True)
        cell(book, "严重程度", at + 1, "时限").value = 3
        book["类别"].append(["2013", "事件", "0199", "市容环境", "占用盲道", "", "是", None, None])

    data = edited(workbook.write(await exported(sessions, "2013")), work)
    async with sessions() as session:
        seen = await store.preview(session, workbook.read(data), by.today)
        assert await session.get(Category, ("2013", "事件", "0199")) is None
    assert seen.problems == ()
    told = [(one.what, one.name, one.fields.get("时限"), one.fields.get("小类")) for one in seen.changes]
    assert told == [
        ("added", "2013 事件 0199 占用盲道", None, ("", "占用盲道")),
        ("changed", "2013 部件 0137 第 1 级", ("2", "3"), None),
    ]
    await store.carry_out(sessions, workbook.read(data), by, digest=seen.digest)
    async with sessions() as session:
        new = await session.get_one(Category, ("2013", "事件", "0199"))
        assert (new.is_local, new.initials, new.pinyin) == (True, "zymd", "zhanyongmangdao")
        rows = [one for one in await catalogue.severities(session, LAMP) if one.rank == 1]
        assert [(one.limit_value, one.valid_from, one.valid_to) for one in rows] == [
            (3, by.today, None),
            (2, None, by.today),
        ]


def local_lines(count: int) -> list[Line]:
    """An edition of a city's own; line n stands in row n + 1 of its sheet."""
    return [
        EditionLine(edition="local", name="本市扩展"),
        *(
            ClassLine(edition="local", kind="事件", code=f"{n:05}", major="扩展", minor="占用盲道")
            for n in range(1, count + 1)
        ),
    ]


def spoilt(lines: list[Line]) -> list[Line]:
    """With three bad lines: a code without its zeros, no name, a unit there is not."""
    last = len(lines) - 1
    bad: dict[int, dict[str, Any]] = {16: {"code": 16}, 50: {"minor": ""}, last: {"unit": "nobody"}}
    return [replace(one, **bad.get(n, {})) for n, one in enumerate(lines)]


def test_three_bad_rows_of_10000_are_named_by_row_and_column(by: store.By) -> None:
    read = workbook.read(workbook.write(spoilt(local_lines(10_000))))
    made = plan.make(plan.State({}, {}, {}, ["water"]), *read, by.today)
    assert [(one.sheet, one.row, one.column) for one in made.problems] == [
        ("类别", 17, "编码"),
        ("类别", 51, "小类"),
        ("类别", 10_001, "责任单位"),
    ]
    assert "丢掉开头的 0" in str(made.problems[0])


async def test_a_file_with_bad_rows_is_not_taken_at_all(
    sessions: SessionFactory, by: store.By, loaded: None
) -> None:
    with pytest.raises(InvalidError, match="3 处错误") as refused:
        await store.carry_out(sessions, workbook.read(workbook.write(spoilt(local_lines(60)))), by)
    assert len(refused.value.details["fields"]) == 3  # type: ignore[arg-type]
    async with sessions() as session:
        assert await session.scalar(select(func.count()).where(Category.edition == "local")) == 0
        assert await session.get(Edition, "local") is None
        assert await session.scalar(select(func.count()).select_from(AuditEntry)) == 0


async def test_new_classes_go_in_at_once_and_into_the_trail(
    sessions: SessionFactory, by: store.By, loaded: None
) -> None:
    read = workbook.read(workbook.write(local_lines(500)))
    assert (await store.carry_out(sessions, read, by)).count("added") == 501
    async with sessions() as session:
        assert await session.scalar(select(func.count()).where(Category.edition == "local")) == 500
        entry = (await session.scalars(select(AuditEntry))).one()
        assert (entry.action, entry.detail["added"]) == ("catalogue:changed", 501)


async def test_formulas_are_refused_and_never_written(
    sessions: SessionFactory, by: store.By, loaded: None
) -> None:
    def work(book: Workbook) -> None:
        cell(book, "类别", 2, "小类").value = '=HYPERLINK("http://x","y")'
        cell(book, "类别", 3, "大类").value = "@SUM(A1)"

    _, problems = workbook.read(edited(workbook.write(await exported(sessions, "2013")), work))
    assert [(one.row, one.column, one.what) for one in problems] == [
        (2, "小类", "是公式，请改为值"),
        (3, "大类", "不能以 = + - @ 开头，会被表格软件当作公式"),
    ]
    # Whatever the database holds, a file of ours says it as text.
    evil = ClassLine(edition="2013", kind="事件", code="0198", major="=1+1", minor="=cmd|' /C calc'!A0")
    book = load_workbook(io.BytesIO(workbook.write([evil])))
    found = [cell(book, "类别", 2, title) for title in ("大类", "小类")]
    assert [(one.value, one.data_type, one.quotePrefix) for one in found] == [
        ("=1+1", "s", True),
        ("=cmd|' /C calc'!A0", "s", True),
    ]


async def test_a_preview_that_is_out_of_date_is_not_carried_out(
    sessions: SessionFactory, by: store.By, loaded: None
) -> None:
    line = ClassLine(edition="2013", kind="事件", code="0199", major="市容环境", minor="占用盲道")
    read: store.Read = ([(("类别", 2), line)], [])
    async with sessions() as session:
        digest = (await store.preview(session, read, by.today)).digest
    await store.carry_out(sessions, ([(("类别", 2), replace(line, minor="盲道被占"))], []), by)
    with pytest.raises(ConflictError, match="重新预览"):
        await store.carry_out(sessions, read, by, digest=digest)


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04nonsense", b"not a workbook at all", workbook.write([])[:900]]
)
def test_a_file_that_is_none_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(InvalidError) as refused:
        workbook.read(data)
    assert refused.value.details["fields"] == {"file": "不是有效的 XLSX 文件"}


def test_a_file_without_our_sheets_or_columns_says_so() -> None:
    def rename(book: Workbook) -> None:
        for page in book.worksheets:
            page.title = "x" + page.title

    with pytest.raises(InvalidError) as refused:
        workbook.read(edited(workbook.write([]), rename))
    assert "没有工作表" in str(refused.value.details["fields"])

    def drop(book: Workbook) -> None:
        cell(book, "类别", 1, "大类").value = "大類"

    _, problems = workbook.read(edited(workbook.write([]), drop))
    assert [str(one) for one in problems] == [
        "“类别”第 1 行“大类”列：缺少这一列",
        "“类别”第 1 行“大類”列：没有这一列",
    ]


@pytest.mark.parametrize(
    ("line", "column", "what"),
    [
        (ClassLine(edition="2099", kind="事件", code="0101", major="x", minor="y"), "版本", "没有“2099”版"),
        (
            SeverityLine(
                edition="2013", kind="事件", code="9999", rank=1, condition="x", limit_value=1,
                limit_unit="work_day",
            ),
            "编码",
            "2013 版目录中没有编码为 9999 的事件类别",
        ),
        (
            SeverityLine(
                edition="2013", kind="部件", code="0137", rank=1, condition="别的", limit_value=1,
                limit_unit="work_day", valid_from=date(2020, 1, 1),
            ),
            "生效日期",
            "以后生效",
        ),
    ],
)  # fmt: skip
def test_unknown_codes_are_named(by: store.By, line: Line, column: str, what: str) -> None:
    sheet = "类别" if isinstance(line, ClassLine) else "严重程度"
    lamp = SeverityLine(
        edition="2013", kind="部件", code="0137", rank=1, condition="不亮", limit_value=1,
        limit_unit="work_day",
    )  # fmt: skip
    of_lamp = ClassLine(edition="2013", kind="部件", code="0137", major="公用设施", minor="路灯")
    editions = {"2013": EditionLine(edition="2013", name="现行")}
    there = plan.State(editions, {LAMP: of_lamp}, {lamp.key: lamp}, [])
    (problem,) = plan.make(there, [((sheet, 7), line)], [], by.today).problems
    assert (problem.row, problem.column) == (7, column)
    assert what in problem.what


async def test_a_row_of_the_future_is_corrected_and_one_in_force_is_followed(
    sessions: SessionFactory, by: store.By, loaded: None
) -> None:
    later = by.today + timedelta(days=30)
    line = SeverityLine(
        edition="2013", kind="部件", code="0137", rank=1, condition="整条街不亮", limit_value=1,
        limit_unit="work_hour", valid_from=later,
    )  # fmt: skip
    for condition in ("整条街不亮", "整条街都不亮"):
        await store.carry_out(sessions, ([(("严重程度", 2), replace(line, condition=condition))], []), by)
    async with sessions() as session:
        query = select(SeverityRow).where(SeverityRow.kind == "部件", SeverityRow.code == "0137")
        query = query.where(SeverityRow.rank == 1)
        rows = (await session.scalars(query.order_by(SeverityRow.id))).all()
        assert [(one.condition == "整条街都不亮", one.valid_from, one.valid_to) for one in rows] == [
            (False, None, later),
            (True, later, None),
        ]
        today = [one.rank for one in await catalogue.severities(session, LAMP, by.today)]
        assert today == sorted(set(today))


async def test_two_files_at_once_are_taken_one_after_the_other(
    sessions: SessionFactory, by: store.By, loaded: None
) -> None:
    line = ClassLine(edition="2013", kind="事件", code="0199", major="市容环境", minor="盲道缺损")
    row = SeverityLine(
        edition="2013", kind="事件", code="0199", rank=1, condition="盲人可能绊倒", limit_value=1,
        limit_unit="work_day",
    )  # fmt: skip
    read: store.Read = ([(("类别", 2), line), (("严重程度", 2), row)], [])
    done = await asyncio.gather(*(store.carry_out(sessions, read, by) for _ in range(3)))
    assert sorted((one.count("added"), one.same) for one in done) == [(0, 2), (0, 2), (2, 0)]
    async with sessions() as session:
        assert len(await catalogue.severities(session, row.of)) == 1


def test_a_bomb_of_entities_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook.write([]))) as old, zipfile.ZipFile(file, "w") as new:
        for one in old.infolist():
            data = old.read(one)
            new.writestr(one, bomb + data if one.filename == "xl/workbook.xml" else data)
    with pytest.raises(InvalidError):
        workbook.read(file.getvalue())
